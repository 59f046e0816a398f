import Dispatch
import Foundation
import StintStorageSQLite
import Synchronization

/// Tells how far copying is, and ends it where the user wants out.
final class CopyProgress: Sendable {
    private struct State {
        var isInterrupted = false
        var told = 0
    }

    private let console: Console
    private let state = Mutex(State())

    private init(_ console: Console) {
        self.console = console
    }

    private struct Interruption: Error {}

    /// Runs the copying until its end, or until SIGINT or SIGTERM; then what it began is removed.
    ///
    /// - Throws: ``CommandFailure``.
    static func follow(
        _ console: Console, _ body: (CopyProgress) throws -> SQLiteBackup
    ) throws -> SQLiteBackup {
        let progress = CopyProgress(console)
        let traps = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let trap = DispatchSource.makeSignalSource(signal: number, queue: .global())
            trap.setEventHandler { progress.interrupt() }
            trap.resume()
            return trap
        }
        defer { for trap in traps { trap.cancel() } }
        do {
            return try body(progress)
        } catch let error as StoreFileError {
            throw CommandFailure(error)
        } catch is Interruption {
            throw CommandFailure(what: "interrupted; nothing was changed", status: .interrupted)
        }
    }

    /// Asked for the second time, as while pages are checked, it does not wait; what is half made
    /// stays behind under its own name.
    private func interrupt() {
        let isRepeated = state.withLock { state in
            defer { state.isInterrupted = true }
            return state.isInterrupted
        }
        if isRepeated { exit(ExitStatus.interrupted.rawValue) }
    }

    /// - Parameter share: At most 1.
    /// - Throws: Where the user wants out.
    func advance(_ share: Double) throws {
        let (isInterrupted, news) = state.withLock { state in
            let percent = Int(share * 100)
            // Every tenth part; a small store is copied before anybody could read more.
            let isNews = percent / 10 > state.told / 10
            if isNews { state.told = percent }
            return (state.isInterrupted, isNews ? percent : nil)
        }
        if isInterrupted { throw Interruption() }
        if let news {
            console.writeErrorLine(news == 100 ? "copied; checking every page" : "copied \(news) %")
        }
    }
}

extension SQLiteBackup {
    var summary: String {
        "\(NumberFormat.count(Int64(executions), separator: " ")) executions, "
            + NumberFormat.bytes(Int64(bytes))
    }
}

extension CommandFailure {
    init(_ error: StoreFileError) {
        switch error {
        case .missing(let path):
            self.init(
                what: "there is no \(path)", next: "Name the store with --store sqlite:/path/file.",
                status: .notFound)
        case .exists(let path):
            self.init(
                what: "\(path) exists already", next: "Say --force if it may be overwritten.",
                status: .wrongArguments)
        case .isStore(let path):
            self.init(
                what: "\(path) belongs to the store itself",
                next: "Name a file of another name.", status: .wrongArguments)
        case .held(let path):
            self.init(
                what: "\(path) is being served", why: "Another process holds it.",
                next: "Stop the server first.", status: .unreachable)
        case .foreign(let path):
            self.init(what: "\(path) is not a file of Stint", status: .wrongArguments)
        case .newer(let path):
            self.init(
                what: "a newer version of Stint wrote \(path)",
                next: "Use that version, or one after it.", status: .wrongArguments)
        case .damaged(let path, let reason):
            self.init(
                what: "\(path) is damaged", why: reason,
                next: "Restore the newest backup that is whole with `stint restore`.",
                status: .found)
        case .hasLog(let path):
            self.init(
                what: "\(path) is not all there is: a log lies beside it",
                why: "It is a store, or a copy that was made without `stint backup`.",
                next: "Make a backup of it: stint backup FILE --store sqlite:\(path).",
                status: .wrongArguments)
        case .failed(let path, let reason):
            self.init(what: "\(path): \(reason)", status: .unreachable)
        }
    }
}
