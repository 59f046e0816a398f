import Foundation

/// A PostgreSQL of this machine, in a folder of its own and on a socket alone. It does not run as
/// root: then its own user, `postgres`, runs it.
final class PostgreSQL {
    private let folder: String
    private let programs: String
    private var server = Process()

    /// - Returns: `nil` where none is installed.
    init?(folder: String) throws {
        let versions = "/usr/lib/postgresql"
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
        guard let newest = installed.compactMap(Int.init).max() else { return nil }
        self.folder = folder
        programs = "\(versions)/\(newest)/bin"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 { _ = try output(of: "/bin/chown", "postgres", folder) }
        try run("initdb", "-D", folder + "/data", "-A", "trust", "-U", "postgres")
        // What it is usually given on a machine of this size.
        server = try process(
            "postgres", "-D", folder + "/data", "-k", folder, "-c", "listen_addresses=",
            "-c", "shared_buffers=1GB", "-c", "work_mem=256MB", "-c", "max_wal_size=4GB")
        try server.run()
        while (try? run("pg_isready", "-h", folder)) == nil {
            guard server.isRunning else { throw BenchError("PostgreSQL does not run") }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    func stop() {
        // As an interrupt: it ends at once, in order.
        server.interrupt()
        server.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Takes the rows of a store.
    func load(_ store: FilledStore) throws {
        let rows = folder + "/rows"
        FileManager.default.createFile(atPath: rows, contents: nil)
        guard let file = FileHandle(forWritingAtPath: rows) else {
            throw BenchError("cannot write \(rows)")
        }
        try store.eachPortionOfRows { try file.write(contentsOf: $0) }
        try file.close()
        _ = try psql(
            """
            CREATE UNLOGGED TABLE run_in (workspace int, agent int, status int,
                queued_at bigint, started_at bigint, finished_at bigint);
            COPY run_in FROM '\(rows)';
            CREATE TABLE run AS SELECT workspace, agent, status,
                to_timestamp(queued_at / 1e6) AS queued_at,
                to_timestamp(started_at / 1e6) AS started_at,
                to_timestamp(finished_at / 1e6) AS finished_at,
                (started_at - queued_at) / 1e6::double precision AS waited,
                (finished_at - started_at) / 1e6::double precision AS ran,
                (finished_at - queued_at) / 1e6::double precision AS took
            FROM run_in ORDER BY started_at;
            DROP TABLE run_in;
            CREATE INDEX run_by_start ON run (workspace, started_at);
            VACUUM ANALYZE run;
            CHECKPOINT;
            """)
        unlink(rows)
    }

    /// Five percentiles each of queueing, running and both, and the means, of what started in a
    /// range.
    ///
    /// - Returns: The median time of five, in seconds, by the client.
    func percentileSeconds(from: Double, to: Double) throws -> Double {
        let columns = ["waited", "ran", "took"].flatMap { measure in
            ["0.5", "0.75", "0.9", "0.95", "0.99"].map {
                "percentile_cont(\($0)) WITHIN GROUP (ORDER BY \(measure))"
            } + ["avg(\(measure))"]
        }
        // Succeeded or failed, by the numbers a store has for them.
        let query = """
            SELECT \(columns.joined(separator: ", ")) FROM run
            WHERE workspace = 1 AND started_at BETWEEN to_timestamp(\(from)) AND to_timestamp(\(to))
                AND status IN (5, 6);
            """
        let timed = String(repeating: query + "\n", count: 6)
        let times = try psql("\\timing on\n" + timed).split(separator: "\n").compactMap { line in
            line.hasPrefix("Time: ") ? Double(line.split(separator: " ")[1]) : nil
        }
        guard times.count == 6 else { throw BenchError("psql told no times") }
        return times.dropFirst().sorted()[2] / 1_000
    }

    // MARK: Running it

    /// - Returns: What it wrote.
    private func psql(_ statements: String) throws -> String {
        let script = folder + "/script"
        try statements.write(toFile: script, atomically: true, encoding: .utf8)
        let process = try process(
            "psql", "-h", folder, "-U", "postgres", "-q", "-X", "-A", "-t",
            "-v", "ON_ERROR_STOP=1", "-f", script, "postgres")
        let answer = Pipe()
        process.standardOutput = answer
        try process.run()
        let data = answer.fileHandleForReading.readDataToEndOfFile()
        try finish(process)
        return String(decoding: data, as: UTF8.self)
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let process = try process(program, arguments)
        try process.run()
        try finish(process)
    }

    private func finish(_ process: Process) throws {
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchError("PostgreSQL's program ended with \(process.terminationStatus)")
        }
    }

    private func process(_ program: String, _ arguments: String...) throws -> Process {
        try process(program, arguments)
    }

    private func process(_ program: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        let path = programs + "/" + program
        let user =
            getuid() == 0
            ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : []
        let words = user + [path] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        for stream in [\Process.standardInput, \.standardOutput, \.standardError] {
            process[keyPath: stream] = FileHandle.nullDevice
        }
        return process
    }
}
