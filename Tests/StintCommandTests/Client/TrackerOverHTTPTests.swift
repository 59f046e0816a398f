import Foundation
import StintClient
import Testing

/// What the client library makes of answers, over real connections.
@Suite struct TrackerOverHTTPTests {
    private static func tracker(
        _ server: TestServer, _ adapt: (inout TrackerSettings) -> Void = { _ in }
    ) -> Tracker {
        var settings = TrackerSettings()
        settings.url = server.url + "/"
        settings.key = "secret"
        settings.spool = nil
        adapt(&settings)
        return Tracker(settings: settings)
    }

    /// What comes of one event.
    private static func delivery(
        within limit: Duration = .seconds(30), _ adapt: (inout TrackerSettings) -> Void = { _ in },
        _ answer: @escaping @Sendable (Int, TestServer.Request) -> TestServer.Answer
    ) async throws -> (delivery: Delivery, requests: [TestServer.Request]) {
        nonisolated(unsafe) var result: (Delivery, [TestServer.Request])?
        try await TestServer.serving(answer) { server in
            let tracker = tracker(server, adapt)
            _ = tracker.begin("a", id: "e")
            let delivery = await tracker.close(within: limit)
            result = (delivery, server.requests)
        }
        return try #require(result)
    }

    private static let taken = TestServer.Answer(body: #"{"accepted":1,"rejected":[]}"#)

    @Test func `a request says whose it is, and which events`() async throws {
        let (delivery, requests) = try await Self.delivery { _, _ in Self.taken }
        #expect(delivery.isComplete)
        let request = try #require(requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/v1/events")
        #expect(request.headers["authorization"] == "Bearer secret")
        #expect(request.headers["content-type"] == "application/x-ndjson")
        #expect(request.headers["stint-client"]?.utf8.count == 32)
        #expect(request.headers["stint-sequence"] == "1-1")
        #expect(request.headers["stint-dropped"] == "0")
        #expect(request.body.split(separator: "\n").count == 1)
    }

    @Test(arguments: [429, 500, 503, 408])
    func `what may pass is tried again`(status: Int) async throws {
        let (delivery, requests) = try await Self.delivery { number, _ in
            number == 0 ? TestServer.Answer(status: status) : Self.taken
        }
        #expect(delivery.isComplete)
        #expect(requests.count == 2)
        #expect(requests[0].body == requests[1].body)
    }

    @Test(arguments: [400, 401, 403, 404, 413, 302])
    func `what will not pass is refused, with the reason`(status: Int) async throws {
        let (delivery, requests) = try await Self.delivery { _, _ in
            TestServer.Answer(status: status, body: #"{"detail":"for a reason"}"#)
        }
        #expect(requests.count == 1)
        #expect(delivery.rejected == 1)
        #expect(delivery.firstRefusal == "the server answered \(status): for a reason")
    }

    @Test func `an event that is refused is told with the reason`() async throws {
        let (delivery, _) = try await Self.delivery { _, _ in
            TestServer.Answer(
                body: #"{"accepted":0,"rejected":[{"index":0,"detail":"too old"}]}"#)
        }
        #expect((delivery.delivered, delivery.rejected) == (0, 1))
        #expect(delivery.firstRefusal == "too old")
    }

    @Test(arguments: ["", "<html>hello</html>", #"{"accepted":7}"#])
    func `an answer that is not ours settles nothing`(body: String) async throws {
        let (delivery, _) = try await Self.delivery(within: .milliseconds(200)) { _, _ in
            TestServer.Answer(body: body)
        }
        #expect(delivery.delivered == 0)
        #expect(delivery.waiting == 1)
    }

    @Test func `an answer that never ends is given up`() async throws {
        let (delivery, requests) = try await Self.delivery(
            { $0.timeout = .milliseconds(300) },
            { number, _ in
                number == 0 ? TestServer.Answer(body: #"{"acc"#, missingBytes: 100) : Self.taken
            })
        #expect(delivery.isComplete)
        #expect(requests.count == 2)
    }
}
