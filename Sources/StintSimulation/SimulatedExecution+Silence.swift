public import StintModel

/// A promise that silence breaks, and from when on.
public struct BrokenPromise: Hashable, Sendable {
    public let rule: LostVerdict.Rule
    /// What had been promised.
    public let limit: TimeSpan
    /// The last moment at which it was not yet broken.
    public let until: Instant
}

extension SimulatedExecution {
    /// The promises that it breaks by its silence, the first to break first; none where it made
    /// none, has ended, waits for a person or only queues.
    ///
    /// The deadline counts from the start of the attempt, or anew from a sign after it; the
    /// heartbeat from the last sign or the last receipt, whichever is later.
    ///
    /// - Parameter receivedAt: When the server last received something of it; `nil` for no later
    ///   than that happened.
    public func brokenPromises(receivedAt: Instant?) -> [BrokenPromise] {
        guard fate == .fallsSilent, let started = current.startedAt else { return [] }
        let sign = current.lastSign
        var broken: [BrokenPromise] = []
        if let timeout {
            let deadline = started + timeout
            broken.append(
                BrokenPromise(
                    rule: .deadline, limit: timeout,
                    until: sign > deadline ? sign + timeout : deadline))
        }
        if let heartbeat {
            broken.append(
                BrokenPromise(
                    rule: .heartbeat, limit: heartbeat,
                    until: max(sign, receivedAt ?? sign) + heartbeat))
        }
        return broken.sorted { $0.until < $1.until }
    }
}
