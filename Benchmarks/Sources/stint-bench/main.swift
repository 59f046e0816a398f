import Foundation

// stint-bench PROGRAM [--quick] [--executions N] [--metrics N[,N]] [--cache FOLDER] [--peers FOLDER]:
// measures the built program from outside and prints a table. It never fails on a figure. With --peers
// it measures beside it what that virtual environment holds of others, and nothing else.

let arguments = CommandLine.arguments.dropFirst()
guard let program = arguments.first, !program.hasPrefix("-") else {
    print(
        "usage: stint-bench PROGRAM [--quick] [--executions N] [--metrics N[,N]] [--cache FOLDER] [--peers FOLDER]"
    )
    exit(2)
}
let isQuick = arguments.contains("--quick")
var large = isQuick ? 50_000 : 1_000_000
if let count = value(of: "--executions").flatMap({ Int($0) }) { large = count }
func value(of option: String) -> String? {
    let arguments = CommandLine.arguments
    guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else {
        return nil
    }
    return arguments[index + 1]
}
/// `--only batches`, `singles`, `otlp`, `keys`, `rollups`, `silence`, `fleet`, `feed`, `client`,
/// `history` or `metrics` measures that part alone.
func isWanted(_ part: String) -> Bool {
    value(of: "--only").map { $0 == part } ?? (value(of: "--peers") == nil)
}
let folder = NSTemporaryDirectory() + "stint-bench-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }

func row(_ name: String, _ figure: String, _ condition: String = "") {
    line("| \(name) | \(figure) | \(condition) |")
}
/// Written at once, so that the table grows as it is measured.
func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
func count(_ value: Double) -> String {
    var digits = String(Int(value.rounded()))
    var index = digits.count - 3
    while index > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
        index -= 3
    }
    return digits
}
func milliseconds(_ seconds: Double) -> String { String(format: "%.2f ms", seconds * 1_000) }
func microseconds(_ seconds: Double) -> String { String(format: "%.1f µs", seconds * 1e6) }
func mebibytes(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 1_048_576) }

line("| what | figure | conditions |")
line("| --- | --- | --- |")

let raw = RawEngine.rowsPerSecond(path: folder + "/raw.sqlite")
row("raw SQLite in C", "\(count(raw)) rows/s", "3 indexes, synced, 1,000 a transaction")

let start = Date().timeIntervalSince1970

if isWanted("batches") {
    let server = try ServerProcess(program: program, store: folder + "/batches.sqlite")
    var fleet = Fleet(first: 0, begin: start - 40_000, spacing: 0.01)
    for senders in [1, 4, 8] {
        let perSender = (isQuick ? 200 : 1_600) / senders
        let requests = (0..<senders).map { _ in
            fleet.batches(perSender, of: 500).map { Request.post("/v1/events", $0) }
        }
        let used = server.processorSeconds
        let measured = try Load.run(port: server.port, requests: requests)
        let each = (server.processorSeconds - used) / Double(measured.requests * 500)
        let rate = measured.perSecond * 500
        row(
            "batches of 500, \(senders) senders",
            "\(count(rate)) events/s, p99 \(milliseconds(measured.percentile(0.99)))",
            "\(String(format: "%.2f", rate / raw)) × raw rows; \(microseconds(each)) of processor an event; \(mebibytes(server.residentBytes)) resident"
        )
    }
    server.stop()
}

if isWanted("singles") {
    let server = try ServerProcess(program: program, store: folder + "/singles.sqlite")
    var fleet = Fleet(first: 10_000_000, begin: start - 100_040_000 / 1_000, spacing: 0.001)
    for connections in [1, 32, 64, 256] {
        let perConnection = (isQuick ? 30_000 : 140_000) / max(connections, 8) / 7
        let requests = (0..<connections).map { _ in
            (0..<perConnection).flatMap { _ in
                fleet.next().map { Request.post("/v1/events", Array($0.utf8)) }
            }
        }
        let used = server.processorSeconds
        let measured = try Load.run(port: server.port, requests: requests)
        let each = (server.processorSeconds - used) / Double(measured.requests)
        row(
            "single events, \(connections) connections",
            "\(count(measured.perSecond)) events/s, p50 \(milliseconds(measured.percentile(0.5))), p99 \(milliseconds(measured.percentile(0.99)))",
            "each synced before its answer; \(microseconds(each)) of processor an event")
    }
    server.stop()
}

if isWanted("otlp") {
    try TraceBench(program: program, folder: folder, isQuick: isQuick).run(raw: raw)
}

if let peers = value(of: "--peers") {
    try PeerBench(program: program, peers: peers, folder: folder, isQuick: isQuick).run()
}

if isWanted("keys") {
    // The same load with and without a key, in turns, so that a busy moment touches both.
    let path = folder + "/keys.sqlite"
    let key = try output(
        of: program, "keys", "create", "--scope", "ingest", "--store", "sqlite:\(path)"
    )
    .trimmingCharacters(in: .whitespacesAndNewlines)
    let closed = try ServerProcess(
        program: program, store: path, options: ["--rate-limit-ingest", "100000000"])
    let open = try ServerProcess(program: program, store: folder + "/open.sqlite")
    var fleet = Fleet(first: 20_000_000, begin: start - 60_000, spacing: 0.001)
    var used = [0.0, 0.0]
    var requests = 0
    for _ in 0..<(isQuick ? 2 : 6) {
        let lanes = (0..<32).map { _ in (0..<60).flatMap { _ in fleet.next() } }
        requests += lanes.reduce(0) { $0 + $1.count }
        for (index, server) in [open, closed].enumerated() {
            let before = server.processorSeconds
            _ = try Load.run(
                port: server.port,
                requests: lanes.map { events in
                    events.map {
                        Request.post(
                            "/v1/events", key: index == 1 ? key : nil, Array($0.utf8))
                    }
                })
            used[index] += server.processorSeconds - before
        }
    }
    row(
        "single events with a key",
        "\(String(format: "%+.1f", (used[1] / used[0] - 1) * 100)) % of processor",
        "\(microseconds(used[1] / Double(requests))) an event, \(microseconds(used[0] / Double(requests))) without; 32 connections, in turns"
    )
    closed.stop()
    open.stop()
}

if isWanted("rollups") {
    // The same events of an environment that counts in no roll-up, in turns.
    let environments = ["test", "production"]
    let servers = try environments.map {
        try ServerProcess(program: program, store: folder + "/\($0).sqlite")
    }
    var fleets = environments.map {
        Fleet(first: 30_000_000, begin: start - 400_000, spacing: 0.01, environment: $0)
    }
    var used = [0.0, 0.0]
    var seconds = [0.0, 0.0]
    let rounds = isQuick ? 2 : 8
    for _ in 0..<rounds {
        for (index, server) in servers.enumerated() {
            let requests = (0..<4).map { _ in
                fleets[index].batches(100, of: 500).map { Request.post("/v1/events", $0) }
            }
            let before = server.processorSeconds
            seconds[index] += try Load.run(port: server.port, requests: requests).seconds
            used[index] += server.processorSeconds - before
        }
    }
    let events = Double(rounds * 4 * 100 * 500)
    row(
        "what counting costs the ingest",
        "\(String(format: "%+.1f", (used[1] / used[0] - 1) * 100)) % of processor, \(String(format: "%+.1f", (seconds[1] / seconds[0] - 1) * 100)) % of time",
        "\(microseconds(used[1] / events)) an event, \(microseconds(used[0] / events)) of an environment that counts for nothing: roll-ups and the columns of figures; batches of 500, 4 senders, in turns"
    )
    for server in servers { server.stop() }
}

if isWanted("silence") {
    let server = try ServerProcess(
        program: program, store: folder + "/silence.sqlite", options: ["--sweep-interval", "1s"])
    let open = isQuick ? 10_000 : 100_000
    let requests = (0..<4).map { lane in
        stride(from: lane * 500, to: open, by: 2_000).map { first in
            let events = (first..<(first + 500)).map {
                #"{"type":"execution.started","execution":"open-\#($0)","agent":"a","heartbeatSeconds":3600}"#
            }
            return Request.post("/v1/events", Array("[\(events.joined(separator: ","))]".utf8))
        }
    }
    _ = try Load.run(port: server.port, requests: requests)
    func sweeps() throws -> (count: Double, seconds: Double) {
        let text = try server.text("/metrics")
        func value(_ name: String) -> Double {
            text.split { $0.isNewline }.first { $0.hasPrefix(name + " ") }
                .flatMap { Double($0.dropFirst(name.count + 1)) } ?? .nan
        }
        return (value("stint_sweep_seconds_count"), value("stint_sweep_seconds_sum"))
    }
    let before = try sweeps()
    Thread.sleep(forTimeInterval: 5)
    let after = try sweeps()
    row(
        "look for the silent",
        milliseconds((after.seconds - before.seconds) / (after.count - before.count)),
        "\(count(Double(open))) open executions that promised a heartbeat")
    server.stop()
}

if isWanted("fleet") {
    let executions = isQuick ? 20_000 : 200_000
    let path = folder + "/fleet.sqlite"
    let begin = Load.now()
    _ = try output(
        of: program, "simulate", "--executions", "\(executions)", "--days", "30", "--store",
        "sqlite:\(path)")
    row(
        "simulate straight into a store",
        "\(count(Double(executions) / (Load.now() - begin))) executions/s",
        "\(count(Double(executions))) of them, trail included")
}

if isWanted("feed") {
    try FeedBench(program: program, folder: folder, isQuick: isQuick).run()
}

if isWanted("client") {
    try ClientBench(program: program, folder: folder, isQuick: isQuick).run()
}

if isWanted("history") {
    let server = try ServerProcess(program: program, store: folder + "/history.sqlite")
    let spacing = 80 * 86_400.0 / Double(large)
    var fleet = Fleet(first: 0, begin: start - 80 * 86_400 - 100, spacing: spacing)
    var filled = 0
    var p95: [String: [Double]] = [:]
    for size in [10_000, large] {
        let begin = Load.now()
        let before = filled
        while filled < size {
            let portion = min(size - filled, 20_000)
            let senders = 4
            let perSender = (portion + senders - 1) / senders
            let requests = (0..<senders).map { _ in
                stride(from: 0, to: perSender, by: 100).map { done in
                    let events = (0..<min(100, perSender - done)).flatMap { _ in fleet.next() }
                    return Request.post(
                        "/v1/events", Array(("[" + events.joined(separator: ",") + "]").utf8))
                }
            }
            _ = try Load.run(port: server.port, requests: requests)
            filled += perSender * senders
        }
        row(
            "fill to \(count(Double(size))) executions",
            "\(count(Double(filled - before) / (Load.now() - begin))) executions/s",
            "\(count(Double(server.storeBytes) / Double(filled))) bytes each on disk; rendering included"
        )
        let reads: [(String, (Int) -> String)] = [
            ("one by id", { "/v1/executions/\(Fleet.id(($0 &* 7_919) % size))" }),
            ("newest 50", { _ in "/v1/executions?limit=50" }),
            (
                "50 of agent and status",
                { _ in
                    "/v1/executions?limit=50&agent=trade-matching&status=failed"
                }
            ),
            ("50 of a user", { "/v1/executions?limit=50&user=user-\($0 % 500)" }),
            ("50 of an attribute", { "/v1/executions?limit=50&attr.model=large-\($0 % 3)" }),
            ("one by correlation", { "/v1/executions?correlation=corr-\(($0 &* 7_919) % size)" }),
            ("50 by word of an error", { _ in "/v1/executions?limit=50&q=ratelimit" }),
            (
                "50 slowest by finish",
                { _ in
                    "/v1/executions?limit=50&on=finish&minDurationSeconds=50"
                }
            ),
        ]
        for (name, path) in reads {
            let requests = [
                (0..<(isQuick ? 200 : 1_000)).map { Request.get(path($0)) }
            ]
            let measured = try Load.run(port: server.port, requests: requests)
            p95[name, default: []].append(measured.percentile(0.95))
            let ratio =
                p95[name]!.count == 2
                ? String(format: "%.2f × that of 10,000", p95[name]![1] / p95[name]![0]) : ""
            row(
                "\(name), of \(count(Double(size)))",
                "p50 \(milliseconds(measured.percentile(0.5))), p95 \(milliseconds(measured.percentile(0.95)))",
                ratio)
        }
    }
    server.stop()

    let again = try ServerProcess(program: program, store: folder + "/history.sqlite")
    row(
        "start to first answer", milliseconds(again.startSeconds),
        "\(count(Double(large))) executions in the store")
    let used = again.processorSeconds
    Thread.sleep(forTimeInterval: 5)
    row(
        "idle",
        "\(mebibytes(again.residentBytes)), \(milliseconds(again.processorSeconds - used)) of processor in 5 s",
        "after that start")
    again.stop()

    let begin = Load.now()
    _ = try output(of: program, "audit", "--store", "sqlite:\(folder)/history.sqlite")
    row(
        "audit", String(format: "%.1f s", Load.now() - begin),
        "\(count(Double(large))) executions with their whole trail; every law holds")
}

if isWanted("metrics") {
    let sizes = (value(of: "--metrics") ?? (isQuick ? "50000" : "1000000"))
        .split(separator: ",").compactMap { Int($0) }
    try MetricsBench(
        program: program, cache: value(of: "--cache") ?? folder, folder: folder,
        requests: isQuick ? 30 : 200
    ).run(sizes: sizes)
}
