import ArgumentParser

/// `stint backfill`: brings in what ran before.
struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Bring in what ran before anybody told the server.",
        subcommands: [StepFunctionsBackfillCommand.self])
}
