import AsyncHTTPClient
import Foundation
import NIOCore

/// The server's feed of changes, followed over breaks of the connection.
struct LiveFeed: Sendable {
    enum Report: Sendable {
        /// A stream began.
        ///
        /// - Parameter isResumed: Whether it goes on where the last one ended. Otherwise what there
        ///   is has to be loaded.
        case connected(isResumed: Bool)
        case message(LiveMessage)
        /// The stream broke off, or did not begin; it is tried again after the pause.
        case lost(reason: String, pause: Duration)
    }

    /// The pauses before each new try; the last one from there on.
    private static let pauses: [Duration] = [1, 2, 4, 8, 15].map { .seconds($0) }

    let client: ServerClient
    /// Filters of `GET /v1/live`.
    let query: [QueryItem]

    /// Tells of everything that comes, until it is cancelled.
    ///
    /// - Throws: ``CommandFailure`` where the server refuses for good, or the first try finds none.
    func follow(in console: Console, _ tell: (Report) -> Void) async throws {
        var lastEventID = ""
        var retry: Duration?
        var failures = 0
        var hasConnected = false
        while true {
            let reason: String
            var least = retry
            var parser = EventStreamParser(lastEventID: lastEventID)
            do {
                let stream = try await client.stream(["v1", "live"], query, resuming: lastEventID)
                switch stream {
                case .refused(let answer):
                    let failure = refusal(answer)
                    guard answer.isPassing else { throw failure }
                    reason = failure.why ?? failure.what
                    least = answer.retryAfter ?? retry
                case .body(let body):
                    tell(.connected(isResumed: !lastEventID.isEmpty))
                    hasConnected = true
                    for try await bytes in body {
                        for message in try parser.read(bytes.readableBytesView) {
                            failures = 0
                            lastEventID = message.id
                            if let message = try LiveMessage(message) { tell(.message(message)) }
                        }
                        retry = parser.retry ?? retry
                    }
                    lastEventID = parser.lastEventID
                    least = retry
                    reason = "The server ended the stream."
                }
            } catch let failure as CommandFailure {
                throw failure
            } catch  where error is DecodingError || error is EventStreamParser.TooLong {
                throw ServerAnswer.unreadable(at: client.address, error)
            } catch {
                try Task.checkCancellation()
                guard hasConnected else { throw client.unreachable(client.noAnswer(error)) }
                reason = client.noAnswer(error).reason
                least = parser.retry ?? retry
            }
            try Task.checkCancellation()
            let step = Self.pauses[min(failures, Self.pauses.count - 1)]
            failures += 1
            let pause = max(step, min(least ?? .zero, .seconds(60)))
            tell(.lost(reason: reason, pause: pause))
            try await console.sleep(pause)
        }
    }

    private func refusal(_ answer: ServerAnswer) -> CommandFailure {
        guard answer.status == 404 || answer.status == 200 else {
            return answer.failure(at: client.address)
        }
        return CommandFailure(
            what: "\(client.address.text) has no live feed",
            why: "It may be an older version of Stint, or something else.",
            next: "See that --url or STINT_URL names a Stint server of this version.",
            requestID: answer.requestID, status: .unreachable)
    }
}
