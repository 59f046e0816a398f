import Foundation
import Testing

extension EndToEnd {
    /// The libraries with which others write CloudEvents and OpenLineage, as they come from their makers.
    @Suite(.enabled(if: Emitters.python(in: "events") != nil, "The emitters are not installed."))
    struct EventEmitterTests {
        private static let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Emitters/events.py")

        /// Lets a library send what it has to say.
        ///
        /// - Returns: What it says that the server must know then.
        private static func emit(_ library: String, to server: RunningServer) async throws -> JSON {
            let outcome = try await Program.run(
                try #require(Emitters.python(in: "events")), [script.path, library, server.url],
                environment: ["NO_PROXY": "*"])
            try #require(outcome.exitCode == 0, "\(outcome.text)\(outcome.errors)")
            return try JSON(outcome.output)
        }

        private static func known(to server: RunningServer) async throws -> Set<String> {
            let listed = try await server.get("/v1/executions?limit=500").json["items"].array
            return Set(listed.compactMap(\.["id"].string))
        }

        @Test func `CloudEvents tell the same in every mode`() async throws {
            try await RunningServer.serving { server in
                let told = try await Self.emit("cloudevents", to: server)
                let runs = told["runs"].array.compactMap(\.string)
                let changes = told["changes"].array.compactMap(\.string)
                #expect(runs.count == 9 && changes.count == 17)
                #expect(try await Self.known(to: server) == Set(runs + changes))
                for id in runs {
                    let run = try await server.execution(id).json
                    #expect(run["agent"] == "Émile", "\(id)")
                    #expect(run["status"] == "failed", "\(id)")
                    #expect(run["durationSeconds"] == 4, "\(id)")
                    #expect(run["error"]["type"] == "RateLimitError", "\(id)")
                    #expect(run["error"]["message"] == "50 % of “all”\nrequests", "\(id)")
                    #expect(run["tokens"]["input"] == 330 && run["tokens"]["output"] == 75, "\(id)")
                    #expect(run["attributes"]["ticket"] == 4_711, "\(id)")
                    #expect(run["attributes"]["eventSource"] == "https://example.com/agents")
                    #expect(run["steps"].array.map(\.["status"]) == ["succeeded"], "\(id)")
                    #expect(run["steps"][0]["kind"] == "tool", "\(id)")
                }
                for id in changes {
                    let run = try await server.execution(id).json
                    #expect(run["agent"] == "report-agent", "\(id)")
                    #expect(run["status"] == "succeeded", "\(id)")
                    #expect(run["durationSeconds"] == 4, "\(id)")
                }
            }
        }

        @Test func `OpenLineage tells of its runs by every transport to a server`() async throws {
            try await RunningServer.serving { server in
                let told = try await Self.emit("openlineage", to: server).members
                #expect(told.count == 12)
                #expect(try await Self.known(to: server) == Set(told.keys))
                for (id, due) in told {
                    let run = try await server.execution(id).json
                    #expect(run["agent"] == due["agent"])
                    #expect(run["status"] == due["status"], "\(due)")
                    #expect(run["parent"] == due["parent"])
                    let attributes = run["attributes"]
                    #expect(attributes["namespace"] == "warehouse")
                    #expect(attributes["rootName"] == "daily")
                    #expect(attributes["integration"] == "AIRFLOW")
                    #expect(attributes["processingEngine"] == "spark")
                    #expect(attributes["tag.team"] == "data", "\(attributes)")
                    if due["status"] == "running" { continue }
                    #expect(run["durationSeconds"] == 4, "\(due)")
                    let error = run["error"]
                    if due["status"] == "failed" {
                        #expect(error["type"] == "ValueError")
                        #expect(error["message"] == "ValueError: no “such” table")
                    } else {
                        #expect(error == .null)
                    }
                }
            }
        }
    }
}
