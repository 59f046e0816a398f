import StintModel
import StintStorage
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// `GET /v1/agents`, and whose figures are whose.
@Suite(.serialized) struct AgentPagesTests {
    @Test func `each agent stands with its figures of the last 24 hours`() async throws {
        try await FiguresTests.use { server in
            let page = try await server.agents()
            #expect(page.nextCursor == nil)
            #expect(page.method == .exact)
            #expect(page.items.map(\.figures.agentName) == ["alpha", "beta"])
            let alpha = try #require(page.items.first)
            #expect(
                alpha.figures
                    == AgentFiguresBody(
                        agentId: "alpha", agentName: "alpha", executions: 4, successRate: 75,
                        avgRuntime: 28.5 / 4, errorRate: 25, p50: 4, p95: 16, n: 4, tokens: 120,
                        costUsd: 0.25, costKnownRate: 100, trend: .trend([21: 1, 22: 3])))
            #expect(alpha.p99 == 16)
            #expect((alpha.currentlyRunning, alpha.queueDepth) == (0, 1))
            #expect(alpha.lastSeenAt == .at("13:59:00"))
            let beta = try #require(page.items.last)
            #expect((beta.currentlyRunning, beta.queueDepth) == (1, 0))
            #expect(beta.lastSeenAt == .at("12:59:00"))
        }
    }

    @Test func `pages follow each other without a gap, though agents come meanwhile`() async throws
    {
        try await ServerUnderTest.withoutHost { server in
            func tell(_ names: [String]) async throws {
                try await server.tell(
                    names.flatMap { Told(id: "of \($0)", agent: $0, started: "12:00:00").events })
            }
            // By the bytes of their names; two of them look the same to a reader.
            let names = ["Zoe", "a", "b", "c", "e\u{301}", "\u{E9}"]
            try await tell(names.reversed())
            try await server.tell(
                Told(id: "second", agent: "\u{E9}", started: "12:00:00").events)
            var found: [AgentBody] = []
            var query = "limit=2"
            while true {
                let page = try await server.agents(query)
                #expect(page.items.count == 2)
                found += page.items
                guard let cursor = page.nextCursor else { break }
                query = "limit=2&cursor=\(cursor)"
                // One before what was told already.
                try await tell(["B\(found.count)"])
            }
            let told = found.map(\.figures.agentName).map { Array($0.utf8) }
            #expect(told == names.map { Array($0.utf8) })
            #expect(found.map(\.currentlyRunning) == [1, 1, 1, 1, 1, 2])
            let last = try await server.figures("agent=%C3%A9", block: "realtime").realtime
            #expect(last?.currentlyRunning == 2)
        }
    }

    @Test func `who was named for a while, and has no execution any more, is not listed`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            // What comes before the agent's name is nobody's until then.
            try await server.tell(Told(id: "a", agent: nil, started: "12:00:00").events)
            #expect(try await server.agents().items.map(\.figures.agentName) == [""])
            try await server.tell(Told(id: "a", agent: "alpha", started: "12:00:00").events)
            try await server.tell(Told(id: "b", agent: "beta", started: "12:00:00").events)
            var page = try await server.agents("limit=1")
            #expect(page.items.map(\.figures.agentName) == ["alpha"])
            page = try await server.agents("limit=1&cursor=\(try #require(page.nextCursor))")
            #expect(page.items.map(\.figures.agentName) == ["beta"])
            #expect(page.nextCursor == nil)

            #expect(try await server.send("DELETE", "/v1/executions/b").status == 204)
            page = try await server.agents("limit=1")
            #expect(page.items.map(\.figures.agentName) == ["alpha"])
            #expect(page.nextCursor == nil)
        }
    }

    @Test(arguments: ["limit=0", "limit=501", "limit=x", "cursor=rubbish", "agent=a"])
    func `a page that cannot be asked for is refused`(_ query: String) async throws {
        try await ServerUnderTest.withoutHost { server in
            let reply = try await server.send("GET", "/v1/agents?\(query)")
            #expect(reply.status == 400)
        }
    }

    @Test func `each workspace sees its own figures, agents and cursors`() async throws {
        try await ServerUnderTest.withoutHost { server in
            let own = try await server.store.key(.admin)
            let other = try await server.store.key(.admin, in: .other)
            try await server.tell(FiguresTests.handful.flatMap(\.events), key: own)
            try await server.tell([FiguresTests.call], key: own)
            try await server.tell(
                Told(id: "a1", agent: "alpha", started: "12:00:00", finished: "12:00:01").events
                    + [
                        """
                        {"type":"worker.reported","worker":"w","capacity":3,"busy":1,
                         "at":"2026-11-20T14:00:00Z"}
                        """
                    ], key: other)
            let mine = try await server.figures(FiguresTests.hour, key: own)
            let theirs = try await server.figures(FiguresTests.hour, key: other)
            #expect((mine.workspace, theirs.workspace) == ("default", "other"))
            #expect(mine.performance?.totalExecutions == 5)
            #expect(theirs.performance?.totalExecutions == 1)
            #expect(theirs.performance?.byAgent.map(\.agentName) == ["alpha"])
            #expect(theirs.latency?.executionLatency.p99 == 1)
            #expect(theirs.resources?.modelUsage == [])
            #expect(theirs.realtime?.executionsInProgress == [])
            #expect(mine.realtime?.systemLoad.workers.total == nil)
            #expect(theirs.realtime?.systemLoad.workers.total == 3)
            #expect(try await server.agents(key: other).items.map(\.figures.executions) == [1])

            let cursor = try #require(try await server.agents("limit=1", key: own).nextCursor)
            let path = "/v1/agents?cursor=\(cursor)"
            #expect(try await server.send("GET", path, key: own).status == 200)
            #expect(try await server.send("GET", path, key: other).status == 400)
        } preparing: {
            // From the first key on, the key tells whose figures are meant.
            _ = try await $0.key(.admin)
        }
    }
}
