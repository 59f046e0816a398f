import ArgumentParser
import StintStorageSQLite

/// `stint backup FILE`: a copy of the store, also while a server writes it.
struct BackupCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store into a file, also while a server writes it.",
        discussion: """
            The copy is the store as it was at one instant, with everything acknowledged before. It is \
            checked and synced before it gets its name. `stint restore` puts it back.

            Room is taken for another whole copy on the file's disk.
            """)

    @Argument(help: ArgumentHelp("Where to write the copy.", valueName: "file"))
    var file: String

    @Flag(help: "Overwrite a file of that name.")
    var force = false

    @OptionGroup var store: StoreOptions

    func run(in console: Console) async throws -> ExitStatus {
        let path = try await store.path(console)
        let backup = try CopyProgress.follow(console) { progress in
            try SQLiteBackup.make(
                of: path, at: file, isReplacing: force, progress: progress.advance)
        }
        console.writeLine("\(file): \(backup.summary)")
        return .done
    }
}
