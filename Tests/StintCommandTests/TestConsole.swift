import Foundation
import StintModel
import Synchronization

@testable import stint

/// A console that remembers what was written to it, and whose waits take no time.
final class TestConsole: Sendable {
    private let outputText = Mutex("")
    private let errorText = Mutex("")
    private let waited = Mutex<[Duration]>([])
    private let environment: [String: String]
    private let columns: Int?

    /// - Parameter columns: Of the terminal; `nil` for a pipe.
    init(columns: Int? = nil, environment: [String: String] = ["LANG": "C.UTF-8", "TZ": "UTC"]) {
        self.columns = columns
        self.environment = environment
    }

    var output: String { outputText.withLock(\.self) }
    var errors: String { errorText.withLock(\.self) }
    var waits: [Duration] { waited.withLock(\.self) }

    /// One whose waits take a fiftieth of their time, for what does several things at once.
    var quick: Console {
        var console = console
        console.sleep = { pause in
            self.waited.withLock { $0.append(pause) }
            try await Task.sleep(for: pause / 50)
        }
        return console
    }

    var console: Console {
        Console(
            environment: environment, terminalColumns: columns,
            terminalSize: { [columns] in columns.map { TerminalSize(columns: $0, rows: 30) } },
            write: { text in self.outputText.withLock { $0 += text } },
            writeError: { text in self.errorText.withLock { $0 += text } },
            now: { .reading },
            uptime: { self.waits.reduce(.zero, +) },
            sleep: { pause in self.waited.withLock { $0.append(pause) } })
    }
}

extension Instant {
    /// The moment at which the tests read: 2025-11-28, 14:24:31 UTC.
    static let reading = Instant("2025-11-28T14:24:31Z")

    init(_ text: String) { self = Instant(rfc3339: text)! }
}

extension Style {
    /// As on a terminal without colours, in UTC.
    static func terminal(_ width: Int?) -> Style {
        Style(width: width, time: TimeFormat(zone: .gmt, now: .reading))
    }

    /// As in a pipe.
    static let piped = Style(
        hasShapes: false, shortensIDs: false, time: TimeFormat(zone: .gmt, now: .reading))
}
