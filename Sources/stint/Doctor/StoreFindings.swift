import Foundation
import StintModel
import StintStorageSQLite
import StintWire

/// What is to be said of a store's files and of what they hold.
enum StoreFindings {
    static func all(_ store: StoreInspection, path: String) -> [Finding] {
        contents(store, path: path) + files(store.files) + [folder(of: path)].compactMap(\.self)
    }

    /// Where it could not be looked at.
    static func failure(_ error: StoreFileError, path: String) -> Finding {
        if case .missing = error {
            return Finding(
                "store", "path", .text(path), .warning, "There is none yet; `stint serve` makes it."
            )
        }
        let failure = CommandFailure(error)
        let told = [failure.what, failure.why, failure.next].compactMap(\.self)
        return Finding("store", "path", .text(path), .problem, told.joined(separator: ". "))
    }

    private static func contents(_ store: StoreInspection, path: String) -> [Finding] {
        func found(
            _ name: String, _ value: Finding.Value, isWell: Bool = true, _ remark: String? = nil
        ) -> Finding {
            Finding("store", name, value, isWell ? .ok : .warning, isWell ? nil : remark)
        }
        return [
            found("path", .text(path)),
            found("size", .bytes(store.pages * store.pageBytes)),
            found(
                "log", .bytes(store.logBytes),
                isWell: store.logBytes <= 2 * SQLiteSettings().logBytes,
                "Somebody reads for long, or the disk was full: it starts over when they are done."),
            found("pages", .count(store.pages)),
            found("freePages", .count(store.freePages)),
            found(
                "reserve", .text(store.holdsReserve ? "held" : "none"),
                isWell: store.holdsReserve || !store.isHeld,
                "No room is held back for expiry: the disk is full, or nearly."),
            found(
                "journalMode", .text(store.journalMode), isWell: store.journalMode == "wal",
                "The next start of a server makes it wal."),
            found(
                "autoVacuum", .text(store.autoVacuum), isWell: store.autoVacuum == "incremental",
                "What expires gives no room back to the disk."),
            found("applicationID", .text("0x" + String(store.applicationID, radix: 16))),
            found(
                "migrations", .text(store.migrations.joined(separator: ", ")),
                isWell: store.missingMigrations.isEmpty,
                "The next start of a server adds \(store.missingMigrations.joined(separator: ", "))."
            ),
            found("executions", .count(store.executions)),
            found("openExecutions", .count(store.openExecutions)),
            found("trailPieces", .count(store.trailPieces)),
            found("traces", .count(store.traces ?? 0)),
            found("undecidedTraces", .count(store.undecidedTraces ?? 0)),
            found("workspaces", .count(store.workspaces)),
            found("agents", .count(store.agents)),
            found("newestReceipt", .text(store.newestReceipt?.rfc3339 ?? "none")),
        ]
    }

    static func files(_ files: [StoreInspection.File]) -> [Finding] {
        files.map { file in
            let isOthers = file.mode & 0o077 != 0
            return Finding(
                "files", URL(fileURLWithPath: file.path).lastPathComponent,
                .text("0" + String(file.mode, radix: 8)), isOthers ? .warning : .ok,
                isOthers
                    ? "Others than its owner may open it: chmod 600 \(file.path.shellQuoted)" : nil)
        }
    }

    /// Who may write a folder may put another file in the store's place.
    private static func folder(of path: String) -> Finding? {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder)
        guard let mode = attributes?[.posixPermissions] as? Int else { return nil }
        let isOthers = mode & 0o022 != 0
        return Finding(
            "files", "folder", .text("0" + String(mode & 0o7777, radix: 8)),
            isOthers ? .warning : .ok,
            isOthers ? "Others than its owner may write to \(folder)." : nil)
    }
}
