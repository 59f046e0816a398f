import Foundation

/// A process that a test started.
final class Program: Sendable {
    /// The `stint` that was built with the tests, beside their bundle.
    static let stint: URL = {
        let bundle =
            Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
            ?? URL(filePath: CommandLine.arguments[0])
        return bundle.deletingLastPathComponent().appending(path: "stint")
    }()

    /// Where a program lies that this machine may have or not.
    static func find(_ name: String) -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    private let process = Process()
    private let ending: AsyncStream<Never>

    var id: Int32 { process.processIdentifier }

    /// - Parameters:
    ///   - input: Where its standard input comes from; from nowhere by default.
    ///   - output: A `Pipe` or `FileHandle`.
    ///   - environment: On top of this process's own, less what configures `stint`.
    init(
        _ program: URL, _ arguments: [String], input: FileHandle = .nullDevice,
        output: any Sendable, errors: FileHandle, environment: [String: String] = [:]
    ) throws {
        let (ending, end) = AsyncStream.makeStream(of: Never.self)
        self.ending = ending
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("STINT_") }.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { _ in end.finish() }
        try process.run()
    }

    func send(_ signal: Int32) {
        if process.isRunning { kill(process.processIdentifier, signal) }
    }

    /// Waits for the end.
    ///
    /// - Returns: The exit code, or the signal that ended it, as a negative number.
    func exitCode() async -> Int32 {
        for await _ in ending {}
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? -status : status
    }

    /// How a program ended that ran to its end by itself.
    struct Outcome: Sendable {
        var exitCode: Int32
        var output: Data
        var errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Runs a program to its end.
    static func run(
        _ program: URL = stint, _ arguments: [String], input: Data = Data(),
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (source, sink, complaints) = (
            folder.url.appending(path: "in"), folder.url.appending(path: "out"),
            folder.url.appending(path: "err")
        )
        try input.write(to: source)
        for file in [sink, complaints] { try Data().write(to: file) }
        let program = try Program(
            program, arguments, input: FileHandle(forReadingFrom: source),
            output: FileHandle(forWritingTo: sink), errors: FileHandle(forWritingTo: complaints),
            environment: environment)
        let code = await program.exitCode()
        return Outcome(
            exitCode: code, output: try Data(contentsOf: sink),
            errors: String(decoding: try Data(contentsOf: complaints), as: UTF8.self))
    }
}

extension Program {
    /// Runs `stint` to its end.
    static func run(
        arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> Outcome {
        try await run(stint, arguments, input: Data(input.utf8), environment: environment)
    }
}

/// A folder that is there for one test.
struct TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "stint-end-to-end-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func remove() {
        try? FileManager.default.removeItem(at: url)
    }
}
