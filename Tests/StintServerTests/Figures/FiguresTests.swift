import StintModel
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// Every member of the figures against what a handful of executions come to by hand.
@Suite(.serialized) struct FiguresTests {
    static let hour = "from=2026-11-20T12:00:00Z&to=2026-11-20T13:00:00Z"

    /// Five finish between 12:00 and 13:00, one an hour before; one still runs, one is queued.
    static let handful = [
        Told(
            id: "a1", queued: "12:00:00", started: "12:00:02", finished: "12:00:06",
            members: #","user":"ada""#),
        Told(
            id: "a2", queued: "12:10:00", started: "12:10:04", finished: "12:10:20",
            status: "failed"),
        Told(id: "a3", started: "12:20:00", finished: "12:20:00.5"),
        Told(
            id: "b1", agent: "beta", started: "12:20:30", finished: "12:21:30", status: "aborted"),
        Told(
            id: "b2", agent: "beta", started: "12:30:00", finished: "12:32:00",
            status: "timed_out"),
        Told(
            id: "b3", agent: "beta", queued: "12:50:00", started: "12:59:00",
            members: #","user":"ada""#),
        Told(id: "a4", queued: "13:59:00", members: #","priority":7"#),
        Told(id: "p1", started: "11:30:00", finished: "11:30:08"),
    ]

    static let call = """
        {"type":"model.called","execution":"a1","call":"c1","model":"large-2","latencySeconds":1.5,
         "tokens":{"input":100,"output":20},"costUsd":0.25,"at":"2026-11-20T12:00:03Z"}
        """

    static func use(_ body: @Sendable (ServerUnderTest) async throws -> Void) async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(handful.flatMap(\.events) + [call])
            try await body(server)
        }
    }

    @Test func `of a handful of executions each figure is what one counts by hand`() async throws {
        try await Self.use { server in
            let all = try await server.figures(Self.hour)
            #expect(all.workspace == "default")
            #expect(all.timeframe == nil)
            #expect((all.from, all.to) == (.at("12:00:00"), .at("13:00:00")))
            #expect((all.tz, all.agent, all.stepSeconds) == ("UTC", nil, 60))
            try Self.checkPerformance(#require(all.performance))
            try Self.checkThroughput(#require(all.throughput))
            try Self.checkLatency(#require(all.latency))
            try Self.checkPatterns(#require(all.patterns))
            let resources = try #require(all.resources)
            #expect(
                resources.compute
                    == .init(cpuUsage: nil, memoryUsage: nil, gpuUsage: nil))
            #expect(
                resources.modelUsage == [
                    .init(
                        model: "large-2", calls: 1, tokens: 120, avgLatency: 1.5, n: 1, cost: 0.25,
                        costKnownRate: 100)
                ])
            #expect((resources.databaseLoad.connections ?? 0) >= 1)
        }
    }

    private static func checkPerformance(_ performance: PerformanceBody) throws {
        #expect(performance.totalExecutions == 5)
        #expect(performance.successfulExecutions == 2)
        #expect(performance.failedExecutions == 1)
        #expect(performance.cancelledExecutions == 1)
        #expect(performance.timedOutExecutions == 1)
        #expect(performance.lostExecutions == 0)
        #expect(performance.successRate == 40)
        #expect(performance.failureRate == 20)
        #expect(performance.cancellationRate == 20)
        #expect(performance.failureRateWithLost == 40)
        #expect((performance.tokens, performance.costUsd) == (120, 0.25))
        #expect(performance.costKnownRate == 100)
        #expect(performance.method == .exact)
        #expect(
            performance.byAgent == [
                AgentFiguresBody(
                    agentId: "alpha", agentName: "alpha", executions: 3, successRate: 66.67,
                    avgRuntime: 20.5 / 3, errorRate: 33.33, p50: 4, p95: 16, n: 3, tokens: 120,
                    costUsd: 0.25, costKnownRate: 100,
                    trend: .trend([0: 1, 4: 1, 8: 1])),
                AgentFiguresBody(
                    agentId: "beta", agentName: "beta", executions: 2, successRate: 0,
                    avgRuntime: 90, errorRate: 0, p50: 60, p95: 120, n: 2, tokens: nil,
                    costUsd: nil, costKnownRate: nil, trend: .trend([8: 1, 13: 1])),
            ])
        #expect(performance.byHour.map(\.hour) == Array(0..<24))
        for entry in performance.byHour {
            #expect(entry.executions == (entry.hour == 12 ? 5 : 0))
            #expect(entry.successRate == (entry.hour == 12 ? 40 : nil))
            #expect(entry.avgLatency == (entry.hour == 12 ? 40.1 : nil))
            #expect(entry.n == entry.executions)
        }
        // From 1 to 5, from 100 % to 40 %, from 8 s to 16 s.
        #expect(
            performance.vsLastPeriod
                == .init(
                    executionsChange: 400, successRateChange: -60, latencyChange: 100, n: 1,
                    reason: nil))
    }

    private static func checkThroughput(_ throughput: ThroughputBody) throws {
        #expect(throughput.n == 5)
        #expect(throughput.executionsPerMinute == 0.08)
        #expect(throughput.executionsPerHour == 5)
        #expect(throughput.executionsPerDay == 120)
        #expect(throughput.throughputTrend.count == 60)
        for (index, point) in throughput.throughputTrend.enumerated() {
            #expect(point.timestamp == .at("12:00:00") + .seconds(60 * Int64(index)))
            #expect(point.value == ([0, 10, 20, 21, 32].contains(index) ? 1 : 0), "\(index)")
        }
        #expect(throughput.peakThroughput == PointBody(timestamp: .at("12:00:00"), value: 1))
        #expect((throughput.capacityUtilization, throughput.maxCapacity) == (nil, nil))
    }

    private static func checkLatency(_ latency: LatencyBody) throws {
        #expect(latency.method == .exact)
        #expect(
            latency.queueLatency
                == .init(avg: 182, p50: 4, p75: 540, p90: 540, p95: 540, p99: 540, n: 3))
        #expect(
            latency.executionLatency
                == .init(avg: 40.1, p50: 16, p75: 60, p90: 120, p95: 120, p99: 120, n: 5))
        #expect(
            latency.endToEndLatency
                == .init(avg: 41.3, p50: 20, p75: 60, p90: 120, p95: 120, p99: 120, n: 5))
        #expect(latency.executionLatency.median == 16)
        #expect(latency.latencyDistribution.map(\.bucket) == LatencyBody.buckets)
        #expect(latency.latencyDistribution.map(\.count) == [1, 1, 0, 1, 0, 2])
        #expect(latency.latencyDistribution.map(\.percentage) == [20, 20, 0, 20, 0, 40])
        #expect(latency.latencyTrendStepSeconds == 60)
        #expect(latency.latencyTrend.count == 60)
        #expect(latency.latencyTrend.map(\.n).reduce(0, +) == 5)
        #expect(
            latency.latencyTrend[10]
                == .init(timestamp: .at("12:10:00"), n: 1, p50: 16, p95: 16))
        #expect(
            latency.latencyTrend[11]
                == .init(timestamp: .at("12:11:00"), n: 0, p50: nil, p95: nil))
    }

    private static func checkPatterns(_ patterns: PatternsBody) throws {
        #expect(patterns.timeline.count == 60)
        #expect(patterns.timeline.map(\.executions).reduce(0, +) == 5)
        #expect(
            patterns.timeline[10]
                == .init(
                    timestamp: .at("12:10:00"), executions: 1, succeeded: 0, failed: 1, timedOut: 0,
                    cancelled: 0, lost: 0, successRate: 0, avgDuration: 16, n: 1))
        #expect(
            patterns.timeline[11]
                == .init(
                    timestamp: .at("12:11:00"), executions: 0, succeeded: 0, failed: 0, timedOut: 0,
                    cancelled: 0, lost: 0, successRate: nil, avgDuration: nil, n: 0))
        #expect(patterns.timeline.map(\.cancelled).reduce(0, +) == 1)
        #expect(patterns.timeline[32].timedOut == 1)
        #expect(patterns.bursts == [])
        #expect(patterns.anomalies == [])
        #expect(patterns.patterns.peakHours.first == 12)
        // Not one whole day is known.
        #expect(patterns.patterns.averageDaily == nil)
        #expect(patterns.patterns.days == 0)
    }

    @Test func `realtime tells what is open, whatever the range`() async throws {
        try await Self.use { server in
            let now = try #require(try await server.figures(Self.hour).realtime)
            #expect(now.timestamp == SampleFleet.noon)
            #expect((now.currentlyRunning, now.queueDepth, now.avgQueueWaitTime) == (1, 1, 60))
            #expect(
                now.executionsInProgress == [
                    .init(
                        runId: "b3", agentId: "beta", agentName: "beta", userId: "ada",
                        status: "running", step: nil, activity: nil, startedAt: .at("12:59:00"),
                        elapsedTime: 3_660, estimatedCompletion: nil, estimatedDuration: nil,
                        estimatedRange: nil, basis: 0, overdue: nil)
                ])
            #expect(
                now.queuedExecutions == [
                    .init(
                        queueId: "a4", agentId: "alpha", priority: 7, queuedAt: .at("13:59:00"),
                        estimatedStartTime: nil)
                ])
            #expect(
                now.systemLoad
                    == .init(
                        cpu: nil, memory: nil,
                        workers: .init(total: nil, busy: nil, idle: nil, silent: nil, reporting: 0))
            )
        }
    }

    @Test func `without an execution each block answers, and knows nothing`() async throws {
        try await ServerUnderTest.withoutHost { server in
            let all = try await server.figures("")
            #expect((all.timeframe, all.to) == ("1h", SampleFleet.noon))
            let latency = try #require(all.latency)
            for figures in [
                latency.queueLatency, latency.executionLatency, latency.endToEndLatency,
            ] {
                #expect(
                    figures
                        == .init(avg: nil, p50: nil, p75: nil, p90: nil, p95: nil, p99: nil, n: 0))
            }
            #expect(
                latency.latencyDistribution.allSatisfy { $0.count == 0 && $0.percentage == nil })
            let performance = try #require(all.performance)
            #expect(performance.totalExecutions == 0)
            #expect(
                [
                    performance.successRate, performance.failureRate, performance.cancellationRate,
                    performance.failureRateWithLost, performance.costUsd, performance.costKnownRate,
                ] == Array(repeating: nil, count: 6))
            #expect(performance.tokens == nil)
            #expect(performance.byAgent == [])
            #expect(performance.byHour.count == 24)
            #expect(performance.vsLastPeriod.executionsChange == nil)
            #expect(performance.vsLastPeriod.n == 0)
            #expect(performance.vsLastPeriod.reason != nil)
            let throughput = try #require(all.throughput)
            #expect((throughput.n, throughput.executionsPerMinute) == (0, 0))
            #expect(throughput.peakThroughput == nil)
            #expect(throughput.throughputTrend.allSatisfy { $0.value == 0 })
            let patterns = try #require(all.patterns)
            #expect(patterns.timeline.allSatisfy { $0.executions == 0 && $0.successRate == nil })
            #expect((patterns.patterns.peakHours, patterns.patterns.quietHours) == ([], []))
            let resources = try #require(all.resources)
            #expect(resources.modelUsage == [])
            #expect(resources.compute.cpuUsage == nil)
            let realtime = try #require(all.realtime)
            #expect((realtime.currentlyRunning, realtime.queueDepth) == (0, 0))
            #expect(realtime.avgQueueWaitTime == nil)
            #expect(try await server.agents().items == [])
        }
    }

    @Test(arguments: MetricsBody.Block.allCases)
    func `a block alone is what it is among the others`(_ block: MetricsBody.Block) async throws {
        try await Self.use { server in
            var all = try await server.figures(Self.hour)
            let one = try await server.figures(Self.hour, block: block.rawValue)
            if block != .realtime { all.realtime = nil }
            if block != .throughput { all.throughput = nil }
            if block != .latency { all.latency = nil }
            if block != .performance { all.performance = nil }
            if block != .patterns { all.patterns = nil }
            if block != .resources { all.resources = nil }
            // What the store does just now is another thing at each look.
            if let load = one.resources?.databaseLoad { all.resources?.databaseLoad = load }
            #expect(one == all)
        }
    }

    @Test func `an agent alone counts where it is asked for, and one not known comes to nothing`()
        async throws
    {
        try await Self.use { server in
            let beta = try await server.figures("\(Self.hour)&agent=beta")
            #expect(beta.agent == "beta")
            #expect(beta.performance?.totalExecutions == 2)
            #expect(beta.performance?.byAgent.map(\.agentName) == ["beta"])
            #expect(beta.performance?.vsLastPeriod.n == 0)
            #expect(beta.throughput?.n == 2)
            #expect(beta.latency?.queueLatency.n == 1)
            #expect(beta.latency?.executionLatency.avg == 90)
            #expect(beta.patterns?.timeline.map(\.executions).reduce(0, +) == 2)
            #expect(beta.resources?.modelUsage == [])
            #expect(beta.realtime?.executionsInProgress.map(\.runId) == ["b3"])
            #expect(beta.realtime?.queueDepth == 0)

            let unknown = try await server.figures("\(Self.hour)&agent=gamma")
            #expect(unknown.performance?.totalExecutions == 0)
            #expect(unknown.performance?.byAgent == [])
            #expect(unknown.throughput?.n == 0)
            #expect(unknown.realtime?.currentlyRunning == 0)
            #expect(unknown.realtime?.queuedExecutions == [])
        }
    }
}

extension [Int64] {
    /// The counts of some 24ths; the others have none.
    static func trend(_ counts: [Int: Int64]) -> [Int64] { (0..<24).map { counts[$0] ?? 0 } }
}
