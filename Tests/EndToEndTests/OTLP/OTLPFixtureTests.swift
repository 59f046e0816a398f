import Foundation
import Testing

extension EndToEnd {
    /// What real exporters sent, as it was captured, byte for byte.
    @Suite struct OTLPFixtureTests {
        static let folders = [
            "agentcore", "crewai-openinference", "langgraph-openinference", "langgraph-traceloop",
            "openai-agents-openinference", "openai-agents-traceloop",
            "openai-client-openinference", "openai-client-traceloop", "otlp-grpc",
            "otlp-http-json", "otlp-http-json-constructed", "otlp-http-proto", "otlp-invalid",
            "pending-spans", "pydantic-ai", "strands",
        ]

        @Test(arguments: folders)
        func `each case leaves what is expected`(_ folder: String) async throws {
            let cases = try FixtureCase.all(in: folder)
            #expect(!cases.isEmpty)
            try await RunningServer.serving("--retention", "36500d") { server in
                for fixture in cases { try await fixture.replay(to: server) }
            }
        }

        @Test func `what an exporter sends again changes nothing`() async throws {
            try await RunningServer.serving("--retention", "36500d") { server in
                for fixture in try FixtureCase.all(in: "client-retries")
                where fixture.name != "client-retries/ol" {
                    try await fixture.replay(to: server)
                }
            }
        }
    }
}
