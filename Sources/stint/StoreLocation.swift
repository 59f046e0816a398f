import Foundation
import StintStorage
import StintStorageSQLite

/// Where a store is, as `--store` says it.
enum StoreLocation: Hashable, CustomStringConvertible {
    case sqlite(path: String)

    init(_ text: String) throws(CommandFailure) {
        let scheme = text.prefix { $0 != ":" }
        let rest = String(text.dropFirst(scheme.count + 1))
        switch scheme {
        case "sqlite" where !rest.isEmpty && !rest.hasPrefix("//"):
            self = .sqlite(path: (rest as NSString).expandingTildeInPath)
        case "sqlite":
            throw .wrongArguments(
                "the store '\(text)' names no file", next: "Name it as sqlite:/path/file.")
        default:
            throw .wrongArguments(
                "the store '\(text)' is of a kind that this version does not have",
                next: "This version keeps executions in SQLite: sqlite:/path/file.")
        }
    }

    /// The store that is named, else the standard one.
    init(given text: String?) throws(CommandFailure) {
        if let text {
            self = try StoreLocation(text)
        } else {
            let environment = ProcessInfo.processInfo.environment
            self = .sqlite(path: Self.standardPath(environment: environment))
        }
    }

    /// Opens the store for this process alone.
    func open(
        settings: SQLiteSettings = SQLiteSettings()
    ) throws(CommandFailure) -> SQLiteExecutionStore {
        switch self {
        case .sqlite(let path):
            do throws(StoreError) {
                return try SQLiteExecutionStore(path: path, settings: settings)
            } catch {
                let why = if case .unavailable(let reason) = error { reason } else { "\(error)" }
                throw CommandFailure(
                    what: "the store cannot be opened", why: why,
                    next: why.contains("another process")
                        ? "Stop the server, or ask it: --url and an admin key in STINT_KEY."
                        : "Name another with --store sqlite:/path/file.",
                    status: .unreachable)
            }
        }
    }

    /// `stint/stint.sqlite` in the user's data folder, as the XDG base directory specification
    /// places it.
    static func standardPath(environment: [String: String]) -> String {
        let home = environment["HOME"] ?? "/var/lib"
        let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (data ?? "\(home)/.local/share") + "/stint/stint.sqlite"
    }

    /// Whether there is something to open.
    var exists: Bool {
        switch self {
        case .sqlite(let path): FileManager.default.fileExists(atPath: path)
        }
    }

    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        }
    }
}

extension CommandFailure {
    init(missing store: StoreLocation) {
        self.init(
            what: "there is no store \(store)",
            next: "Name another with --store sqlite:/path/file.",
            status: .notFound)
    }
}
