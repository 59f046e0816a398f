import StintModel

extension SimulatedExecution {
    /// Whether anything would be told of it from that moment on.
    func isAtWork(at instant: Instant) -> Bool { current.lastSign >= instant }

    /// Forgets what would have come from a moment on, and has the attempt then under way aborted.
    mutating func stop(at instant: Instant) {
        attempts.removeAll { ($0.queuedAt ?? $0.startedAt ?? instant) > instant }
        goalMet = nil
        summary = nil
        turns = nil
        guard let last = attempts.last else { return }
        if let ending = last.ending, ending.at < instant {
            // It was to be done again, and now will not be.
            fate = .ends(ending.outcome)
            return
        }
        fate = .ends(.aborted)
        attempts[attempts.count - 1] = last.stopped(at: instant)
    }
}

extension SimulatedExecution.Attempt {
    func stopped(at instant: Instant) -> Self {
        var cut = self
        if let startedAt, startedAt >= instant { cut.startedAt = nil }
        cut.steps = steps.compactMap { $0.cut(at: instant) }
        cut.calls = calls.filter { $0.at < instant }
        cut.pauses = pauses.filter { $0.from < instant }.map { pause in
            var pause = pause
            if let to = pause.to, to >= instant { pause.to = nil }
            return pause
        }
        cut.heartbeats = heartbeats.filter { $0 < instant }
        cut.ending = .init(at: instant, outcome: .aborted, failure: nil)
        cut.lastSign = instant
        return cut
    }
}

extension SimulatedExecution.Step {
    /// - Returns: `nil` where nothing of it had happened yet.
    fileprivate func cut(at instant: Instant) -> Self? {
        var cut = self
        guard let begin = startedAt ?? ending?.at, begin < instant else { return nil }
        cut.calls = calls.filter { $0.at < instant }
        if let half = toldHalf, half.at >= instant { cut.toldHalf = nil }
        guard let ending, ending.at >= instant else { return cut }
        cut.ending = nil
        // What it was to say at its end is not said.
        cut.told = cut.toldHalf.flatMap { half in
            Tokens.largest([half.tokens, Tokens.sum(cut.calls.map(\.tokens))].compactMap(\.self))
        }
        return cut
    }
}
