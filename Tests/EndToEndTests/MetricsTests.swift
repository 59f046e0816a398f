import Foundation
import NIOHTTP1
import Testing

extension EndToEnd {
    /// `GET /metrics`: what the server says of itself and of executions.
    @Suite struct MetricsTests {
        @Test func `requests are counted by route, method and status`() async throws {
            try await RunningServer.serving { server in
                let body = "[\(EventsTests.started("one")),{\"type\":\"odd\"}]"
                _ = try await server.post("/v1/events", body)
                for id in ["a", "b", "one"] { _ = try await server.execution(id) }
                _ = try await server.get("/v1/nothing/\(UUID().uuidString)")
                _ = try await server.request(.init(rawValue: "PROPFIND"), "/v1/events")
                let figures = try await server.figures()
                func requests(_ route: String, _ method: String, _ status: Int) -> Double? {
                    figures[
                        "stint_requests_total{route=\"\(route)\",method=\"\(method)\","
                            + "status=\"\(status)\"}"]
                }
                #expect(requests("/v1/events", "POST", 200) == 1)
                #expect(requests("/v1/executions/{id}", "GET", 404) == 2)
                #expect(requests("/v1/executions/{id}", "GET", 200) == 1)
                #expect(requests("none", "GET", 404) == 1)
                #expect(requests("none", "other", 404) == 1)
                #expect(
                    figures["stint_request_seconds_count{route=\"/v1/executions/{id}\"}"] == 3)
                #expect(figures["stint_problems_total{code=\"unknown_execution\"}"] == 2)
                #expect(figures["stint_events_accepted_total"] == 1)
                #expect(figures["stint_events_rejected_total"] == 1)
                #expect(figures["stint_group_size_count"] == 1)
                #expect(figures["stint_group_size_sum"] == 1)
                #expect((figures["stint_commit_seconds_sum"] ?? 0) > 0)
                #expect(figures["stint_recorder_waiting"] == 0)
                #expect(figures["stint_requests_in_flight"] == 1)
                #expect((figures["stint_connections_open"] ?? 0) >= 1)
                #expect((figures["stint_store_bytes"] ?? 0) > 4_096.0)
                #expect((figures["stint_process_resident_memory_bytes"] ?? 0) > 1_048_576)
                #expect((figures["stint_process_cpu_seconds_total"] ?? 0) > 0)
                #expect(figures.keys.allSatisfy { $0.hasPrefix("stint_") })
            }
        }

        @Test func `executions are counted by agent and end, with what they took`() async throws {
            try await RunningServer.serving { server in
                try await FiguresTests.tellHandful(server, endingAt: .now - 120)
                let figures = try await server.figures()
                func figure(_ name: String, _ labels: String = "") -> Double? {
                    figures["\(name){agent=\"typist\"\(labels)}"]
                }
                #expect(figure("stint_executions_finished_total", ",status=\"succeeded\"") == 1)
                #expect(figure("stint_executions_finished_total", ",status=\"failed\"") == 1)
                #expect(figure("stint_executions_started_total") == 3)
                #expect(figure("stint_executions_running") == 1)
                #expect(figure("stint_executions_queued") == 1)
                #expect(figure("stint_execution_duration_seconds_count") == 2)
                #expect(figure("stint_execution_duration_seconds_sum") == 40)
                #expect(figure("stint_execution_queue_wait_seconds_sum") == 10)
                #expect(figure("stint_execution_end_to_end_seconds_sum") == 50)
                #expect(figure("stint_tokens_total", ",kind=\"input\"") == 600)
                #expect(figure("stint_tokens_total", ",kind=\"cached_input\"") == 400)
                #expect(figure("stint_tokens_total", ",kind=\"output\"") == 100)
                #expect(figures["stint_model_calls_total{model=\"large-2\"}"] == 1)
            }
        }

        @Test func `either text form is served, as asked`() async throws {
            try await RunningServer.serving { server in
                let plain = try await server.get("/metrics")
                #expect(
                    plain.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
                let open = try await server.get(
                    "/metrics",
                    headers: ["Accept": "application/openmetrics-text;version=1.0.0,*/*;q=0.1"])
                #expect(
                    open.header("content-type")
                        == "application/openmetrics-text; version=1.0.0; charset=utf-8")
                #expect(String(decoding: open.data, as: UTF8.self).hasSuffix("\n# EOF\n"))
            }
        }

        @Test(.enabled(if: Program.find("promtool") != nil))
        func `Prometheus finds nothing to complain of`() async throws {
            let promtool = try #require(Program.find("promtool"))
            try await RunningServer.serving { server in
                try await FiguresTests.tellHandful(server, endingAt: .now - 120)
                let page = try await server.get("/metrics")
                let check = try await Program.run(
                    promtool, ["check", "metrics"], input: page.data)
                #expect(check.exitCode == 0, "\(check.errors)")
                #expect(check.text + check.errors == "")
            }
        }
    }
}
