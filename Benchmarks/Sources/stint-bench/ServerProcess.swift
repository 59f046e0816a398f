import Foundation

/// The program under test, on a port of its own.
final class ServerProcess {
    private let process = Process()
    let port: UInt16
    let store: String
    /// Seconds from the start of the process to its first answer.
    let startSeconds: Double

    /// - Parameter options: Of `stint serve`, beside port and store.
    init(program: String, store: String, options: [String] = []) throws {
        self.store = store
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            ["serve", "--port", "0", "--otlp-grpc-port", "off", "--store", "sqlite:\(store)"]
            + options
        process.standardOutput = output
        let begin = Load.now()
        try process.run()
        var line: [UInt8] = []
        while line.last != 0x0A {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            guard let byte = byte.first else { throw BenchError("the server did not start") }
            line.append(byte)
        }
        let text = String(decoding: line, as: UTF8.self)
        guard let port = text.split(separator: ":").last.flatMap({ UInt16($0.dropLast()) }) else {
            throw BenchError("the server said '\(text)'")
        }
        self.port = port
        _ = try Load.run(port: port, requests: [[Request.get("/health/live")]])
        startSeconds = Load.now() - begin
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// What it answers, head and body.
    func text(_ path: String) throws -> String {
        var connection = try Connection(port: port, requests: [Request.get(path)])
        defer { connection.close() }
        _ = try connection.sendNext()
        var ready = pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0)
        while try connection.receive() == nil {
            guard poll(&ready, 1, 10_000) > 0 else { throw BenchError("no answer to \(path)") }
        }
        return connection.text
    }

    /// Resident memory in bytes.
    var residentBytes: Int {
        let status =
            (try? String(
                contentsOfFile: "/proc/\(process.processIdentifier)/status",
                encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }

    /// Seconds of processor time used so far.
    var processorSeconds: Double {
        let stat =
            (try? String(
                contentsOfFile: "/proc/\(process.processIdentifier)/stat",
                encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Bytes of the database and its log.
    var storeBytes: Int {
        ["", "-wal"].reduce(0) { sum, suffix in
            var info = stat()
            return stat(store + suffix, &info) == 0 ? sum + Int(info.st_size) : sum
        }
    }
}
