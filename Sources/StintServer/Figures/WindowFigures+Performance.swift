import StintMetrics
import StintModel
import StintStorage
import StintWire

extension WindowFigures {
    func performance() throws(StoreError) -> PerformanceBody {
        let total = sum.finished
        let bad = sum[.failed] &+ sum[.timedOut] &+ sum[.lost]
        // First: what is read for all is remembered, and read once.
        let byHour = try byHour()
        return PerformanceBody(
            totalExecutions: total, successfulExecutions: sum[.succeeded],
            failedExecutions: sum[.failed], cancelledExecutions: sum[.aborted],
            timedOutExecutions: sum[.timedOut], lostExecutions: sum[.lost],
            successRate: percentage(sum[.succeeded], of: total),
            failureRate: percentage(sum[.failed], of: total),
            cancellationRate: percentage(sum[.aborted], of: total),
            failureRateWithLost: percentage(bad, of: total &+ sum[.lost]),
            tokens: sum.tokens, costUsd: sum.costUsd, costKnownRate: sum.costKnownRate,
            method: method, byAgent: try byAgent(), byHour: byHour, vsLastPeriod: try change())
    }

    // MARK: Agents

    private func byAgent() throws(StoreError) -> [AgentFiguresBody] {
        var names: [String] = []
        if let agent = query.agent {
            names = [agent]
        } else {
            names = try snapshot.agents().map(\.name)
        }
        var figures: [AgentFiguresBody] = []
        for name in names {
            let agent = try AgentFigures(
                of: name, in: snapshot, from: query.from, to: query.to, isExact: measures != nil)
            if agent.sum.finished > 0 { figures.append(agent.body) }
        }
        return figures
    }

    // MARK: Hours

    /// By a quarter of an hour, of which each belongs to one hour of the day in every zone.
    private func byHour() throws(StoreError) -> [PerformanceBody.Hour] {
        let quarter: Int64 = 900_000_000
        let first = query.from.microseconds / quarter + 1
        let inner = (first...).lazy.map { Instant(microseconds: $0 * quarter) }
            .prefix { $0 < query.to }
        let bounds = [query.from] + inner + [query.to]
        var hours = [SlotCounts](repeating: SlotCounts(), count: 24)
        let counts = try snapshot.series(of: query.agent, bounds: bounds)
        for (start, count) in zip(bounds, counts) where !count.isEmpty {
            hours[query.zone.hour(of: start)].add(count)
        }
        return hours.enumerated().map { hour, counts in
            PerformanceBody.Hour(
                hour: Int64(hour), executions: counts.finished,
                successRate: percentage(counts[.succeeded], of: counts.finished),
                avgLatency: meanSeconds(counts[.durationSum], counts[.durations]),
                n: counts[.durations])
        }
    }

    // MARK: The period before

    private func change() throws(StoreError) -> PerformanceBody.Change {
        let from = query.from - query.length
        let before = try snapshot.sum(
            of: RollUpSeries(agent: query.agent), from: from, to: query.from,
            distributions: [.okDuration, .notOKDuration])
        let n = before.finished
        guard n > 0 else {
            return PerformanceBody.Change(
                executionsChange: nil, successRateChange: nil, latencyChange: nil, n: 0,
                reason: "Nothing finished in the period before.")
        }
        var reason: String?
        let executions = Double(sum.finished - n) / Double(n) * 100
        var success: Double?
        var latency: Double?
        if let now = percentage(sum[.succeeded], of: sum.finished),
            let then = percentage(before[.succeeded], of: n)
        {
            success = now - then
        } else {
            reason = "Nothing finished in this period."
        }
        // Where only one of the two is few, both are taken from sketches.
        let isExact = measures != nil && n <= Self.mostForExact
        let then =
            isExact
            ? Percentiles.of(
                [0.5], in: try snapshot.measures(of: query.agent, in: from..<query.from).durations)
            : Percentiles.of([0.5], in: before.durations)
        let now =
            isExact
            ? Percentiles.of([0.5], in: measures?.durations ?? [])
            : Percentiles.of([0.5], in: sum.durations)
        if let now = now[0], let then = then[0], then > 0 {
            latency = (now - then) / then * 100
        } else {
            reason = reason ?? "The median duration of one of the periods is not known, or was 0."
        }
        return PerformanceBody.Change(
            executionsChange: executions, successRateChange: success, latencyChange: latency, n: n,
            reason: reason)
    }
}

/// What one agent did in a range.
struct AgentFigures {
    let name: String
    let sum: RollUpSum
    /// See ``AgentFiguresBody/trend``.
    private let trend: [Int64]
    /// Of ``shares``.
    private let percentiles: [Double?]

    init(
        of name: String, in snapshot: any FiguresSnapshot, from: Instant, to: Instant,
        isExact: Bool
    ) throws(StoreError) {
        self.name = name
        let series = RollUpSeries(agent: name)
        trend = try snapshot.series(of: name, bounds: Self.trendBounds(from: from, to: to))
            .map(\.finished)
        if isExact {
            let sum = try snapshot.sum(of: series, from: from, to: to)
            let measures =
                sum.finished > 0 ? try snapshot.measures(of: name, in: from..<to) : Measures()
            if measures.areAll(of: sum) {
                self.sum = sum
                percentiles = Percentiles.of(Self.shares, in: measures.durations)
                return
            }
        }
        sum = try snapshot.sum(
            of: series, from: from, to: to, distributions: [.okDuration, .notOKDuration])
        percentiles = Percentiles.of(Self.shares, in: sum.durations)
    }

    private static let shares = [0.5, 0.95, 0.99]

    /// The ends of a range, and where each of its 24ths but the first begins.
    private static func trendBounds(from: Instant, to: Instant) -> [Instant] {
        let length = to.since(from)
        let isShort = length <= Timeframe.sixHours.span
        let inner = (1..<24).map { (part: Int64) in
            let start = from + TimeSpan(microseconds: length.microseconds * part / 24)
            return max(
                from, isShort ? RollUpLevel.minute.start(of: start) : SlotCounts.start(of: start))
        }
        return [from] + inner + [to]
    }

    var p99: Double? { percentiles[2] }

    var body: AgentFiguresBody {
        let durations = sum.bands.reduce(0, &+)
        return AgentFiguresBody(
            agentId: name, agentName: name, executions: sum.finished,
            successRate: percentage(sum[.succeeded], of: sum.finished),
            avgRuntime: meanSeconds(sum[.okDurationSum] &+ sum[.notOKDurationSum], durations),
            errorRate: percentage(sum[.failed], of: sum.finished), p50: percentiles[0],
            p95: percentiles[1], n: durations, tokens: sum.tokens, costUsd: sum.costUsd,
            costKnownRate: sum.costKnownRate, trend: trend)
    }
}

extension RollUpSum {
    /// Of all that ended, whatever their end.
    var durations: SketchSum {
        var durations = self[.okDuration]
        durations.add(self[.notOKDuration])
        return durations
    }

    /// Input and output; `nil` where nobody reported any.
    var tokens: Int64? {
        guard self[.inputTokenReports] > 0 || self[.outputTokenReports] > 0 else { return nil }
        return self[.inputTokens] &+ self[.outputTokens]
    }

    /// `nil` where no cost is known.
    var costUsd: Double? {
        self[.costReports] > 0 ? Double(self[.costNanos]) / 1_000_000_000 : nil
    }

    /// Percent of the model calls of executions whose cost is known.
    var costKnownRate: Double? { percentage(self[.pricedCalls], of: self[.calls]) }
}
