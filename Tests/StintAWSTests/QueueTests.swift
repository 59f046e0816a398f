import Foundation
import StintAWS
import StintModel
import Testing

/// What is asked of a queue, and what comes back.
@Suite struct QueueTests {
    @Test func `a queue's region is the one its host names`() {
        let standard = AWSRegion("us-east-1")
        let own = QueueAddress(
            url: "https://sqs.eu-west-1.amazonaws.com/123456789012/events", in: standard)
        #expect(own?.region == AWSRegion("eu-west-1"))
        #expect(own?.name == "events")
        let local = QueueAddress(url: "http://127.0.0.1:5000/123456789012/events", in: standard)
        #expect(local?.region == standard)
        #expect(QueueAddress(url: "http://127.0.0.1:5000/1/events", in: nil) == nil)
        #expect(QueueAddress(url: "events", in: standard) == nil)
    }

    @Test func `messages are received as they were captured, and deleted by their handles`()
        async throws
    {
        let captured = try Conversation("sqs/api", "receive-again")
        let transport = ScriptedTransport([
            captured.answer, AWSResponse(200, #"{"Successful":[{"Id":"0"}],"Failed":[]}"#),
        ])
        let client = try Self.client(transport)
        let messages = try await client.receive()
        #expect(messages.map(\.id) == ["fd1641cf-021c-48d8-832f-3cd7e542d474"])
        #expect(messages.first?.body.contains("Step Functions Execution Status Change") == true)
        #expect(try await client.delete(messages) == [])
        let requests = transport.requests
        #expect(requests.map(\.url) == ["http://127.0.0.1:5001/", "http://127.0.0.1:5001/"])
        #expect(requests[1].headers.contains(.init("X-Amz-Target", "AmazonSQS.DeleteMessageBatch")))
        let body = String(decoding: requests[1].body, as: UTF8.self)
        #expect(body.contains(#""ReceiptHandle":"\#(messages[0].handle)""#))
    }

    @Test(
        arguments: [
            (
                #"{"Failed":[{"Id":"1","Code":"ReceiptHandleIsInvalid","SenderFault":true}]}"#,
                ["b": "ReceiptHandleIsInvalid"]
            ),
            (#"{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1"}]}"#, ["b": ""]),
            (#"{"Failed":[{"Id":"7","Code":"InternalError"},{"Id":"x"}]}"#, [:]),
            ("{}", [:]),
        ] as [(String, [String: String])])
    func `what a batch could not delete is told`(
        _ answer: String, _ due: [String: String]
    ) async throws {
        let client = try Self.client(ScriptedTransport([AWSResponse(200, answer)]))
        var codes: [String: String] = [:]
        for failure in try await client.delete(Self.messages) {
            codes[failure.message.id] = failure.code
        }
        #expect(codes == due)
    }

    private static let messages: [QueueMessage] = {
        let bytes = Data(
            #"[{"MessageId":"a","ReceiptHandle":"1","Body":""},{"MessageId":"b","ReceiptHandle":"2","Body":""}]"#
                .utf8)
        return (try? JSONDecoder().decode([QueueMessage].self, from: bytes)) ?? []
    }()

    private static func client(_ transport: ScriptedTransport) throws -> QueueClient {
        let queue = try #require(
            QueueAddress(
                url: "http://127.0.0.1:5001/123456789012/exec-events-A", in: AWSRegion("us-west-2"))
        )
        return QueueClient(
            queue,
            context: AWSContext(
                environment: AskingTests.keys, transport: transport, now: { AskingTests.now },
                pause: { _ in }))
    }
}
