import Foundation
import Testing

extension EndToEnd {
    /// The server kills itself between writing the spans of traces and what these tell.
    @Suite struct TraceCrashTests {
        @Test func `spans that were acknowledged before a crash are there after it, once`()
            async throws
        {
            try await StoreFolder.use { folder in
                var total = 0
                for round in 0..<CrashPointTests.rounds {
                    let server = try await folder.start(
                        DurabilityTests.retention,
                        launcher: CrashPointTests.crashing(at: "trace:\(60 + 25 * round)"))
                    let sent = try await Self.sendUntilEnd(round, to: server)
                    #expect(await server.end() == -SIGKILL)
                    total += sent.reduce(0) { $0 + $1.acknowledged }

                    let next = try await folder.start(DurabilityTests.retention)
                    try await Self.expect(sent, on: next)
                    // The exporter sends again what was not answered; here it sends everything.
                    for trace in sent {
                        for part in trace.parts {
                            #expect(try await next.post("/v1/traces", part).status == 200)
                        }
                    }
                    let whole = sent.map { trace in
                        var trace = trace
                        trace.acknowledged = trace.parts.count
                        return trace
                    }
                    try await Self.expect(whole, on: next, exactly: true)
                    #expect(try await next.get("/v1/audit").json["balanced"] == true)
                    #expect(await next.terminate() == 0)
                    try await DurabilityTests.checkIntegrity(folder)
                }
                #expect(total >= 50, "Too little was acknowledged to prove anything.")
            }
        }

        /// A run that is sent in parts as its spans end: two steps, then the agent around them.
        private struct Sent {
            var id: String
            /// How many of the parts were.
            var acknowledged = 0

            var parts: [String] {
                [
                    Self.span(
                        id, 2, "execute_tool search",
                        [("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "search")]),
                    Self.span(
                        id, 3, "chat m",
                        [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m")],
                        tokens: 7),
                    Self.span(
                        id, 1, "invoke_agent writer",
                        [
                            ("gen_ai.operation.name", "invoke_agent"),
                            ("gen_ai.agent.name", "writer"),
                        ]),
                ]
            }

            private static func span(
                _ trace: String, _ number: Int, _ name: String, _ words: [(String, String)],
                tokens: Int? = nil
            ) -> String {
                let second = 1_793_534_400 + (number == 1 ? 0 : number)
                let parent = number == 1 ? "" : "\"parentSpanId\":\"00000000000000a1\","
                var attributes = words.map {
                    "{\"key\":\"\($0)\",\"value\":{\"stringValue\":\"\($1)\"}}"
                }
                if let tokens {
                    attributes.append(
                        "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\(tokens)}}"
                    )
                }
                return "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"\(trace)\","
                    + "\"spanId\":\"00000000000000a\(number)\",\(parent)\"name\":\"\(name)\","
                    + "\"flags\":256,\"startTimeUnixNano\":\"\(second)000000000\","
                    + "\"endTimeUnixNano\":\"\(number == 1 ? second + 9 : second + 1)000000000\","
                    + "\"attributes\":[\(attributes.joined(separator: ","))]}]}]}]}"
            }
        }

        /// Sends over eight connections for as long as the server answers.
        private static func sendUntilEnd(
            _ round: Int, to server: RunningServer
        ) async throws -> [Sent] {
            try await withThrowingTaskGroup(of: [Sent].self) { group in
                for connection in 0..<8 {
                    group.addTask {
                        var all: [Sent] = []
                        // Bounded, so that a server that does not crash fails the test.
                        for number in 0..<1_000 {
                            let words = [round + 1, connection, number].map { number in
                                String(repeating: "0", count: 8 - String(number, radix: 16).count)
                                    + String(number, radix: 16)
                            }
                            all.append(Sent(id: "deadbeef" + words.joined()))
                            for part in all[number].parts {
                                let reply = try? await server.post("/v1/traces", part)
                                guard reply?.status == 200 else { return all }
                                all[number].acknowledged += 1
                            }
                        }
                        return all
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        /// Expects what was acknowledged, and no more where it is known exactly what there is.
        private static func expect(
            _ sent: [Sent], on server: RunningServer, exactly: Bool = false
        ) async throws {
            for trace in sent where trace.acknowledged > 0 {
                let run = try await server.execution(trace.id).json
                let isWhole = trace.acknowledged == 3
                if isWhole { #expect(run["status"] == "succeeded", "\(trace)") }
                if isWhole { #expect(run["agent"] == "writer", "\(trace)") }
                let steps = run["steps"].array.compactMap(\.["name"].string)
                #expect(steps.count >= min(2, trace.acknowledged), "\(trace): \(run)")
                guard exactly else { continue }
                #expect(steps == ["search", "chat m"], "\(trace)")
                #expect(run["tokens"]["input"] == 7, "\(trace)")
                let trail = try await server.get("/v1/executions/\(trace.id)/events")
                // The start, of each step both ends, the call, and the finish; where a part came alone
                // its start of the whole was another one.
                let kinds = trail.json["items"].array.compactMap(\.["type"].string)
                #expect(kinds.count { $0 == "model.called" } == 1, "\(trace): \(kinds)")
                #expect(kinds.count { $0 == "execution.finished" } == 1, "\(trace): \(kinds)")
            }
        }
    }
}
