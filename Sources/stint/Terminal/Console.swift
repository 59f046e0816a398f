import Foundation
import StintModel

/// How many characters a terminal shows.
struct TerminalSize: Hashable, Sendable {
    var columns: Int
    var rows: Int
}

/// What a command stands in: its output, its environment, its clocks.
struct Console: Sendable {
    var environment: [String: String]
    /// Columns of the terminal that standard output is; `nil` where it is none.
    var terminalColumns: Int?
    /// How large that terminal is now; `nil` where there is none.
    var terminalSize: @Sendable () -> TerminalSize? = { nil }
    /// Whether standard input is a terminal.
    var hasKeyboard = false
    /// What is typed, while somebody listens; none where nobody can type.
    var keys: @Sendable () -> AsyncStream<[UInt8]> = { AsyncStream { $0.finish() } }
    var write: @Sendable (String) -> Void
    /// Hints, counts and errors go here.
    var writeError: @Sendable (String) -> Void
    var now: @Sendable () -> Instant
    /// Time that has passed since some fixed point; nobody sets this clock.
    var uptime: @Sendable () -> Duration
    var sleep: @Sendable (Duration) async throws -> Void

    var isTerminal: Bool { terminalColumns != nil }

    /// Whether the locale has UTF-8. The first of `LC_ALL`, `LC_CTYPE` and `LANG` that says
    /// something decides; none is the locale `C`.
    var isUnicode: Bool {
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].lazy
            .compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
        let folded = locale.lowercased()
        return folded.contains("utf-8") || folded.contains("utf8")
    }

    /// The zone of `TZ` where it names one, else the machine's.
    var localZone: TimeZone {
        if var name = environment["TZ"], !name.isEmpty {
            if name.hasPrefix(":") { name.removeFirst() }
            if let zone = TimeZone(identifier: name) { return zone }
        }
        return .current
    }

    func writeLine(_ line: String) { write(line + "\n") }

    func writeErrorLine(_ line: String) { writeError(line + "\n") }

    func report(_ failure: CommandFailure) {
        for line in failure.lines { writeErrorLine(line.plainLine(ascii: !isUnicode)) }
    }
}

extension Console {
    /// The console of this process.
    static var process: Console {
        let environment = ProcessInfo.processInfo.environment
        let start = ContinuousClock.now
        return Console(
            environment: environment,
            terminalColumns: terminalSize(environment)?.columns,
            terminalSize: { terminalSize(environment) },
            hasKeyboard: isatty(STDIN_FILENO) == 1,
            keys: Keyboard.input,
            write: { writeAll($0, to: STDOUT_FILENO) },
            writeError: { writeAll($0, to: STDERR_FILENO) },
            now: {
                Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
            },
            uptime: { ContinuousClock.now - start },
            sleep: { try await Task.sleep(for: $0) })
    }

    private static func terminalSize(_ environment: [String: String]) -> TerminalSize? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            let rows = size.ws_row > 0 ? Int(size.ws_row) : 24
            return TerminalSize(columns: Int(size.ws_col), rows: rows)
        }
        let columns = environment["COLUMNS"].flatMap { Int($0) } ?? 80
        return TerminalSize(
            columns: columns, rows: environment["LINES"].flatMap { Int($0) } ?? 24)
    }

    private static func writeAll(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EINTR {
                    continue
                } else if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&ready, 1, -1)
                } else {
                    // Whoever read has seen enough, as `head` has.
                    exit(errno == EPIPE ? 0 : 1)
                }
            }
        }
    }
}
