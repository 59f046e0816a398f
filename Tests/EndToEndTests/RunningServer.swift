import Foundation
import Synchronization

/// A store in a folder of its own, and the servers started over it.
final class StoreFolder: Sendable {
    private let folder: TemporaryFolder
    private let started = Mutex<[Program]>([])

    var url: URL { folder.url }
    var storePath: String { url.appending(path: "stint.sqlite").path }

    private init() throws {
        folder = try TemporaryFolder()
    }

    /// Runs the body with a new folder. Whatever still runs over it at the end is killed.
    static func use<Value>(_ body: (StoreFolder) async throws -> Value) async throws -> Value {
        let folder = try StoreFolder()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(folder))
        } catch {
            result = .failure(error)
        }
        for program in folder.started.withLock(\.self) {
            program.send(SIGKILL)
            _ = await program.exitCode()
        }
        folder.folder.remove()
        return try result.get()
    }

    /// Starts a server over the store and waits until it answers.
    ///
    /// - Parameter launcher: A program, with its arguments, that runs the server in its own place.
    func start(_ options: [String] = [], launcher: [String] = []) async throws -> RunningServer {
        let log = url.appending(path: "log")
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let errors = try FileHandle(forWritingTo: log)
        try errors.seekToEnd()
        let command =
            launcher + [
                Program.stint.path, "serve", "--port", "0", "--otlp-grpc-port", "off", "--store",
                "sqlite:\(storePath)",
            ]
            + options
        let output = Pipe()
        let start = ContinuousClock.now
        let program = try Program(
            URL(filePath: command[0]), Array(command.dropFirst()), output: output, errors: errors)
        started.withLock { $0.append(program) }
        let prefix = "listening on "
        guard let line = await output.firstLine(within: .seconds(60)), line.hasPrefix(prefix) else {
            program.send(SIGKILL)
            throw NotReady(
                exitCode: await program.exitCode(),
                log: String(decoding: try Data(contentsOf: log), as: UTF8.self))
        }
        return RunningServer(
            url: String(line.dropFirst(prefix.count)), readyAfter: .now - start, program: program,
            output: output)
    }

    /// What the servers have logged so far.
    var logged: String {
        get throws { try String(contentsOf: url.appending(path: "log"), encoding: .utf8) }
    }

    /// Waits until the servers' log says this.
    func untilLogged(_ text: String, within limit: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + limit
        while try !logged.contains(text) {
            if ContinuousClock.now > deadline { throw NeverLogged(text: text) }
            await Task.yield()
        }
    }

    struct NeverLogged: Error {
        var text: String
    }

    /// The server ended, or stayed silent, before it listened.
    struct NotReady: Error {
        var exitCode: Int32
        var log: String
    }
}

/// A server of the built program, on a free port of this machine.
final class RunningServer: Sendable {
    /// As its first line says it: `http://127.0.0.1:PORT`.
    let url: String
    /// From the start of the process to its first line.
    let readyAfter: Duration
    private let program: Program
    /// Stays open: a server that writes to nobody would be ended for it.
    private let output: Pipe

    fileprivate init(url: String, readyAfter: Duration, program: Program, output: Pipe) {
        self.url = url
        self.readyAfter = readyAfter
        self.program = program
        self.output = output
    }

    /// Serves over a new store for as long as the body runs.
    static func serving<Value>(
        _ options: String..., body: (RunningServer) async throws -> Value
    ) async throws -> Value {
        try await StoreFolder.use { folder in try await body(folder.start(options)) }
    }

    var processID: Int32 { program.id }

    func send(_ signal: Int32) {
        program.send(signal)
    }

    /// Ends it without warning, at whatever it is doing.
    func kill() async {
        program.send(SIGKILL)
        _ = await program.exitCode()
    }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: The exit code, or the signal that ended it, as a negative number.
    func end() async -> Int32 { await program.exitCode() }

    /// Asks it to stop, and waits until it has.
    func terminate() async -> Int32 {
        program.send(SIGTERM)
        return await program.exitCode()
    }
}

extension Pipe {
    /// - Returns: `nil` where the writer ends, or takes longer, before its first line is whole.
    func firstLine(within limit: Duration) async -> String? {
        let descriptor = fileHandleForReading.fileDescriptor
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let deadline = ContinuousClock.now + limit
                var line: [UInt8] = []
                while true {
                    let rest = deadline - .now
                    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    var byte: UInt8 = 0
                    guard rest > .zero,
                        poll(&state, 1, Int32(rest.components.seconds) * 1_000 + 1) > 0,
                        read(descriptor, &byte, 1) == 1
                    else { return continuation.resume(returning: nil) }
                    if byte == UInt8(ascii: "\n") { break }
                    line.append(byte)
                }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }
}
