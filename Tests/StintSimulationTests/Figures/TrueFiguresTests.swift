import Foundation
import StintModel
import Testing

@testable import StintSimulation

/// Small cases computed by hand.
@Suite struct TrueFiguresTests {
    /// 2026-11-20, a Friday.
    private static let noon = Instant(rfc3339: "2026-11-20T12:00:00Z")!
    private static let hour = noon..<(noon + .seconds(3_600))

    private static func execution(
        _ status: ExecutionStatus = .succeeded, id: String = "a", agent: String? = "planner",
        queued: Double? = nil, started: Double? = 0, finished: Double? = nil
    ) -> KnownExecution {
        func at(_ seconds: Double?) -> Instant? {
            seconds.map { noon + TimeSpan(seconds: $0)! }
        }
        var execution = KnownExecution(id: id, status: status)
        execution.agent = agent
        execution.queuedAt = at(queued)
        execution.attemptQueuedAt = at(queued)
        execution.startedAt = at(started)
        execution.attemptStartedAt = at(started)
        execution.finishedAt = at(finished)
        execution.lastEventAt = at(finished ?? started ?? queued)
        execution.queueWait = at(queued).flatMap { at(started)?.since($0) }
        execution.duration = at(started).flatMap { at(finished)?.since($0) }
        execution.total = at(queued ?? started).flatMap { at(finished)?.since($0) }
        return execution
    }

    /// - Parameter past: How many seconds of the hour have passed.
    private static func figures(
        _ executions: [KnownExecution], agent: String? = nil, zone: String = "UTC",
        past: Int64 = 3_600, in window: Range<Instant> = hour
    ) -> TrueFigures {
        TrueFigures(
            of: executions, in: window, agent: agent, zone: TimeZone(identifier: zone)!,
            now: noon + .seconds(past))
    }

    private static func number(_ figure: TrueFigure?) -> Double? {
        guard case .number(let number, _) = figure else { return nil }
        return number
    }

    private static func rows(_ figure: TrueFigure?) -> [TrueFigure] {
        guard case .rows(let rows) = figure else { return [] }
        return rows
    }

    // MARK: What counts

    @Test func `a window is half-open, and what is tried out does not count`() {
        var test = Self.execution(finished: 5)
        test.environment = "test"
        var mock = test
        mock.environment = "mock"
        var staging = test
        staging.environment = "staging"
        let executions = [
            test, mock, staging, Self.execution(started: -5, finished: -0.000001),
            Self.execution(started: -5, finished: 0), Self.execution(finished: 3_599.999999),
            Self.execution(finished: 3_600), Self.execution(.running),
        ]
        let performance = Self.figures(executions).performance
        #expect(performance["totalExecutions"] == .count(3))
    }

    @Test func `an agent is named exactly`() {
        let executions = [
            Self.execution(finished: 1), Self.execution(agent: "Planner", finished: 1),
            Self.execution(agent: nil, finished: 1),
        ]
        let performance = Self.figures(executions, agent: "planner").performance
        #expect(performance["totalExecutions"] == .count(1))
        #expect(performance["byAgent"]?["Planner"] == nil)
        let all = Self.figures(executions).performance
        #expect(all["byAgent"]?[""]?["executions"] == .count(1))
    }

    // MARK: Blocks

    @Test func `throughput is finished by minutes passed`() {
        let executions = [30, 90, 95, 1_790].map { Self.execution(finished: $0) }
        let throughput = Self.figures(executions, past: 1_800).throughput
        #expect(Self.number(throughput["executionsPerMinute"]) == 4.0 / 30)
        #expect(Self.number(throughput["executionsPerHour"]) == 8)
        #expect(Self.number(throughput["executionsPerDay"]) == 192)
        let trend = Self.rows(throughput["throughputTrend"])
        #expect(trend.count == 60)
        #expect(trend.prefix(3).map { Self.number($0["value"]) } == [1, 2, 0])
        #expect(trend[1]["timestamp"] == .instant(Self.noon + .seconds(60)))
        // What lies ahead has no throughput yet.
        #expect(Self.number(trend[30]["value"]) == nil)
        #expect(Self.number(throughput["peakThroughput"]?["value"]) == 2)
        #expect(
            throughput["peakThroughput"]?["timestamp"]
                == .instant(Self.noon + .seconds(60)))
        #expect(Self.number(Self.figures([]).throughput["peakThroughput"]?["value"]) == nil)
    }

    @Test func `the first and last step of a series count what the window holds of them`() {
        let window = (Self.noon + .seconds(30))..<(Self.noon + .seconds(135))
        let figures = Self.figures(
            [29, 30, 134, 135].map { Self.execution(finished: $0) }, in: window)
        let trend = Self.rows(figures.throughput["throughputTrend"])
        #expect(
            trend.map { $0["timestamp"] }
                == [0, 60, 120].map { .instant(Self.noon + .seconds($0)) })
        #expect(trend.map { Self.number($0["value"]) } == [2, 0, 4])
        #expect(
            Self.rows(figures.timeline).map { $0["executions"] } == [
                .count(1), .count(0), .count(1),
            ])
    }

    @Test
    func `waits belong to the start, times to the finish, and percentiles are of nearest rank`() {
        // Ten that took 1 to 10 s, each queued for twice as long before; one began in the window
        // and goes on, one began before it.
        var executions = (1...10).map { (number: Int) -> KnownExecution in
            let seconds = Double(number)
            return Self.execution(
                queued: 100 - 2 * seconds, started: 100, finished: 100 + seconds)
        }
        executions.append(Self.execution(.running, queued: 100, started: 150))
        executions.append(Self.execution(.failed, queued: -50, started: -1, finished: 99))
        let latency = Self.figures(executions).latency
        let queue = latency["queueLatency"]
        #expect(queue?["n"] == .count(11))
        #expect(Self.number(queue?["avg"]) == 160.0 / 11)
        #expect(Self.number(queue?["median"]) == 12)
        #expect(Self.number(queue?["p99"]) == 50)
        let run = latency["executionLatency"]
        #expect(run?["n"] == .count(11))
        #expect(Self.number(run?["avg"]) == 155.0 / 11)
        #expect(
            ["p50", "p75", "p90", "p95", "p99"].map { Self.number(run?[$0]) } == [
                6, 9, 10, 100, 100,
            ])
        #expect(Self.number(latency["endToEndLatency"]?["p50"]) == 18)
        #expect(latency["method"] == .text("exact"))
        #expect(Self.number(Self.figures([]).latency["queueLatency"]?["avg"]) == nil)
        #expect(Self.figures([]).latency["queueLatency"]?["n"] == .count(0))
    }

    @Test func `more than 10 000 are told from a sketch`() {
        let many = [KnownExecution](repeating: Self.execution(finished: 7), count: 10_001)
        let latency = Self.figures(many).latency
        #expect(latency["method"] == .text("sketch"))
        #expect(latency["executionLatency"]?["p50"] == .number(7, .relative(1.0 / 128)))
        let fewer = Self.figures(Array(many.dropFirst())).latency
        #expect(fewer["executionLatency"]?["p50"] == .number(7, .none))
    }

    @Test func `bands of the distribution are half-open`() {
        let seconds = [0, 0.999999, 1, 4.999999, 5, 10, 30, 59.999999, 60, 4_000]
        let executions = seconds.map { Self.execution(started: -$0, finished: 0) }
        let bands = Self.rows(Self.figures(executions).latency["latencyDistribution"])
        #expect(
            bands.map { $0["bucket"] }
                == ["0-1s", "1-5s", "5-10s", "10-30s", "30-60s", "60s+"].map { .text($0) })
        #expect(bands.map { $0["count"] } == [2, 2, 1, 1, 2, 2].map { .count($0) })
        #expect(bands.map { Self.number($0["percentage"]) } == [20, 20, 10, 10, 20, 20])
    }

    @Test func `results are shares of what finished, and lost ones stand beside them`() {
        let ends: [ExecutionStatus] = [
            .succeeded, .succeeded, .succeeded, .failed, .timedOut, .aborted, .aborted, .aborted,
        ]
        var executions = ends.map { Self.execution($0, finished: 10) }
        executions += [Self.execution(.lost, started: 5), Self.execution(.lost, started: -5)]
        let performance = Self.figures(executions).performance
        for (name, count) in [
            ("totalExecutions", 8), ("successfulExecutions", 3), ("failedExecutions", 1),
            ("cancelledExecutions", 3), ("timedOutExecutions", 1), ("lostExecutions", 1),
        ] {
            #expect(performance[name] == .count(count), "\(name)")
        }
        for (name, share) in [
            ("successRate", 37.5), ("failureRate", 12.5), ("cancellationRate", 37.5),
            ("failureRateWithLost", 100.0 / 3),
        ] {
            #expect(Self.number(performance[name]) == share, "\(name)")
        }
        #expect(Self.number(Self.figures([]).performance["successRate"]) == nil)
    }

    @Test func `each agent has its own figures`() {
        var executions = [2.0, 4, 9].map { Self.execution(finished: $0) }
        executions[0].tokens = Tokens(input: 100, output: 20, cachedInput: 50)
        executions[1].tokens = Tokens(output: 7)
        executions[1].costNanos = 1_500_000
        executions[2].status = .failed
        executions.append(Self.execution(.aborted, agent: "writer", started: nil, finished: 3))
        let agents = Self.figures(executions).performance["byAgent"]
        let planner = agents?["planner"]
        #expect(planner?["agentName"] == .text("planner"))
        #expect(planner?["executions"] == .count(3))
        #expect(Self.number(planner?["successRate"]) == 200.0 / 3)
        #expect(Self.number(planner?["errorRate"]) == 100.0 / 3)
        #expect(Self.number(planner?["avgRuntime"]) == 5)
        #expect(Self.number(planner?["p50"]) == 4)
        #expect(Self.number(planner?["p95"]) == 9)
        #expect(Self.number(planner?["tokens"]) == 127)
        #expect(Self.number(planner?["costUsd"]) == 0.0015)
        for name in ["avgRuntime", "p50", "p95", "tokens", "costUsd"] {
            #expect(Self.number(agents?["writer"]?[name]) == nil, "\(name)")
        }
        #expect(Self.number(agents?["writer"]?["successRate"]) == 0)
    }

    @Test func `an hour of day is the zone's`() {
        let executions = [
            Self.execution(started: 0, finished: 1_799),
            Self.execution(.failed, started: 1_799, finished: 1_800),
            Self.execution(started: 1_800, finished: 1_803),
        ]
        let hours = Self.rows(Self.figures(executions, zone: "Asia/Kolkata").performance["byHour"])
        #expect(hours.count == 24)
        #expect(hours[17]["hour"] == .count(17))
        #expect(hours[17]["executions"] == .count(1))
        #expect(hours[18]["executions"] == .count(2))
        #expect(Self.number(hours[18]["successRate"]) == 50)
        #expect(Self.number(hours[18]["avgLatency"]) == 2)
        #expect(Self.number(hours[0]["successRate"]) == nil)
    }

    @Test func `the last period is the equal one just before`() {
        let before: [KnownExecution] = [
            Self.execution(.failed, started: -3_604, finished: -3_600),
            Self.execution(started: -14, finished: -10),
            Self.execution(started: -3_605, finished: -3_601),
        ]
        let now = [2.0, 3, 5].map { Self.execution(finished: $0) }
        let change = Self.figures(before + now).performance["vsLastPeriod"]
        #expect(change?["n"] == .count(2))
        #expect(Self.number(change?["executionsChange"]) == 50)
        #expect(Self.number(change?["successRateChange"]) == 50)
        #expect(change?["latencyChange"] == .change(from: 4, to: 3, .none))
        let none = Self.figures(now).performance["vsLastPeriod"]
        #expect(Self.number(none?["executionsChange"]) == nil)
        #expect(none?["latencyChange"] == .change(from: nil, to: 3, .none))
    }

    @Test func `a timeline has what finished in each step`() {
        let executions = [
            Self.execution(started: 60, finished: 70),
            Self.execution(.failed, started: 60, finished: 80),
            Self.execution(.timedOut, started: nil, finished: 119),
        ]
        let steps = Self.rows(Self.figures(executions).timeline)
        #expect(steps.count == 60)
        #expect(steps[1]["executions"] == .count(3))
        #expect(Self.number(steps[1]["successRate"]) == 100.0 / 3)
        #expect(Self.number(steps[1]["avgDuration"]) == 15)
        #expect(Self.number(steps[2]["avgDuration"]) == nil)
    }

    @Test func `usual hours and days are of arrivals`() {
        // Friday noon up to Monday noon: two whole days, both of the weekend.
        let range = Self.noon..<(Self.noon + .days(3))
        let offsets: [Double] =
            [0, 3_600, 3_601] + [0, 1, 2, 24, 24].map { 43_200 + $0 * 3_600 } + [3 * 86_400]
        let executions = offsets.map { Self.execution(.running, started: $0) }
        let patterns = Self.figures(executions).patterns(over: range)
        // Hours 13 and 0 have two in three days, 0 three: 12, 1 and 2 have one.
        #expect(patterns["peakHours"] == .rows([0, 13, 1].map { .count($0) }))
        #expect(patterns["quietHours"] == .rows([3, 4, 5].map { .count($0) }))
        #expect(patterns["days"] == .count(2))
        #expect(Self.number(patterns["averageDaily"]) == 2.5)
        #expect(Self.number(patterns["weekdayAverage"]) == nil)
        #expect(Self.number(patterns["weekendAverage"]) == 2.5)
    }

    @Test func `patterns look at two weeks and the last day, in whole slots of what is known`() {
        let window = Self.noon..<(Self.noon + .seconds(7_250))
        func history(_ first: Double, past: Int64 = 3_700) -> Range<Instant> {
            Self.figures(
                [Self.execution(.running, started: first), Self.execution(.running)],
                zone: "Europe/Berlin", past: past, in: window
            ).history
        }
        let all = history(-30 * 86_400)
        #expect(all.lowerBound.rfc3339 == "2026-11-05T23:00:00.000000Z")
        #expect(all.upperBound == Self.noon + .seconds(3_600))
        #expect(history(-599).lowerBound == Self.noon - .seconds(600))
        #expect(Self.figures([], in: window).history.isEmpty)
        let long = (Self.noon - .days(40))..<Self.noon
        let old = Self.execution(.running, started: -50 * 86_400)
        #expect(Self.figures([old], past: 0, in: long).history == long)
    }

    @Test func `an hour seen more often is no busier for it`() {
        // 12 to 14 h the next day: hours 12 and 13 are seen twice, the others once.
        let range = Self.noon..<(Self.noon + .seconds(26 * 3_600))
        let offsets: [Double] = [
            0, 24 * 3_600, 3 * 3_600, 3 * 3_600 + 1, 9 * 3_600, 3_600, 3_601, 25 * 3_600,
        ]
        let patterns = Self.figures(offsets.map { Self.execution(.running, started: $0) })
            .patterns(over: range)
        #expect(patterns["peakHours"] == .rows([15, 13, 12].map { .count($0) }))
        #expect(Self.figures([]).patterns(over: range)["peakHours"] == .rows([]))
    }

    @Test func `model usage is of calls of what finished`() {
        var done = Self.execution(finished: 5)
        done.calls = [
            .init(
                model: "large", tokens: Tokens(input: 10, output: 2), latency: .seconds(3),
                costNanos: 5),
            .init(model: "large", tokens: nil, latency: nil, costNanos: nil),
            .init(model: "large", tokens: Tokens(output: 1), latency: .seconds(1), costNanos: 7),
            .init(model: nil, tokens: nil, latency: nil, costNanos: nil),
        ]
        var open = Self.execution(.running)
        open.calls = [.init(model: "small")]
        let usage = Self.figures([done, open]).modelUsage
        #expect(usage["small"] == nil)
        #expect(usage["large"]?["calls"] == .count(3))
        #expect(Self.number(usage["large"]?["tokens"]) == 13)
        #expect(Self.number(usage["large"]?["avgLatency"]) == 2)
        #expect(Self.number(usage["large"]?["cost"]) == 12e-9)
        #expect(Self.number(usage["large"]?["costKnownRate"]) == 200.0 / 3)
        #expect(usage["large"]?["n"] == .count(2))
        #expect(Self.number(usage[""]?["cost"]) == nil)
    }

    @Test func `what runs and waits now is counted whatever the window`() {
        var executions = [
            Self.execution(.running, id: "1", started: -7_200),
            Self.execution(.waiting, id: "2", started: 10),
            Self.execution(.queued, id: "3", queued: 20, started: nil),
            Self.execution(.queued, id: "4", queued: 10, started: nil),
            Self.execution(.queued, id: "5", queued: 30, started: nil),
            Self.execution(.lost, id: "6"), Self.execution(.pending, id: "7", started: nil),
            Self.execution(id: "8", finished: 20),
        ]
        executions[4].priority = 3
        let realtime = Self.figures(executions, past: 60).realtime(within: 0)
        #expect(realtime["currentlyRunning"] == .count(2))
        #expect(realtime["queueDepth"] == .count(3))
        #expect(Self.number(realtime["avgQueueWaitTime"]) == 40)
        let running = Self.rows(realtime["executionsInProgress"])
        #expect(running.map { $0["runId"] } == [.text("2"), .text("1")])
        #expect(running.map { Self.number($0["elapsedTime"]) } == [50, 7_260])
        let queued = Self.rows(realtime["queuedExecutions"])
        #expect(queued.map { $0["queueId"] } == [.text("5"), .text("4"), .text("3")])
        #expect(Self.number(queued[0]["priority"]) == 3)
        #expect(Self.number(Self.figures([]).realtime(within: 0)["avgQueueWaitTime"]) == nil)
    }

    @Test func `the agents known are shown with their last day`() {
        let executions = [
            Self.execution(started: 10, finished: 30), Self.execution(started: 20, finished: 21),
            Self.execution(.running, started: 50),
            Self.execution(.queued, agent: "writer", queued: 40, started: nil),
            Self.execution(agent: "writer", started: -90_000, finished: -86_341),
        ]
        let agents = TrueFigures.agents(of: executions, now: Self.noon + .seconds(60))["items"]
        let planner = agents?["planner"]
        #expect(planner?["executions"] == .count(2))
        #expect(Self.number(planner?["p99"]) == 20)
        #expect(
            planner?["lastSeenAt"] == .notBefore(Self.noon + .seconds(50), butFor: .seconds(10)))
        #expect(planner?["currentlyRunning"] == .count(1))
        #expect(planner?["queueDepth"] == .count(0))
        let writer = agents?["writer"]
        #expect(writer?["agentId"] == .text("writer"))
        #expect(writer?["executions"] == .count(0))
        #expect(Self.number(writer?["p95"]) == nil)
        #expect(writer?["queueDepth"] == .count(1))
    }

    // MARK: Known truth

    @Test func `a simulated execution counts by its last attempt and its first beginning`() throws {
        let fleet = FleetTests.fleet(2_000)
        let execution = try #require(
            FleetTests.executions(fleet).first {
                $0.attempts.count > 1 && $0.attempts.allSatisfy { $0.queuedAt != nil }
                    && $0.current.ending != nil && !$0.calls.isEmpty
            })
        let known = KnownExecution(execution, isLost: false)
        let (first, last) = (execution.attempts[0], execution.current)
        #expect(known.startedAt == first.startedAt && known.queuedAt == first.queuedAt)
        #expect(known.queueWait == last.startedAt!.since(last.queuedAt!))
        #expect(known.duration == last.ending!.at.since(last.startedAt!))
        #expect(known.total == last.ending!.at.since(first.queuedAt!))
        #expect(known.calls.count == execution.calls.count)
        #expect(KnownExecution(execution, isLost: true).status == .lost)
    }
}
