import NIOHTTP1
import StintModel
import StintWire

/// Brings events to a server, and counts what became of them.
struct EventSender: Sendable {
    /// What became of events that were sent.
    struct Result: Sendable {
        var accepted = 0
        var refused = 0
        /// The first few that were refused, in words.
        var refusals: [String] = []

        var sent: Int { accepted + refused }

        static func += (sum: inout Result, part: Result) {
            sum.accepted += part.accepted
            sum.refused += part.refused
            sum.refusals = Array((sum.refusals + part.refusals).prefix(3))
        }
    }

    static let eventsPerRequest = 1_000
    /// Enough to keep a server's writer busy while requests are on their way.
    private static let requestsAtOnce = 4

    let client: ServerClient
    let console: Console

    /// Sends events in one request, again for as long as the server is away or busy.
    ///
    /// - Throws: ``CommandFailure``.
    func send(_ events: [Event]) async throws -> Result {
        guard !events.isEmpty else { return Result() }
        var json = JSONWriter(capacity: 320 * events.count)
        json.array(events) { json, event in event.writeJSON(to: &json, receivedAt: nil) }
        let answer = try await client.patiently(
            .POST, path: ["v1", "events"], body: ("application/json", json.bytes), in: console)
        guard answer.status == 200 else { throw answer.failure(at: client.address) }
        let body = try answer.decoded(EventsAnswerBody.self, at: client.address)
        let rejected = body.rejected ?? []
        return Result(
            accepted: body.accepted, refused: rejected.count,
            refusals: rejected.prefix(3).map { rejection in
                let event = events.indices.contains(rejection.index) ? events[rejection.index] : nil
                return [event?.execution?.rawValue, event?.kind.word, rejection.detail]
                    .compactMap(\.self).joined(separator: " ")
            })
    }

    /// Sends all that batches give, several requests at a time: they overtake each other.
    func send(all batches: some Sequence<[Event]>) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            var sum = Result()
            for (number, batch) in batches.enumerated() {
                if number >= Self.requestsAtOnce, let result = try await group.next() {
                    sum += result
                }
                group.addTask { try await send(batch) }
            }
            for try await result in group { sum += result }
            return sum
        }
    }
}
