import Foundation
import Testing

extension EndToEnd {
    /// `stint doctor` tells what is so, and ends with 1 where something is wrong.
    @Suite struct DoctorTests {
        static func doctor(
            _ folder: StoreFolder, url: String = "http://127.0.0.1:1"
        ) async throws -> (exitCode: Int32, findings: [String: JSON]) {
            let told = try await Program.run(
                Program.stint,
                [
                    "doctor", "--store", "sqlite:\(folder.storePath)", "--url", url,
                    "--output", "json",
                ])
            let list = try JSON(told.output)["findings"].array
            let findings = list.map {
                ("\($0["part"].string ?? "").\($0["name"].string ?? "")", $0)
            }
            return (told.exitCode, Dictionary(findings) { first, _ in first })
        }

        @Test func `a store that is served is well, and left alone`() async throws {
            try await StoreFolder.use { folder in
                let server = try await folder.start(DurabilityTests.retention)
                for name in ["a", "b"] { try await BackupTests.write(name, to: server) }
                let (code, findings) = try await Self.doctor(folder, url: server.url)
                #expect(findings["store.executions"]?["value"] == 2)
                #expect(findings["store.openExecutions"]?["value"] == 2)
                #expect(findings["store.journalMode"]?["value"] == "wal")
                #expect(findings["store.autoVacuum"]?["value"] == "incremental")
                #expect(findings["store.reserve"]?["value"] == "held")
                #expect(findings["server.holdsStore"]?["value"] == "yes")
                #expect(findings["server.\(server.url)"]?["value"] == "ready")
                #expect(findings["files.stint.sqlite"]?["value"] == "0600")
                #expect(findings["limits.executionIDBytes"]?["value"] == 512)
                // The machine may have a full disk; the store may not be at fault.
                let problems = findings.values.filter { $0["state"] == "problem" }
                #expect(problems.allSatisfy { $0["part"] == "disk" }, "\(problems)")
                #expect(code == (problems.isEmpty ? 0 : 1))
                try await BackupTests.write("c", to: server)
                #expect(await server.terminate() == 0)
            }
        }

        @Test func `what is wrong is told, and ends with 1`() async throws {
            try await StoreFolder.use { folder in
                let (_, none) = try await Self.doctor(folder)
                #expect(none["store.path"]?["state"] == "warning")

                let server = try await folder.start(DurabilityTests.retention)
                try await BackupTests.write("a", to: server)
                #expect(await server.terminate() == 0)
                chmod(folder.storePath, 0o644)
                let (_, open) = try await Self.doctor(folder)
                #expect(open["files.stint.sqlite"]?["state"] == "warning")
                #expect(open["server.holdsStore"]?["value"] == "no")

                try Data("no store".utf8).write(to: URL(filePath: folder.storePath))
                let (code, damaged) = try await Self.doctor(folder)
                #expect(code == 1)
                #expect(damaged["store.path"]?["state"] == "problem")
            }
        }
    }
}
