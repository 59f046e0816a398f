import ArgumentParser
import Foundation
import StintStorageSQLite

/// `stint restore FILE`: puts a backup in the store's place.
struct RestoreCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the store's place.",
        discussion: """
            The backup is checked before it takes the place. A store that a server holds is left \
            alone: stop the server first.
            """)

    @Argument(help: ArgumentHelp("What `stint backup` wrote.", valueName: "file"))
    var file: String

    @Flag(help: "Replace a store that is there.")
    var force = false

    @OptionGroup var store: StoreOptions

    func run(in console: Console) async throws -> ExitStatus {
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure(
                what: "there is no backup \(file)", next: "Name the file that stint backup wrote.",
                status: .notFound)
        }
        let path = try await store.path(console)
        let backup = try CopyProgress.follow(console) { progress in
            try SQLiteBackup.restore(
                file, to: path, isReplacing: force, progress: progress.advance)
        }
        console.writeLine("\(path): \(backup.summary)")
        return .done
    }
}
