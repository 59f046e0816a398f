import ArgumentParser
import Foundation
import StintModel
import StintStorageSQLite

/// `stint doctor`: everything an operator asks first, with what is not well about it.
struct DoctorCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine the store, the machine and the server.",
        discussion: """
            Settings are those that `stint serve` would have here. Ends with 1 where there is a \
            problem; a warning is none. Nothing is changed.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func run(in console: Console) async throws -> ExitStatus {
        let configuration = try await store.configuration(console)
        let path = try await store.path(console)
        var findings = MachineFindings.versions
        var inspection: StoreInspection?
        do throws(StoreFileError) {
            let found = try StoreInspection(path: path)
            inspection = found
            findings += StoreFindings.all(found, path: path)
        } catch {
            findings.append(StoreFindings.failure(error, path: path))
        }
        findings += MachineFindings.disk(of: path)
        findings += MachineFindings.clock(
            now: console.now(), newest: inspection?.newestReceipt,
            isSynchronized: MachineFindings.isClockSynchronized)
        findings += try await serverFindings(console, isHeld: inspection?.isHeld ?? false)
        findings.append(MachineFindings.openFiles(limit: MachineFindings.openFileLimit))
        findings += SettingFindings.all(configuration, now: console.now())
        show(Examination(findings: findings), on: console)
        return findings.contains { $0.state == .problem } ? .found : .done
    }

    /// - Parameter isHeld: Whether some server holds the store.
    private func serverFindings(_ console: Console, isHeld: Bool) async throws -> [Finding] {
        let client = try server.client(console)
        let held = Finding("server", "holdsStore", .text(isHeld ? "yes" : "no"))
        let isNamed = server.url != nil || console.environment["STINT_URL"] != nil
        do {
            let answer = try await client.exchange(path: ["health", "ready"])
            if answer.status == 200 {
                return [held, Finding("server", client.address.text, .text("ready"))]
            }
            let failure = answer.failure(at: client.address)
            return [
                held,
                Finding(
                    "server", client.address.text, .text("not ready (\(answer.status))"), .problem,
                    failure.why ?? failure.what),
            ]
        } catch let error as NoAnswer {
            // No server is a fault only where there should be one.
            let isExpected = isNamed || isHeld
            return [
                held,
                Finding(
                    "server", client.address.text, .text("no answer"),
                    isExpected ? .warning : .ok, error.reason),
            ]
        }
    }

    private func show(_ examination: Examination, on console: Console) {
        switch output.output {
        case .json:
            console.writeDocument(Data(examination.json))
        case .jsonl:
            for line in examination.jsonLines { console.writeDocument(Data(line)) }
        case .csv:
            for line in examination.csvLines { console.writeLine(line.plainLine()) }
        case .table:
            for line in examination.lines(output.style(console)) { console.writeLine(line) }
            let counts = [Finding.State.warning, .problem].map { state in
                examination.findings.count { $0.state == state }
            }
            console.writeErrorLine("\(counts[0]) warnings, \(counts[1]) problems")
        }
    }
}
