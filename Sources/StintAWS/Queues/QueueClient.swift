import Foundation
import StintModel
import StintWire

/// A queue of SQS, by its URL.
public struct QueueAddress: Hashable, Sendable {
    /// `https://sqs.{region}.amazonaws.com/{account}/{name}`.
    public let url: String
    /// The one its host names, else the one that was given.
    public let region: AWSRegion
    /// Scheme, host and port.
    let endpoint: String

    /// - Returns: `nil` for what is no URL of a queue, or leaves open in which region it is.
    public init?(url: String, in standard: AWSRegion?) {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme, scheme == "https" || scheme == "http",
            parts.path.split(separator: "/").count >= 1
        else { return nil }
        let labels = host.split(separator: ".").map(String.init)
        let named = labels.count > 3 && labels[0] == "sqs" ? AWSRegion(labels[1]) : nil
        guard let region = named ?? standard else { return nil }
        self.url = url
        self.region = region
        endpoint = "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
    }

    public var name: String { url.split(separator: "/").last.map(String.init) ?? url }
}

/// A message as it was received. The same message has the same id each time, and another handle.
public struct QueueMessage: Decodable, Hashable, Sendable {
    public var id: String
    public var handle: String
    public var body: String

    private enum CodingKeys: String, CodingKey {
        case id = "MessageId"
        case handle = "ReceiptHandle"
        case body = "Body"
    }
}

/// Receives from one queue, and deletes what was dealt with.
public struct QueueClient: Sendable {
    public let queue: QueueAddress
    private let client: AWSClient

    /// How long the service holds a question while nothing comes: the longest it takes.
    private static let wait = 20

    public init(_ queue: QueueAddress, context: AWSContext) {
        self.queue = queue
        client = AWSClient(
            AWSClient.Service(name: "sqs", variable: "SQS", target: "AmazonSQS"),
            in: queue.region, at: queue.endpoint, context: context, isPaced: false)
    }

    /// Waits up to 20 s for messages, ten at most. Others do not see them for as long as the queue's
    /// own visibility time-out says.
    public func receive() async throws(AWSError) -> [QueueMessage] {
        struct Answer: Decodable {
            var messages: [QueueMessage]?

            enum CodingKeys: String, CodingKey { case messages = "Messages" }
        }
        var json = JSONWriter()
        json.object { json in
            json.member("MaxNumberOfMessages", Int64(10))
            json.member("QueueUrl", queue.url)
            json.member("WaitTimeSeconds", Int64(Self.wait))
        }
        return try await client.ask(
            "ReceiveMessage", json.bytes, timeout: .seconds(Self.wait + 15), for: Answer.self
        )
        .messages ?? []
    }

    /// Deletes messages, ten at most. One that is not deleted comes again.
    ///
    /// - Returns: Those that could not be deleted, though the question itself was answered.
    public func delete(_ messages: [QueueMessage]) async throws(AWSError) -> [Undeleted] {
        if messages.isEmpty { return [] }
        struct Answer: Decodable {
            struct Failure: Decodable {
                var entry: String
                var code: String?

                enum CodingKeys: String, CodingKey {
                    case entry = "Id"
                    case code = "Code"
                }
            }
            var failed: [Failure]?

            enum CodingKeys: String, CodingKey { case failed = "Failed" }
        }
        var json = JSONWriter()
        json.object { json in
            json.key("Entries")
            json.array(messages.enumerated()) { json, entry in
                json.object { json in
                    json.member("Id", String(entry.offset))
                    json.member("ReceiptHandle", entry.element.handle)
                }
            }
            json.member("QueueUrl", queue.url)
        }
        let answer = try await client.ask("DeleteMessageBatch", json.bytes, for: Answer.self)
        return (answer.failed ?? []).compactMap { failure in
            guard let place = Int(failure.entry), messages.indices.contains(place) else {
                return nil
            }
            return Undeleted(message: messages[place], code: failure.code ?? "")
        }
    }

    /// A message that could not be deleted.
    public struct Undeleted: Hashable, Sendable {
        public var message: QueueMessage
        /// In the word of the service: `ReceiptHandleIsInvalid`.
        public var code: String
    }
}
