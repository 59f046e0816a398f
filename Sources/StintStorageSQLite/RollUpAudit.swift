import StintMetrics
import StintModel
import StintStorage

/// How many of the executions that are kept started, by what became of them.
struct StartedCounts {
    var finished: Int64 = 0
    var open: Int64 = 0

    mutating func add(_ state: ExecutionState) {
        guard Contribution(of: state)?.start != nil else { return }
        if state.status.isFinal { finished += 1 } else { open += 1 }
    }
}

/// Compares stored cells with what executions count for, as the cells come by in order.
struct RollUpAudit {
    /// Cells that begin before are not kept any more.
    var horizons: [RollUpLevel: Instant] = [:]
    /// What is not yet brought into the cells, of all levels.
    var pending: [RollUpKey: RollUpCell] = [:]
    var unreadable: [RollUpKey] = []

    /// What days and minutes should be.
    private var expected: DayLedger
    private var expired = DayLedger()
    /// What the stored minutes add up to.
    private var minutes = DayLedger()
    /// By day, the hours that the stored minutes make less the stored hours: 0 where they agree.
    private var hours: [RollUpKey: UInt64] = [:]
    /// By day, what the minutes of each agent make less those of all together.
    private var together: [RollUpKey: UInt64] = [:]
    private var days: [RollUpKey: RollUpCell] = [:]
    private var wrongParts: [(RollUpKey, String)] = []
    private var cells = 0

    init(expected: DayLedger) {
        self.expected = expected
    }

    mutating func add(expired entry: DayLedger.Entry, at key: RollUpKey) {
        expired.add(entry, at: key)
        expected.add(entry, at: key)
    }

    /// Adds a stored cell; in order of their levels, minutes first.
    mutating func add(_ stored: RollUpCell, at key: RollUpKey) {
        var cell = stored
        if let waiting = pending.removeValue(forKey: key) { cell.add(waiting) }
        count(cell, at: key)
    }

    private mutating func count(_ cell: RollUpCell, at key: RollUpKey) {
        if let horizon = horizons[key.level], key.start < horizon { return }
        cells += 1
        if let wrong = cell.wrongPart { wrongParts.append((key, wrong)) }
        switch key.level {
        case .minute:
            hours[day(of: key), default: 0] &+=
                cell.weighed(inHourOf: key.start, isOfExecutions: key.model == nil)
            var all = day(of: key)
            all.series.agent = nil
            if key.agent == nil {
                together[all, default: 0] &-= cell.weighed(at: key.start)
            } else {
                together[all, default: 0] &+= cell.weighed(at: key.start)
                minutes.add(cell, at: key)
            }
        case .hour:
            hours[day(of: key), default: 0] &-= cell.weighed(at: key.start)
        case .day:
            days[key, default: RollUpCell()].add(cell)
        }
    }

    private func day(of key: RollUpKey) -> RollUpKey {
        var key = key
        key.level = .day
        key.start = RollUpLevel.day.start(of: key.start)
        return key
    }

    mutating func finish(started: StartedCounts, into report: inout AuditReport) {
        var expectedTogether: [RollUpKey: RollUpCell] = [:]
        for (key, cell) in pending { count(cell, at: key) }
        func difference(_ law: AuditLaw, _ key: RollUpKey, _ detail: String)
            -> AuditReport.Difference
        {
            let model = key.model.map { ", model \($0)" } ?? ""
            let agents = key.agent == nil ? ", all agents together" : ""
            return .init(
                law, workspace: key.workspace, agent: key.agent, at: key.start,
                detail: detail + agents + model)
        }
        // What all agents together should come to, from what each should.
        for (key, entry) in expected.entries where key.agent != nil {
            var all = key
            all.series.agent = nil
            expectedTogether[all, default: RollUpCell()].add(entry.day)
        }
        for key in unreadable {
            report.fail(difference(.parts, key, "A cell of a \(key.level) cannot be read"))
        }
        report.pass(.parts, count: cells - wrongParts.count)
        for (key, wrong) in wrongParts {
            report.fail(difference(.parts, key, "In the \(key.level) \(wrong)"))
        }

        let firstMinute = horizons[.minute]
        for (key, rest) in hours where firstMinute.map({ key.start >= $0 }) ?? true {
            report.check(
                .hours,
                rest == 0
                    ? nil
                    : difference(
                        .hours, key, "The hours of this day are not the sums of their minutes"))
        }
        for key in Set(expected.entries.keys).union(minutes.entries.keys)
        where firstMinute.map({ key.start >= $0 }) ?? true {
            let (held, due) = (minutes.entries[key], expected.entries[key])
            report.check(
                .minutes,
                held?.minutes ?? 0 == due?.minutes ?? 0
                    ? nil
                    : difference(
                        .minutes, key,
                        "The minutes of this day are not the sum of its executions"))
        }
        for (key, rest) in together where firstMinute.map({ key.start >= $0 }) ?? true {
            report.check(
                .minutes,
                rest == 0
                    ? nil
                    : difference(
                        .minutes, key, "The minutes of this day are not the sum of the agents'"))
        }
        let firstDay = horizons[.day]
        var storedStarts: Int64 = 0
        for key in Set(expected.entries.keys).union(expectedTogether.keys).union(days.keys)
        where firstDay.map({ key.start >= $0 }) ?? true {
            var rest = days[key] ?? RollUpCell()
            if key.agent != nil { storedStarts += rest[.started] }
            rest.subtract(
                expected.entries[key]?.day ?? expectedTogether[key] ?? RollUpCell())
            report.check(
                .days,
                rest.isEmpty
                    ? nil
                    : difference(
                        .days, key,
                        "The day is not the sum of its executions: \(rest.summary)"))
        }
        let expiredStarts = expired.entries.values.reduce(0 as Int64) { $0 + $1.day[.started] }
        let all = storedStarts - expiredStarts
        // Where days have been removed the figures do not reach back far enough.
        guard firstDay == nil || !expected.entries.keys.contains(where: { $0.start < firstDay! })
        else { return }
        report.check(
            .started,
            all == started.finished + started.open
                ? nil
                : .init(
                    .started,
                    detail:
                        "\(all) started, of which \(started.finished) finished and \(started.open) are open."
                ))
    }
}

extension RollUpCell {
    /// What is left where nothing should be: each count that is not 0.
    fileprivate var summary: String {
        let counts = Counter.allCases.filter { self[$0] != 0 }.map { "\($0) \(self[$0])" }
        let sketches = Distribution.allCases.filter { !self[$0].isEmpty }.map { "\($0) differs" }
        return (counts + sketches).prefix(6).joined(separator: ", ")
    }

    /// - Returns: Which of its parts do not fit together.
    fileprivate var wrongPart: String? {
        let sums: Set<Counter> = [
            .queueWaitSum, .okDurationSum, .notOKDurationSum, .okTotalSum, .notOKTotalSum,
            .inputTokens, .outputTokens, .cachedInputTokens, .reasoningTokens, .costNanos,
            .modelLatencySum,
        ]
        // Sums may wrap; counts of executions cannot.
        for counter in Counter.allCases where !sums.contains(counter) && self[counter] < 0 {
            return "\(counter) is negative"
        }
        let ok = self[.succeeded]
        let notOK = finished - ok
        func bands(_ counters: [Counter]) -> Int64 { counters.reduce(0) { $0 + self[$1] } }
        let pairs: [(String, Int64, Int64)] = [
            ("the bands of durations", bands(Self.okBands), self[.okDuration].count),
            ("the bands of durations", bands(Self.notOKBands), self[.notOKDuration].count),
        ]
        for (what, left, right) in pairs where left != right {
            return "\(what) hold \(left), the sketch \(right)"
        }
        let parts: [(String, Int64, Int64)] = [
            ("durations", self[.okDuration].count, ok),
            ("durations", self[.notOKDuration].count, notOK),
            ("totals", self[.okTotal].count, ok), ("totals", self[.notOKTotal].count, notOK),
            ("queue waits", self[.queueWait].count, self[.started]),
            ("redriven", self[.redriven], finished), ("conflicts", self[.conflicts], finished),
            ("goals", self[.goalMet] + self[.goalMissed], finished),
            ("latencies", self[.modelLatency].count, self[.modelCalls]),
            ("priced calls", self[.pricedCalls], self[.calls]),
        ]
        for (what, part, whole) in parts where part > whole {
            return "there are more \(what) (\(part)) than can be (\(whole))"
        }
        return nil
    }
}
