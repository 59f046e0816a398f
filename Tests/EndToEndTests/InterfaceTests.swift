import Foundation
import NIOHTTP1
import Testing

extension EndToEnd {
    /// Whether the interface is what its description says.
    @Suite struct InterfaceTests {
        /// What no answer of a server in good health holds, or none yet.
        static let unseen: Set<String> = [
            // A new key was never used, nor revoked.
            "NewKey.lastUsedAt", "NewKey.revokedAt",
            // Where the books do not balance.
            "Audit.differences[].law", "Audit.differences[].workspace",
            "Audit.differences[].execution", "Audit.differences[].agent", "Audit.differences[].at",
            "Audit.differences[].detail",
            // The trail is one execution's; a report of a worker belongs to none.
            "TrailEntry.worker", "TrailEntry.capacity", "TrailEntry.busy", "TrailEntry.cpu",
            "TrailEntry.memory", "TrailEntry.gpu",
            // What is counted over a range was not seen at one time.
            "OutcomesFinding.firstSeenAt", "SuccessByFinding.firstSeenAt",
            "SuccessByFinding.lastSeenAt",
        ]

        /// One event of each sort with every member it may have, told of one execution.
        static func events(_ interface: InterfaceDescription) -> [JSON] {
            let kinds = interface.json["components"]["schemas"]["Event"]["discriminator"]["mapping"]
            let order = [
                "execution.queued", "execution.started", "step.started", "model.called",
                "step.updated", "step.finished",
            ]
            let words = order + kinds.members.keys.sorted().filter { !order.contains($0) }
            return words.enumerated().map { index, word in
                let name = kinds[word].string?.split(separator: "/").last.map(String.init) ?? ""
                var event = interface.example(of: interface.schema(name)).members
                let second = 10 + (word == "execution.finished" ? words.count : index)
                event["at"] = .string("2026-11-01T12:00:\(second)Z")
                if event["execution"] != nil { event["execution"] = "rich" }
                if event["status"] != nil { event["status"] = "failed" }
                if event["attempt"] != nil { event["attempt"] = 2 }
                if event["try"] != nil { event["try"] = 2 }
                return .object(event)
            }
        }

        @Test func `each answer is as described, and each member described is in some answer`()
            async throws
        {
            try await RunningServer.serving("--retention", "36500d", "--sweep-interval", "1s") {
                server in
                let interface = try await server.interface
                var walk = Walk(server: server, interface: interface)
                let events = Self.events(interface)
                var sent: Set<String> = []
                for event in events {
                    #expect(
                        interface.faults(
                            of: event, as: interface.schema("Event"), at: "Event", seen: &sent)
                            == [])
                }
                #expect(
                    interface.members(of: interface.schema("Event"), at: "Event").subtracting(sent)
                        == [])

                // Everything in: told at once, a second end, silence, a wait, and what is refused.
                let told = try await walk.ask("sendEvents", body: .array(events))
                #expect(told["accepted"] == .number(Double(events.count)))
                #expect(told["rejected"] == [])
                let others: JSON = [
                    [
                        "type": "execution.started", "execution": "silent", "timeoutSeconds": 1,
                        "at": "2026-11-01T12:00:00Z",
                    ],
                    [
                        "type": "execution.waiting", "execution": "waits", "waitingFor": "a word",
                        "at": "2026-11-01T12:00:00Z",
                    ],
                    ["type": "nonsense"],
                ]
                #expect(try await walk.ask("sendEvents", body: others)["accepted"] == 2)
                #expect(try await walk.ask("sendEventBridge", body: [[:]], 400)["errors"] != .null)
                try await walk.ask("sendEventBridge", body: [])
                let spans: JSON = [["scopeSpans": [["spans": [["traceId": "no id"]]]]]]
                let refused = try await walk.ask("exportTraces", body: ["resourceSpans": spans])
                #expect(refused["partialSuccess"]["rejectedSpans"] == "1")
                try await walk.ask("exportTraces", body: ["resourceSpans": 1], 400)
                for signal in ["exportMetrics", "exportLogs", "exportProfiles"] {
                    try await walk.ask(signal, body: [:])
                }
                try await walk.ask("sendCloudEvents", body: [[:]], 400)
                try await walk.ask("sendCloudEvents", body: [])
                try await walk.ask("allowCloudEvents", 204)
                try await walk.ask("sendLineage", body: [[:]], 400)
                try await walk.ask("sendLineage", body: [])
                while try await server.execution("silent").json["status"] != "lost" {}

                // Everything out.
                for id in ["rich", "silent", "waits"] {
                    try await walk.ask("getExecution", id: id)
                    try await walk.ask("getExecutionStatus", id: id)
                    try await walk.ask("listExecutionEvents", id: id)
                }
                let first = try await walk.ask("listExecutions", query: "limit=1")
                let cursor = try #require(first["nextCursor"].string)
                try await walk.ask("listExecutions", query: "limit=1&cursor=\(cursor)")
                try await walk.ask("listExecutions")
                try await walk.ask("listExecutionEvents", id: "rich", query: "limit=1")
                try await walk.ask("exportExecutions", query: "format=csv")
                try await walk.ask("getExecution", id: "unheard", 404)

                // What many come to.
                let history = Self.history(before: .now)
                let recorded = try await walk.ask("sendEvents", body: .array(history))
                #expect(recorded["accepted"] == .number(Double(history.count)))
                try await walk.ask("getExecution", id: "runs")
                try await walk.ask("listExecutions", query: "status=running&agent=steady")
                for query in ["", "timeframe=24h&compare=previous", "timeframe=7d&agent=steady"] {
                    try await walk.ask("getMetrics", query: query)
                }
                for block in ["realtime", "throughput", "latency"] {
                    try await walk.ask("getMetricsBlock", id: block, query: "tz=Asia/Kathmandu")
                }
                try await walk.ask("getMetricsBlock", id: "weather", 404)
                try await walk.ask("listen", query: "status=running")

                // What is wrong, and what leads on.
                let troubles = Self.troubles(before: .now)
                let heard = try await walk.ask("sendEvents", body: .array(troubles))
                #expect(heard["accepted"] == .number(Double(troubles.count)))
                while try await server.execution("hangs").json["status"] != "lost" {}
                try await walk.ask("diagnose", query: "by=model")
                try await walk.ask("diagnose", query: "agent=steady&timeframe=1h")
                try await walk.ask("diagnose", query: "timeframe=1d", 400)
                try await walk.ask("getExecution", id: Self.machineRun)

                try await walk.ask("listAgents", query: "limit=1")
                try await walk.ask("listAgents")
                try await walk.ask("audit")
                try await Self.tellNumbered(server)
                try await walk.ask("listClients")
                try await walk.ask("listClients", query: "limit=1")
                try await walk.ask("isLive")
                try await walk.ask("isReady")
                try await walk.ask("scrape")
                try await walk.ask("describe")
                try await walk.ask("deleteExecution", id: "rich", 204)

                // Keys last: from the first on, nobody is let in without one.
                let order: JSON = ["name": "first", "scopes": ["admin"]]
                walk.key = try await walk.ask("createKey", body: order, 201)["key"].string
                let dated: JSON = [
                    "name": "second", "scopes": ["read"], "expiresAt": "2126-11-01T12:00:00Z",
                ]
                let second = try await walk.ask("createKey", body: dated, 201)
                try await walk.ask("revokeKey", id: try #require(second["id"].string), 204)
                try await walk.ask("listKeys")
                let login: JSON = ["key": .string(try #require(walk.key))]
                try await walk.ask("beginSession", body: login)
                try await walk.ask("getSession")
                try await walk.ask("endSession", 204)
                try await walk.ask("beginSession", body: ["key": "rubbish"], 401)
                walk.key = "rubbish"
                try await walk.ask("listKeys", 401)

                #expect(walk.asked == Set(interface.operations.map(\.id)))
                #expect(walk.missing.subtracting(Self.unseen) == [])
                #expect(Self.unseen.subtracting(walk.missing) == [], "These are seen by now.")
            }
        }

        /// Two clients, of whose events some did not come.
        private static func tellNumbered(_ server: RunningServer) async throws {
            for digit in ["a", "b"] {
                let reply = try await server.request(
                    .POST, "/v1/events",
                    headers: [
                        "Content-Type": "application/json", "Stint-Sequence": "3-3",
                        "Stint-Client": String(repeating: digit, count: 32),
                    ], body: Data("[{}]".utf8))
                #expect(reply.status == 200)
            }
        }

        @Test func `each parameter described is taken, and no other`() async throws {
            let examples = [
                "agent": "a", "status": "failed", "from": "2026-11-01T12:00:00Z",
                "to": "1793538000000", "q": "word", "user": "u", "correlation": "c", "parent": "p",
                "errorType": "e", "environment": "test", "counted": "true", "goalMet": "true",
                "minDurationSeconds": "0.5", "maxDurationSeconds": "2", "order": "asc",
                "on": "finish", "limit": "1", "wait": "0", "by": "model", "timeframe": "1h",
                "tz": "Europe/Berlin", "compare": "previous", "format": "csv", "execution": "one",
                "since": "1-1",
            ]
            try await RunningServer.serving("--retention", "36500d") { server in
                for id in ["one", "two"] {
                    for type in ["execution.queued", "execution.started"] {
                        try await ExecutionTests.tell(server, type, id, ["agent": .string(id)])
                    }
                }
                try await Self.tellNumbered(server)
                for operation in try await server.interface.operations {
                    let path = operation.path.replacing("{id}", with: "one")
                        .replacing("{block}", with: "latency")
                    let names = operation.parameters(in: "query").compactMap(\.["name"].string)
                    func status(_ query: String) async throws -> Int {
                        try await server.request(
                            HTTPMethod(rawValue: operation.method), "\(path)?\(query)"
                        ).status
                    }
                    #expect(try await status("undocumented=1") == 400, "\(operation.id)")
                    for parameter in operation.parameters(in: "query") {
                        let name = try #require(parameter["name"].string)
                        switch name {
                        case "attr": #expect(try await status("attr.key=v&attr.other=w") == 200)
                        case "cursor":
                            let page = try await server.get("\(path)?limit=1").json
                            let cursor = try #require(page["nextCursor"].string)
                            #expect(try await status("cursor=\(cursor)") == 200, "\(operation.id)")
                        case "from" where names.contains("timeframe"),
                            "to" where names.contains("timeframe"):
                            let range = ["from", "to"].map { "\($0)=\(examples[$0] ?? "")" }
                            #expect(try await status(range.joined(separator: "&")) == 200)
                        default:
                            let value = try #require(examples[name], "\(name) lacks an example.")
                            #expect(try await status("\(name)=\(value)") == 200, "\(name)")
                        }
                        if parameter["schema"]["type"] == "array" {
                            #expect(try await status("\(name)=failed&\(name)=running") == 200)
                        }
                    }
                }
            }
        }

        /// Asks by the names of the description, and holds each answer against it.
        struct Walk {
            let server: RunningServer
            let interface: InterfaceDescription
            var key: String?
            private(set) var asked: Set<String> = []
            private var seen: Set<String> = []
            private var described: Set<String> = []

            init(server: RunningServer, interface: InterfaceDescription) {
                self.server = server
                self.interface = interface
            }

            /// The members that no answer had so far.
            var missing: Set<String> { described.subtracting(seen) }

            @discardableResult
            mutating func ask(
                _ name: String, id: String = "", query: String = "", body: JSON? = nil,
                _ status: Int = 200
            ) async throws -> JSON {
                let operation = try #require(
                    interface.operations.first { $0.id == name }, "There is no \(name).")
                asked.insert(name)
                var headers: [String: String] = [:]
                headers["Authorization"] = key.map { "Bearer \($0)" }
                headers["Content-Type"] = body == nil ? nil : "application/json"
                let path = operation.path.replacing("{id}", with: id)
                    .replacing("{block}", with: id)
                let reply = try await server.request(
                    HTTPMethod(rawValue: operation.method),
                    query.isEmpty ? path : "\(path)?\(query)",
                    headers: headers, body: try body?.data)
                #expect(reply.status == status, "\(name): \(reply.json)")
                guard let schema = interface.answer(of: operation, status) else {
                    #expect(reply.data.isEmpty, "\(name) \(status) is not described.")
                    return .null
                }
                described.formUnion(interface.members(of: schema, at: name))
                let isJSON = reply.header("content-type")?.contains("json") ?? false
                let body =
                    isJSON ? reply.json : .string(String(decoding: reply.data, as: UTF8.self))
                let faults = interface.faults(of: body, as: schema, at: name, seen: &seen)
                #expect(faults == [], "\(name) \(status)")
                return reply.json
            }
        }
    }
}

extension RunningServer {
    var interface: InterfaceDescription {
        get async throws { InterfaceDescription(json: try await get("/openapi.json").json) }
    }
}
