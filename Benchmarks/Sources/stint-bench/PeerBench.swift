import CSQLite
import Foundation

/// Sends the same traces to what others use, as installed from PyPI with their default store, SQLite,
/// each alone on this machine.
struct PeerBench {
    let program: String
    /// A virtual environment with `phoenix` and `mlflow`; see `scripts/install-peers`.
    let peers: String
    let folder: String
    let isQuick: Bool

    private static let traces = 50
    private static let senders = 4
    private static let spansPerRequest = traces * TraceFleet.spansPerTrace

    func run() throws {
        let stint = try ServerProcess(program: program, store: folder + "/peers.sqlite")
        let ours = try Load.run(port: stint.port, requests: requests(isQuick ? 20 : 200))
        stint.stop()
        // It answers when they are stored.
        let rate = ours.perSecond * Double(Self.spansPerRequest)
        row("Stint", "\(count(rate)) spans/s stored", "the same form and size of requests as below")
        for peer in [Peer.phoenix(peers), .mlflow(peers)] {
            guard FileManager.default.isExecutableFile(atPath: peer.program) else {
                row(
                    peer.name, "not measured", "\(peer.program) is not there: scripts/install-peers"
                )
                continue
            }
            try measure(peer, beside: rate)
        }
    }

    private func measure(_ peer: Peer, beside ours: Double) throws {
        let server = try PeerProcess(peer, folder: "\(folder)/\(peer.name)")
        defer { server.stop() }
        // The first request opens what is opened lazily.
        _ = try Load.run(port: server.port, requests: [requests(1, first: 90, peer.headers)[0]])
        let warm = try server.awaitSpans(Self.spansPerRequest)
        let load = requests(isQuick ? 1 : 5, first: 10, peer.headers)
        let spans = load.reduce(0) { $0 + $1.count } * Self.spansPerRequest
        let begin = Load.now()
        let answered = try Load.run(port: server.port, requests: load)
        let stored = try server.awaitSpans(warm + spans) - warm
        let seconds = Load.now() - begin
        let rate = Double(stored) / seconds
        row(
            peer.name,
            "\(count(rate)) spans/s stored, \(count(Double(spans) / answered.seconds)) answered",
            "\(stored) of \(spans) spans; Stint takes \(count(ours / rate)) × as many"
        )
    }

    /// Of each sender, in order.
    private func requests(
        _ each: Int, first: UInt64 = 1, _ headers: [String] = []
    ) -> [[[UInt8]]] {
        (0..<UInt64(Self.senders)).map { sender in
            var fleet = TraceFleet(
                first: (first + sender) << 32, begin: Date().timeIntervalSince1970 - 3_600)
            return fleet.bodies(each, ofTraces: Self.traces, as: .protobuf).map {
                Request.post(
                    "/v1/traces", type: "application/x-protobuf", headers: headers, $0)
            }
        }
    }
}

/// How one of them is started, and where it keeps spans.
private struct Peer {
    let name: String
    let program: String
    /// For a port, another for gRPC, and a folder.
    let arguments: (_ port: UInt16, _ folder: String) -> [String]
    let environment: (_ port: UInt16, _ grpc: UInt16, _ folder: String) -> [String: String]
    let headers: [String]
    let store: String

    static func phoenix(_ peers: String) -> Self {
        Self(
            name: "Phoenix", program: peers + "/bin/phoenix", arguments: { _, _ in ["serve"] },
            environment: { port, grpc, folder in
                [
                    "PHOENIX_WORKING_DIR": folder, "PHOENIX_HOST": "127.0.0.1",
                    "PHOENIX_PORT": "\(port)", "PHOENIX_GRPC_PORT": "\(grpc)",
                    "PHOENIX_TELEMETRY_ENABLED": "false",
                ]
            }, headers: [], store: "phoenix.db")
    }

    static func mlflow(_ peers: String) -> Self {
        Self(
            name: "MLflow", program: peers + "/bin/mlflow",
            arguments: { port, folder in
                [
                    "server", "--host", "127.0.0.1", "--port", "\(port)", "--workers", "1",
                    "--backend-store-uri", "sqlite:///\(folder)/mlflow.db",
                    "--artifacts-destination", folder + "/artifacts",
                ]
            },
            environment: { _, _, _ in ["MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"]
            },
            headers: ["x-mlflow-experiment-id: 0"], store: "mlflow.db")
    }
}

private final class PeerProcess {
    private let process = Process()
    private let store: String
    let port: UInt16

    init(_ peer: Peer, folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        port = try Connection.freePort()
        store = "\(folder)/\(peer.store)"
        process.executableURL = URL(fileURLWithPath: peer.program)
        process.arguments = peer.arguments(port, folder)
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(
            peer.environment(port, try Connection.freePort(), folder)
        ) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = Load.now() + 180
        while (try? Load.run(port: port, requests: [[Request.get("/")]])) == nil {
            guard process.isRunning, Load.now() < deadline else {
                throw BenchError("\(peer.name) does not run")
            }
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Waits until so many are stored, or for ten seconds no more are.
    ///
    /// - Returns: How many are.
    func awaitSpans(_ wanted: Int) throws -> Int {
        var (stored, since) = (0, Load.now())
        while stored < wanted, Load.now() < since + 10 {
            Thread.sleep(forTimeInterval: 0.02)
            let now = spans()
            if now > stored { (stored, since) = (now, Load.now()) }
        }
        return stored
    }

    private func spans() -> Int {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        guard sqlite3_open_v2(store, &connection, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
            return 0
        }
        sqlite3_busy_timeout(connection, 1_000)
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        sqlite3_prepare_v2(connection, "SELECT count(*) FROM spans", -1, &statement, nil)
        return sqlite3_step(statement) == SQLITE_ROW ? Int(sqlite3_column_int64(statement, 0)) : 0
    }
}
