import Foundation
import Testing

extension EndToEnd {
    /// What a program finds in a simulated fleet.
    @Suite struct DiagnosisTests {
        /// Everything that the lists and the figures tell of what a diagnosis is about.
        private struct Known: Equatable {
            var lost: Set<String> = []
            var failed: [String: Int] = [:]
            var outcomes: [[String]: Int] = [:]
            var duplicates: [String: Set<String>] = [:]
            var orphaned: Set<String> = []
        }

        @Test func `what is found in a fleet is what its executions tell, also after a crash`()
            async throws
        {
            try await StoreFolder.use { folder in
                let options = ["--sweep-interval", "1s"]
                var server = try await folder.start(options)
                let written = try await Program.run(
                    Program.stint,
                    ["simulate", "--executions", "700", "--days", "2", "--seed", "12"],
                    environment: ["STINT_URL": server.url])
                #expect(written.exitCode == 0, "\(written.errors)")
                try await Self.compare(server)
                await server.kill()
                server = try await folder.start(options)
                try await Self.compare(server)
                #expect(try await server.get("/v1/audit").json["balanced"] == true)

                // The program says so too, and its exit code.
                let environment = ["STINT_URL": server.url]
                let check = try await Program.run(
                    Program.stint, ["diagnose", "--since", "7d", "--check"],
                    environment: environment)
                #expect(check.exitCode == 1 && check.text.contains(" stuck, "))
                let nobody = try await Program.run(
                    Program.stint, ["diagnose", "--agent", "nobody", "--check"],
                    environment: environment)
                #expect(nobody.exitCode == 0 && nobody.text == "nothing found\n")
            }
        }

        /// While the dead are still being found, what was asked before and after differs.
        private static func compare(_ server: RunningServer) async throws {
            while true {
                try Task.checkCancellation()
                let before = try await known(server)
                let answer = try await server.get("/v1/diagnosis?timeframe=7d").json
                guard try await known(server) == before, !before.lost.isEmpty else { continue }
                #expect(found(answer) == before)
                #expect(before.duplicates.count > 0 && before.orphaned.count > 0)
                return
            }
        }

        private static func found(_ answer: JSON) -> Known {
            var known = Known()
            for finding in answer["findings"].array {
                let executions = Set(finding["executions"].array.compactMap(\.string))
                let count = Int(finding["count"].number ?? 0)
                switch finding["kind"].string {
                case "stuck": known.lost.formUnion(executions)
                case "failures":
                    known.failed[finding["errorType"].string ?? "", default: 0] += count
                case "duplicates": known.duplicates[finding["messageId"].string ?? ""] = executions
                case "orphan_steps":
                    known.orphaned = Set(
                        finding["steps"].array.compactMap { $0["execution"].string })
                case "outcomes":
                    for row in finding["rows"].array {
                        known.outcomes[[row["status"].string ?? "", "\(row["goalMet"])"]] =
                            Int(row["count"].number ?? 0)
                    }
                default: break
                }
            }
            return known
        }

        private static func known(_ server: RunningServer) async throws -> Known {
            var known = Known()
            var messages: [String: Set<String>] = [:]
            var parents: [String: String] = [:]
            var cursor = ""
            repeat {
                let page = try await server.get("/v1/executions?limit=500\(cursor)").json
                for item in page["items"].array {
                    let environment = item["environment"].string ?? ""
                    if ["test", "mock"].contains(environment) { continue }
                    let (id, status) = (item["id"].string ?? "", item["status"].string ?? "")
                    if let message = item["attributes"]["messageId"].string {
                        messages[message, default: []].insert(id)
                        parents[id] = item["parent"].string
                    }
                    if status == "lost" { known.lost.insert(id) }
                    guard ["succeeded", "failed", "timed_out", "aborted"].contains(status) else {
                        continue
                    }
                    known.outcomes[[status, "\(item["goalMet"])"], default: 0] += 1
                    if ["failed", "timed_out"].contains(status) {
                        known.failed[item["error"]["type"].string ?? "", default: 0] += 1
                    }
                    if item["steps"].array.contains(where: { $0["status"] == "running" }) {
                        known.orphaned.insert(id)
                    }
                }
                cursor = page["nextCursor"].string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            // Who was begun by another of the message is none of its own.
            known.duplicates = messages.mapValues { ids in
                ids.filter { !(parents[$0].map(ids.contains) ?? false) }
            }.filter { $1.count > 1 }
            return known
        }
    }
}
