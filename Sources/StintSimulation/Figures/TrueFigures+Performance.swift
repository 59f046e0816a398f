import StintModel

extension TrueFigures {
    public var performance: TrueFigure {
        let finished = finished
        func count(_ status: ExecutionStatus) -> Int { finished.count { $0.status == status } }
        let total = finished.count
        let (failed, timedOut, aborted) = (count(.failed), count(.timedOut), count(.aborted))
        let lost = executions.count { execution in
            execution.status == .lost && execution.lastEventAt.map(window.contains) == true
        }
        let isExact = isExact
        return [
            "totalExecutions": .count(total),
            "successfulExecutions": .count(count(.succeeded)),
            "failedExecutions": .count(failed),
            "cancelledExecutions": .count(aborted),
            "timedOutExecutions": .count(timedOut),
            "lostExecutions": .count(lost),
            "successRate": .share(count(.succeeded), of: total),
            "failureRate": .share(failed, of: total),
            "cancellationRate": .share(aborted, of: total),
            "failureRateWithLost": .share(failed + timedOut + lost, of: total + lost),
            "tokens": Self.total(of: finished.map(\.tokens)),
            "costUsd": Self.total(of: finished.map(\.costNanos)),
            "costKnownRate": Self.costKnownRate(finished.flatMap(\.calls)),
            "method": .text(isExact ? "exact" : "sketch"),
            "byAgent": .table(
                by: "agentId",
                Dictionary(grouping: finished) { TrueFigure.row($0.agent) }.mapValues {
                    agent($0, isExact: isExact)
                }),
            "byHour": byHour(finished),
            "vsLastPeriod": versus(before, finished),
        ]
    }

    /// Of one agent, by those of it that finished in the window.
    func agent(_ finished: [KnownExecution], isExact: Bool) -> TrueFigure {
        let durations = finished.compactMap(\.duration)
        let sorted = durations.sorted()
        let count = finished.count
        let agent = finished.first?.agent
        return [
            "agentId": .text(agent),
            "agentName": .text(agent),
            "executions": .count(count),
            "successRate": Self.successRate(finished),
            "errorRate": .share(finished.count { $0.status == .failed }, of: count),
            "avgRuntime": .mean(durations),
            "p50": quantile(50, of: sorted, isExact: isExact),
            "p95": quantile(95, of: sorted, isExact: isExact),
            "n": .count(durations.count),
            "tokens": Self.total(of: finished.map(\.tokens)),
            "costUsd": Self.total(of: finished.map(\.costNanos)),
            "costKnownRate": Self.costKnownRate(finished.flatMap(\.calls)),
            "trend": trend(finished),
        ]
    }

    /// How many finished in each 24th of the window, of which each but the first begins at the whole
    /// minute before its start, or the whole five minutes in a window of more than 6 hours.
    private func trend(_ finished: [KnownExecution]) -> TrueFigure {
        let begin = window.lowerBound.microseconds
        let length = window.upperBound.microseconds - begin
        let unit: Int64 = length > 21_600_000_000 ? 300_000_000 : 60_000_000
        let starts = (0..<24).map { (part: Int64) in
            max(begin, (begin + length * part / 24) / unit * unit)
        }
        let ends = starts.dropFirst() + [window.upperBound.microseconds]
        return .rows(
            zip(starts, ends).map { start, end in
                .count(finished.count { (start..<end).contains($0.finishedAt!.microseconds) })
            })
    }

    private func byHour(_ finished: [KnownExecution]) -> TrueFigure {
        let hours = Dictionary(grouping: finished) { time.hour(at: $0.finishedAt!) }
        return .rows(
            (0..<24).map { hour in
                let those = hours[hour] ?? []
                let durations = those.compactMap(\.duration)
                return [
                    "hour": .count(hour),
                    "executions": .count(those.count),
                    "successRate": Self.successRate(those),
                    "avgLatency": .mean(durations),
                    "n": .count(durations.count),
                ]
            })
    }

    private func versus(_ before: TrueFigures, _ finished: [KnownExecution]) -> TrueFigure {
        let earlier = before.finished
        func success(_ executions: [KnownExecution]) -> Double? {
            TrueFigure.percentage(
                executions.count { $0.status == .succeeded }, of: executions.count)
        }
        func median(_ executions: [KnownExecution]) -> Double? {
            TrueFigure.quantile(50, of: executions.compactMap(\.duration).sorted())
        }
        let executions = TrueFigure.percentage(
            finished.count - earlier.count, of: earlier.count)
        let points = success(earlier).flatMap { was in success(finished).map { $0 - was } }
        return [
            "n": .count(earlier.count),
            "executionsChange": .number(executions, .hundredth),
            "successRateChange": .number(points, .hundredth),
            "latencyChange": .change(
                from: median(earlier), to: median(finished),
                isExact && before.isExact ? .none : .sketch),
        ]
    }

    static func costKnownRate(_ calls: [KnownExecution.Call]) -> TrueFigure {
        .share(calls.count { $0.costNanos != nil }, of: calls.count)
    }

    static func successRate(_ finished: [KnownExecution]) -> TrueFigure {
        .share(finished.count { $0.status == .succeeded }, of: finished.count)
    }

    /// Input and output together, of those that told any; `nil` where none did.
    static func total(of tokens: [Tokens?]) -> TrueFigure {
        let told = tokens.compactMap(\.self).flatMap { [$0.input, $0.output].compactMap(\.self) }
        return .number(told.isEmpty ? nil : Double(told.reduce(0, +)), .none)
    }

    /// In US dollars; `nil` where no cost is known.
    static func total(of nanos: [Int64?]) -> TrueFigure {
        let told = nanos.compactMap(\.self)
        return .number(told.isEmpty ? nil : Double(told.reduce(0, +)) / 1e9, .none)
    }
}
