import Foundation
import NIOHTTP1
import StintModel
import Testing

extension EndToEnd {
    /// CloudEvents and OpenLineage as their clients sent them, header by header.
    @Suite struct ForeignFormatTests {
        /// As many cases as there are.
        static let cases = ["cloudevents", "openlineage"].flatMap { format in
            let folder = EndToEnd.fixtures.appending(path: format).path
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.sorted().map { "\(format)/\($0)" }
        }

        @Test func `captured requests make what is expected of them`() async throws {
            try #require(Self.cases.count >= 14)
            // The captures lie in March 2026.
            try await RunningServer.serving("--retention", "36500d") { server in
                var ids: Set<String> = []
                for name in Self.cases {
                    let capture = try Capture(name)
                    for (index, body) in capture.bodies.enumerated() {
                        let reply = try await Self.replay(name, index, body, to: server)
                        #expect(reply.status == 200, "\(name)")
                        #expect(reply.json["rejected"] == [], "\(name)")
                        if capture.expected["accepted"] != .null {
                            #expect(reply.json["accepted"] == capture.expected["accepted"])
                        }
                    }
                    for expected in capture.expected["executions"].array {
                        let id = try #require(expected["id"].string)
                        ids.insert(id)
                        Self.expect(try await server.execution(id).json, expected, name)
                    }
                }
                let all = try await server.get("/v1/executions?limit=500").json["items"].array
                #expect(Set(all.compactMap(\.["id"].string)) == ids)
            }
        }

        /// Sends a captured request again, with its own headers but those of the connection.
        private static func replay(
            _ name: String, _ index: Int, _ body: Data, to server: RunningServer
        ) async throws -> Reply {
            let file = EndToEnd.fixtures.appending(
                path: "\(name)/\(String(format: "%04d", index)).headers.json")
            let head = try JSON(Data(contentsOf: file))
            var headers: [String: String] = [:]
            for field in head["headers"].array {
                guard let name = field[0].string, let value = field[1].string,
                    !["host", "content-length", "connection", "accept-encoding"]
                        .contains(name.lowercased())
                else { continue }
                headers[name] = value
            }
            return try await server.request(
                .POST, try #require(head["path"].string), headers: headers, body: body)
        }

        private static func expect(_ shown: JSON, _ expected: JSON, _ place: String) {
            func same(_ claim: String, _ found: JSON, _ due: JSON) {
                guard expected.members[claim] != nil else { return }
                #expect(found == due, "\(claim), \(place)")
            }
            func milliseconds(_ instant: JSON) -> JSON {
                instant.string.flatMap { Instant(rfc3339: $0) }
                    .map { .number(Double($0.microseconds / 1_000)) } ?? .null
            }
            let attributes = shown["attributes"]
            same("agent", shown["agent"], expected["agent"])
            same("workspace", attributes["namespace"], expected["workspace"])
            same(
                "status", shown["status"],
                .string(expected["status"].string?.lowercased() ?? ""))
            same("startMs", milliseconds(shown["startedAt"]), expected["startMs"])
            same("stopMs", milliseconds(shown["finishedAt"]), expected["stopMs"])
            same(
                "durationMs", .number((shown["durationSeconds"].number ?? .nan) * 1_000),
                expected["durationMs"])
            same("lastError", shown["error"]["type"], expected["lastError"]["type"])
            same("lastError", shown["error"]["message"], expected["lastError"]["cause"])
            same("lastError", milliseconds(shown["error"]["at"]), expected["lastError"]["atMs"])
            same("parent", shown["parent"], expected["parent"]["id"])
            same("parent", attributes["rootName"], expected["parent"]["root"]["name"])
            same("trace", attributes["traceId"], expected["trace"]["traceId"])
        }
    }
}
