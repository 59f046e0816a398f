public import Foundation

/// Where a client sends to, and what it may take for itself.
public struct TrackerSettings: Sendable {
    /// Of the server.
    public var url = "http://127.0.0.1:8790"
    public var key: String?
    /// A PEM file of those to trust for the server's certificate; `nil` for those the system knows.
    public var caFile: String?
    /// Whether anything is told at all.
    public var isEnabled = true
    /// Of executions that name none; `test` and `mock` are kept out of every statistic.
    public var environment: String?
    /// The most bytes that wait in memory.
    public var memoryBytes = 8 << 20
    /// Where events wait for a server that is away; `nil` for memory alone. By default under
    /// `$XDG_STATE_HOME`, else `~/.local/state`.
    public var spool: URL?
    /// The most bytes that wait on disk.
    public var spoolBytes = 64 << 20
    /// Whether every event is on disk before it goes out, and stays there until it is delivered: for a
    /// program that is likely to be killed.
    public var storesFirst = false
    /// What one request may take.
    public var timeout = Duration.seconds(10)
    /// How long the end of a service waits for what is under way.
    public var shutdown = Duration.seconds(5)
    /// The execution that this process is a part of; see ``withExecution(_:id:attempt:name:user:correlation:source:environment:attributes:steps:deadline:heartbeat:tracker:_:)``.
    public var joins: String?
    /// A W3C `traceparent` under which this process runs.
    public var traceParent: String?

    public init() { spool = Self.standardSpool([:]) }

    /// From `STINT_URL`, `STINT_KEY`, `STINT_CA_FILE`, `STINT_ENVIRONMENT`, `STINT_SPOOL` (a folder, or `off`),
    /// `STINT_DISABLED`, `STINT_EXECUTION` and `TRACEPARENT`.
    public init(environment: [String: String]) {
        func named(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        url = named("STINT_URL") ?? url
        key = named("STINT_KEY")?.trimmingCharacters(in: .whitespacesAndNewlines)
        caFile = named("STINT_CA_FILE")
        self.environment = named("STINT_ENVIRONMENT")
        let off = ["1", "true", "yes", "on"]
        isEnabled = !off.contains(environment["STINT_DISABLED"]?.lowercased() ?? "")
        switch named("STINT_SPOOL") {
        case "off": spool = nil
        case let folder?: spool = URL(filePath: folder)
        case nil: spool = Self.standardSpool(environment)
        }
        joins = named("STINT_EXECUTION")
        traceParent = named("TRACEPARENT")
    }

    private static func standardSpool(_ environment: [String: String]) -> URL {
        let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = URL(filePath: NSHomeDirectory()).appending(path: ".local/state")
        return (state.map { URL(filePath: $0) } ?? home).appending(path: "stint/spool")
    }

    /// The folder of those who talk to this server with this key: what waits for one must not reach
    /// another.
    var spoolRoot: URL? {
        // FNV-1a; it tells apart and tells nothing.
        let hash = "\(url)\n\(key ?? "")".utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return spool?.appending(path: "swift-\(hex(hash))")
    }

    var outbox: Outbox.Settings {
        Outbox.Settings(memory: memoryBytes / 2, spool: spoolBytes, storesFirst: storesFirst)
    }
}
