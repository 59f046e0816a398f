import ArgumentParser
import Foundation

@main
struct Stint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stint",
        abstract: "Keeps the truth about every execution of an agent or workflow.",
        discussion: """
            The commands talk to the server that --url or STINT_URL names, with the key in \
            STINT_KEY.

            Exit codes: 0 done, 1 events refused or a problem found, 2 wrong arguments, 3 not \
            found, 4 server not reachable or no permission; `watch` has more.
            """,
        version: "stint \(version)",
        subcommands: [
            // In the order of a first visit: serve, send, look.
            ServeCommand.self,
            SendCommand.self,
            RunCommand.self,
            ListCommand.self,
            ShowCommand.self,
            WatchCommand.self,
            StatsCommand.self,
            DiagnoseCommand.self,
            ReconcileCommand.self,
            BackfillCommand.self,
            LogsCommand.self,
            CloseCommand.self,
            ExportCommand.self,
            ImportCommand.self,
            KeysCommand.self,
            AuditCommand.self,
            BackupCommand.self,
            RestoreCommand.self,
            DoctorCommand.self,
            SimulateCommand.self,
        ])

    static let version = "0.5.0"

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(exitStatus(of: error))
        }
    }

    /// The exit code for an error of parsing or running: wrong arguments are 2, as the manual says,
    /// rather than 64.
    static func exitStatus(of error: any Error) -> Int32 {
        let code = exitCode(for: error)
        return code == .validationFailure ? ExitStatus.wrongArguments.rawValue : code.rawValue
    }
}
