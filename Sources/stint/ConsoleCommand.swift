import ArgumentParser

/// A command that works on a console, so that tests can give it one of theirs.
protocol ConsoleCommand: AsyncParsableCommand {
    /// - Throws: ``CommandFailure`` for what the user can act upon.
    func run(in console: Console) async throws -> ExitStatus
}

extension ConsoleCommand {
    func run() async throws {
        let status = await exitStatus(in: .process)
        if status != .done { throw ExitCode(status.rawValue) }
    }

    /// Runs the command and tells its failure on the console.
    func exitStatus(in console: Console) async -> ExitStatus {
        do {
            return try await run(in: console)
        } catch {
            let failure =
                error as? CommandFailure
                ?? CommandFailure(what: String(describing: error), status: .unreachable)
            console.report(failure)
            return failure.status
        }
    }
}
