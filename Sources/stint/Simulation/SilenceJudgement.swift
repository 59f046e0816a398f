import Foundation
import StintModel
import StintSimulation
import StintWire

/// Whether an execution that fell silent may be shown as it is: as lost once a promise is broken,
/// as running before that and for as long as a server may take to notice.
struct SilenceJudgement {
    let truth: SimulatedExecution
    let shown: ExecutionBody
    /// The moment at which it was shown.
    let now: Instant
    /// What a server may take to notice, after it had everything to notice it by.
    let grace: TimeSpan

    /// - Parameter lastReceipt: When the server last received something of it; asked only where it
    ///   matters. `nil` where it no longer knows.
    /// - Returns: What is wrong; `nil` where nothing is.
    func objection(lastReceipt: () async throws -> Instant?) async rethrows -> String? {
        let broken = truth.brokenPromises(receivedAt: nil)
        switch shown.standing {
        case .lost:
            guard let first = broken.first else {
                return "status is lost, true is running: it had promised nothing"
            }
            guard now > first.until else {
                return "status is lost, true is running until \(first.until.rfc3339)"
            }
            let isBecause = broken.contains { promise in
                promise.until < now && shown.lostBecause?.rule == promise.rule.word
                    && shown.lostBecause?.limitSeconds == promise.limit.seconds
            }
            return isBecause
                ? nil
                : "lostBecause is \(shown.lostBecause?.rule ?? "null"), true is \(first.rule.word)"
        case .running:
            guard let first = broken.first, now > first.until + grace else { return nil }
            guard let receivedAt = try await lastReceipt() else {
                return "status is running, true is lost since \(first.until.rfc3339)"
            }
            let judged = truth.brokenPromises(receivedAt: receivedAt)
            guard let first = judged.first, now > max(first.until, receivedAt) + grace else {
                return nil
            }
            return "status is running, true is lost since \(first.until.rfc3339)"
        default:
            return "status is \(shown.status ?? "null"), true is running or lost"
        }
    }
}

extension ServerClient {
    /// When the server last received an event of an execution; `nil` where it keeps none any more.
    func lastReceipt(of id: String, in console: Console) async throws -> Instant? {
        struct Page: Decodable {
            struct Item: Decodable { var receivedAt: Instant }
            var items: [Item]
            var nextCursor: String?
        }
        var last: Instant?
        var cursor: String?
        repeat {
            let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
            let answer = try await patiently(
                path: ["v1", "executions", id, "events"],
                query: [QueryItem("limit", "500")] + position, in: console)
            guard answer.status == 200 else { throw answer.failure(at: address) }
            let page = try answer.decoded(Page.self, at: address)
            last = ([last].compactMap(\.self) + page.items.map(\.receivedAt)).max()
            cursor = page.nextCursor
        } while cursor != nil
        return last
    }
}
