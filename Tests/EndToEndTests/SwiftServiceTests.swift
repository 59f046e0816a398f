import Foundation
import Testing

extension EndToEnd {
    /// The example in Swift, built with these tests.
    @Suite struct SwiftServiceTests {
        private static let service = Program.stint.deletingLastPathComponent()
            .appending(path: "swift-service")

        @Test func `the service tells of its orders, and delivers all before it ends`() async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving { server in
                let ended = try await Program.run(
                    Self.service, [],
                    environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(ended.exitCode == 0, "\(ended.errors)")
                let last = ended.text.split(separator: "\n").last?.split(separator: " ") ?? []
                #expect(last.count == 5 && last[0] == last[2], "\(ended.text)")
                // What it sends is traced by nobody: there is nothing but the orders.
                let list = try await server.get("/v1/executions").json["items"].array
                #expect(
                    Set(list.map(\.["correlation"])) == ["2026-1", "2026-2", "2026-3", "2026-4"])

                let first = try await shown("2026-1", list, at: server)
                #expect(first["status"] == "succeeded")
                #expect(first["goalMet"] == true)
                #expect(first["modelCalls"][0]["model"] == "large-2")
                #expect(
                    first["steps"].array.map { [$0["name"], $0["parent"], $0["status"]] } == [
                        ["check", .null, "succeeded"], ["price", .null, "succeeded"],
                        ["write", .null, "succeeded"], ["lookup", "price", "succeeded"],
                        ["lookup", "price", "succeeded"],
                    ])
                #expect(first["steps"][3]["attributes"]["item"] == "desk")
                let empty = try await shown("2026-3", list, at: server)
                #expect(empty["status"] == "failed")
                #expect(empty["error"]["type"] == "IsEmpty")
                let dear = try await shown("2026-4", list, at: server)
                #expect(dear["goalMet"] == false)
            }
        }

        private func shown(
            _ correlation: String, _ list: [JSON], at server: RunningServer
        ) async throws -> JSON {
            let item = try #require(list.first { $0["correlation"] == .string(correlation) })
            return try await server.execution(try #require(item["id"].string)).json
        }
    }
}
