import StintModel

// How the parts of a contribution count; `sign` is 1, or −1 to take them back.

extension RollUpCell {
    mutating func count(_ start: Contribution.Start, sign: Int64) {
        add(sign, to: .started)
        if let wait = start.queueWait {
            add(wait, sum: .queueWaitSum, distribution: .queueWait, sign: sign)
        }
    }

    mutating func countLost(sign: Int64) {
        add(sign, to: .lost)
    }

    mutating func count(_ finish: Contribution.Finish, sign: Int64) {
        let isOK: Bool
        switch finish.outcome {
        case .succeeded, .skipped:
            add(sign, to: .succeeded)
            isOK = true
        case .failed:
            add(sign, to: .failed)
            isOK = false
        case .timedOut:
            add(sign, to: .timedOut)
            isOK = false
        case .aborted:
            add(sign, to: .aborted)
            isOK = false
        }
        if finish.isRedriven { add(sign, to: .redriven) }
        if finish.hasConflict { add(sign, to: .conflicts) }
        if let goalMet = finish.goalMet { add(sign, to: goalMet ? .goalMet : .goalMissed) }
        if let duration = finish.duration {
            add(
                duration, sum: isOK ? .okDurationSum : .notOKDurationSum,
                distribution: isOK ? .okDuration : .notOKDuration, sign: sign)
            let bands = isOK ? Self.okBands : Self.notOKBands
            add(sign, to: bands[Self.band(of: duration.microseconds)])
        }
        if let total = finish.total {
            add(
                total, sum: isOK ? .okTotalSum : .notOKTotalSum,
                distribution: isOK ? .okTotal : .notOKTotal, sign: sign)
        }
        if let tokens = finish.tokens { add(tokens, sign: sign) }
        if let cost = finish.costNanos { add(cost: cost, sign: sign) }
        add(Int64(finish.calls.count) &* sign, to: .calls)
        add(Int64(finish.calls.count { $0.costNanos != nil }) &* sign, to: .pricedCalls)
    }

    mutating func count(_ call: Contribution.Call, sign: Int64) {
        add(sign, to: .modelCalls)
        if !call.tokens.isEmpty { add(call.tokens, sign: sign) }
        if let latency = call.latency {
            add(latency, sum: .modelLatencySum, distribution: .modelLatency, sign: sign)
        }
        if let cost = call.costNanos { add(cost: cost, sign: sign) }
    }

    private mutating func add(
        _ span: TimeSpan, sum: Counter, distribution: Distribution, sign: Int64
    ) {
        add(span.microseconds &* sign, to: sum)
        self[distribution].add(span.microseconds, count: sign)
    }

    private mutating func add(_ tokens: Tokens, sign: Int64) {
        add(sign, to: .tokenReports)
        func bucket(_ number: Int64?, _ sum: Counter, _ reports: Counter) {
            guard let number else { return }
            add(number &* sign, to: sum)
            add(sign, to: reports)
        }
        bucket(tokens.input, .inputTokens, .inputTokenReports)
        bucket(tokens.output, .outputTokens, .outputTokenReports)
        bucket(tokens.cachedInput, .cachedInputTokens, .cachedInputTokenReports)
        bucket(tokens.reasoning, .reasoningTokens, .reasoningTokenReports)
    }

    private mutating func add(cost: Int64, sign: Int64) {
        add(cost &* sign, to: .costNanos)
        add(sign, to: .costReports)
    }
}
