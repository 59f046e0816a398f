import Foundation
import StintAWS
import Testing

/// What AWS's own client (boto3) asked a simulator that runs state machines, and what came back.
struct Conversation: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var request: [UInt8]
    var response: [UInt8]
    var status: Int
    private var requestHeaders: [[String]]
    private var responseHeaders: [[String]]

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// All that were captured, Step Functions' and SQS's.
    static let all: [Conversation] = ["stepfunctions-api", "sqs/api"].flatMap { folder in
        let files =
            (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path))
            ?? []
        return files.filter { $0.hasSuffix(".headers.json") }.sorted().compactMap {
            try? Conversation(folder, String($0.dropLast(".headers.json".count)))
        }
    }

    init(_ folder: String, _ name: String) throws {
        struct Headers: Decodable {
            var request: [[String]]
            var response: [[String]]
            var status: Int

            enum CodingKeys: String, CodingKey {
                case request = "request_headers"
                case response = "response_headers"
                case status
            }
        }
        testDescription = "\(folder)/\(name)"
        func data(_ kind: String) throws -> Data {
            try Data(contentsOf: Self.root.appending(path: "\(folder)/\(name).\(kind).json"))
        }
        request = Array(try data("request"))
        response = Array(try data("response"))
        let headers = try JSONDecoder().decode(Headers.self, from: try data("headers"))
        requestHeaders = headers.request
        responseHeaders = headers.response
        status = headers.status
    }

    func requestHeader(_ name: String) -> String? {
        requestHeaders.first { $0.first?.lowercased() == name.lowercased() }?.last
    }

    /// As a transport would give it.
    var answer: AWSResponse {
        AWSResponse(
            status: status,
            headers: Dictionary(
                responseHeaders.map { ($0[0].lowercased(), $0[1]) }, uniquingKeysWith: { $1 }),
            body: response)
    }
}
