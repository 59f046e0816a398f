import Foundation
import Testing

/// Programs that people run agents with, where `make test` could install them.
enum Emitters {
    /// The interpreter of an environment: `native` or `openinference`.
    static func python(in environment: String) -> URL? {
        guard let folder = ProcessInfo.processInfo.environment["STINT_EMITTERS"] else { return nil }
        let place = URL(filePath: folder).appending(path: environment)
        let isWhole = FileManager.default.fileExists(
            atPath: place.appending(path: "installed").path)
        return isWhole ? place.appending(path: "bin/python3") : nil
    }

    static let areThere = python(in: "native") != nil && python(in: "openinference") != nil
}

extension EndToEnd {
    /// Programs that are not ours, as they come from their makers, against a model that is always of
    /// the same opinion.
    @Suite(.enabled(if: Emitters.areThere, "The emitters are not installed."))
    struct EmitterTests {
        private static let script = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Emitters/run.py")

        /// Lets an emitter run its agent to the end, and gives the executions there are then.
        private static func executions(of emitter: String) async throws -> [JSON] {
            try await StoreFolder.use { folder in
                let server = try await folder.start(["--otlp-grpc-port", "0"])
                let python = Emitters.python(
                    in: emitter == "langgraph" ? "openinference" : "native")
                let outcome = try await Program.run(
                    try #require(python),
                    [script.path, emitter, server.url, "\(try await folder.grpcPort)"],
                    environment: ["OTEL_SEMCONV_STABILITY_OPT_IN": "", "NO_PROXY": "*"])
                try #require(outcome.exitCode == 0, "\(outcome.text)\(outcome.errors)")
                var executions: [JSON] = []
                for item in try await server.get("/v1/executions").json["items"].array {
                    executions.append(try await server.execution(item["id"].string ?? "").json)
                }
                return executions
            }
        }

        private static func expect(_ execution: JSON, _ agent: String) {
            #expect(execution["agent"].string == agent)
            #expect(execution["status"] == "succeeded", "\(agent)")
            #expect(execution["tokens"]["input"] == 330, "\(agent): \(execution["tokens"])")
            #expect(execution["tokens"]["output"] == 75, "\(agent): \(execution["tokens"])")
            let steps = execution["steps"].array
            #expect(steps.filter { $0["kind"] == "model" }.count == 2, "\(agent): \(steps)")
            let tools = steps.filter { $0["kind"] == "tool" }
            #expect(tools.map(\.["name"]) == ["get_weather"], "\(agent): \(steps)")
            #expect(steps.allSatisfy { $0["status"] == "succeeded" }, "\(agent)")
            // Strands names the model that is asked for alone.
            let models = ["model", "requestModel"].map { execution["attributes"][$0] }
            #expect(models.contains("gpt-4o-mini"), "\(agent): \(models)")
        }

        @Test(arguments: ["strands", "langgraph", "pydantic"])
        func `a framework's run is one execution with its agent, steps and tokens`(
            _ emitter: String
        ) async throws {
            let executions = try await Self.executions(of: emitter)
            #expect(executions.count == 1)
            for execution in executions { Self.expect(execution, "Weather") }
        }

        @Test func `the SDK is understood by every way it has`() async throws {
            let ways = ["http", "http-gzip", "http-deflate", "grpc", "grpc-gzip"]
            let names = ways.flatMap { ["\($0)-batch", "\($0)-simple"] }
            let executions = try await Self.executions(of: "sdk")
            #expect(Set(executions.compactMap(\.["agent"].string)) == Set(names))
            #expect(executions.count == names.count)
            for execution in executions { Self.expect(execution, execution["agent"].string ?? "") }
        }
    }
}
