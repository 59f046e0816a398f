import Foundation
import StintAWS
import Synchronization

/// Answers with what was captured: each question by its operation and body.
final class ReplayingTransport: AWSTransport {
    private struct Question: Hashable {
        var operation: String
        var members: [String: String]
    }

    private let answers: [Question: AWSResponse]
    private let log = Mutex<[String]>([])

    /// The operations asked for, in order.
    var asked: [String] { log.withLock(\.self) }

    init(_ conversations: [Conversation]) {
        var answers: [Question: AWSResponse] = [:]
        for conversation in conversations {
            let target = conversation.requestHeader("X-Amz-Target") ?? ""
            answers[Self.question(target, conversation.request)] = conversation.answer
        }
        self.answers = answers
    }

    func send(_ request: AWSRequest) async throws(AWSError) -> AWSResponse {
        let target = request.headers.first { $0.name == "X-Amz-Target" }?.value ?? ""
        let question = Self.question(target, request.body)
        log.withLock { $0.append(question.operation) }
        guard let answer = answers[question] else {
            throw .unreadable(reason: "Nobody asked this when it was captured: \(question).")
        }
        return answer
    }

    /// Page sizes aside, by which two clients may differ.
    private static func question(_ target: String, _ body: [UInt8]) -> Question {
        let members = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        return Question(
            operation: target.split(separator: ".").last.map(String.init) ?? "",
            members: members.filter { $0.key != "maxResults" }.mapValues { "\($0)" })
    }
}
