import StintModel
import StintWire
import Synchronization
import Testing

@testable import stint

@Suite struct LiveFeedTests {
    private func stream(_ text: String, isOpen: Bool = false) -> TestServer.Answer {
        .init(
            headers: [("Content-Type", "text/event-stream")], body: text,
            missingBytes: isOpen ? 1 : 0)
    }

    private func feed(_ url: String) -> LiveFeed {
        LiveFeed(
            client: ServerClient(
                address: ServerAddress(url)!, key: "stint_k", timeout: .seconds(30)),
            query: [QueryItem("agent", "a b")])
    }

    /// Follows until so much has been told; what that was, a word each.
    private func words(_ count: Int, of url: String, in console: TestConsole) async throws
        -> [String]
    {
        let (told, teller) = AsyncStream.makeStream(of: String.self)
        return try await withThrowingTaskGroup(of: [String]?.self) { group in
            group.addTask {
                try await feed(url).follow(in: console.console) { report in
                    switch report {
                    case .connected(let isResumed):
                        teller.yield(isResumed ? "resumed" : "connected")
                    case .lost: teller.yield("lost")
                    case .message(.execution(let execution, _)): teller.yield(execution.id)
                    case .message(.erased(let id)): teller.yield("\(id) erased")
                    case .message(.reset): teller.yield("reset")
                    case .message(.realtime): teller.yield("realtime")
                    }
                }
                return nil
            }
            group.addTask {
                var words: [String] = []
                for await word in told {
                    words.append(word)
                    if words.count == count { break }
                }
                return words
            }
            defer { group.cancelAll() }
            while let words = try await group.next() {
                if let words { return words }
            }
            return []
        }
    }

    @Test func `a stream that ends is taken up after the last id, later and later`() async throws {
        try await TestServer.serving { number, _ in
            switch number {
            case 0:
                stream(
                    "id: 1\nevent: execution\ndata: {\"id\":\"a\",\"status\":\"running\"}\n\n"
                        + "id: 2\nevent: execution\ndata: {\"id\":\"b\",\"erased\":true}\n\n"
                        + "id: 3\nevent: alert\ndata: {}\n\n")
            case 1...6: stream(": nothing\n\n")
            default: stream("id: 9\nevent: reset\ndata: {}\n\n", isOpen: true)
            }
        } _: { server in
            let console = TestConsole()
            let words = try await words(18, of: server.url, in: console)
            #expect(words.prefix(4) == ["connected", "a", "b erased", "lost"])
            let rest = [[String]](repeating: ["resumed", "lost"], count: 6).joined()
            #expect(Array(words.dropFirst(4)) == rest + ["resumed", "reset"])
            #expect(console.waits == [1, 2, 4, 8, 15, 15, 15].map { .seconds($0) })
            let requests = server.requests
            #expect(requests[0].target == "/v1/live?agent=a%20b")
            #expect(requests[0].headers["accept"] == "text/event-stream")
            #expect(requests[0].headers["authorization"] == "Bearer stint_k")
            #expect(requests[0].headers["last-event-id"] == nil)
            #expect(requests[1...].allSatisfy { $0.headers["last-event-id"] == "3" })
        }
    }

    @Test func `no sooner than the server asks`() async throws {
        try await TestServer.serving { number, _ in
            switch number {
            case 0: stream("retry: 3500\n\n")
            case 1: .init(status: 503, headers: [("Retry-After", "7")], body: "{}")
            default: stream("", isOpen: true)
            }
        } _: { server in
            let console = TestConsole()
            let words = try await words(4, of: server.url, in: console)
            #expect(words == ["connected", "lost", "lost", "connected"])
            #expect(console.waits == [.milliseconds(3_500), .seconds(7)])
        }
    }

    @Test(arguments: [
        (401, stint.ExitStatus.unreachable, "asks for a valid key"),
        (403, .unreachable, "does not permit"), (404, .unreachable, "has no live feed"),
        (400, .wrongArguments, "does not understand"), (200, .unreachable, "has no live feed"),
    ])
    func `what waiting does not change is an end`(
        _ code: Int, _ status: stint.ExitStatus, _ text: String
    ) async throws {
        try await TestServer.serving { _, _ in
            .init(status: code, body: "{}")
        } _: { server in
            let console = TestConsole()
            let failure = await #expect(throws: CommandFailure.self) {
                try await words(1, of: server.url, in: console)
            }
            #expect(failure?.status == status)
            #expect(failure?.what.contains(text) == true)
            #expect(console.waits.isEmpty)
        }
    }

    @Test func `where nobody listens at the first try, it says so`() async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            try await words(1, of: "http://127.0.0.1:1", in: TestConsole())
        }
        #expect(failure?.status == .unreachable)
        #expect(failure?.why == "Nothing listens there (connection refused).")
    }

    @Test func `what is not the interface is an end, not a guess`() async throws {
        try await TestServer.serving { _, _ in
            stream("event: execution\ndata: {\"agent\":1}\n\n", isOpen: true)
        } _: { server in
            let failure = await #expect(throws: CommandFailure.self) {
                try await words(9, of: server.url, in: TestConsole())
            }
            #expect(failure?.what.hasPrefix("cannot read the answer") == true)
        }
    }
}
