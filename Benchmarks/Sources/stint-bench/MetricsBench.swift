import Foundation

/// What figures cost over HTTP, of one size of store after another, and PostgreSQL beside them.
struct MetricsBench {
    let program: String
    /// Where filled stores are kept.
    let cache: String
    /// Where PostgreSQL's folder goes meanwhile.
    let folder: String
    let requests: Int

    private static let days30 = 30 * 86_400.0
    private static let hours24 = 86_400.0

    func run(sizes: [Int]) throws {
        var smaller: [String: Double] = [:]
        for size in sizes {
            let store = try FilledStore(program: program, executions: size, folder: cache)
            if let seconds = store.fillSeconds {
                row(
                    "fill through the store", "\(count(Double(size) / seconds)) executions/s",
                    "\(count(Double(size))) over 90 days, 4.5 events each")
            }
            let medians = try measure(store, against: smaller)
            try compare(store, medians)
            smaller = medians
        }
    }

    private enum Question {
        /// Of a span in seconds that ends with the store.
        case range(String, Double)
        case now(String)
    }

    private static let questions: [(name: String, Question)] =
        [
            (percentiles(days30), .range("/v1/metrics/latency", days30)),
            (percentiles(hours24), .range("/v1/metrics/latency", hours24)),
        ]
        + [("24 h", hours24), ("30 d", days30)].flatMap { name, span in
            ["throughput", "performance", "patterns", "resources"].map { block in
                ("\(block), \(name)", .range("/v1/metrics/\(block)", span))
            } + [("all blocks, \(name)", .range("/v1/metrics", span))]
        }
        + [
            ("all blocks of one agent, 30 d", .range("/v1/metrics?agent=agent-03", days30)),
            ("realtime, 1,000 running, 10,000 queued", .now("/v1/metrics/realtime")),
            ("agents", .now("/v1/agents")),
        ]

    private static func percentiles(_ span: Double) -> String {
        "15 percentiles, \(span == days30 ? "30 d" : "24 h")"
    }

    /// - Returns: The median of each question, in seconds.
    private func measure(
        _ store: FilledStore, against smaller: [String: Double]
    ) throws -> [String: Double] {
        // Nothing expires while it is kept here.
        let server = try ServerProcess(
            program: program, store: store.path,
            options: ["--retention", "400d", "--trail-retention", "400d"])
        defer { server.stop() }
        var medians: [String: Double] = [:]
        for (name, question) in Self.questions {
            // Each range ends some other moment, so that nothing is answered from memory.
            func request(_ number: Int) -> [UInt8] {
                switch question {
                case .now(let path): return Request.get(path)
                case .range(let path, let span):
                    let end = store.end - Double(number) * 7.3
                    return Request.get(
                        path + (path.contains("?") ? "&" : "?")
                            + "from=\(Fleet.time(end - span))&to=\(Fleet.time(end))")
                }
            }
            _ = try Load.run(port: server.port, requests: [(0..<5).map(request)])
            let measured = try Load.run(
                port: server.port, requests: [(0..<requests).map(request)])
            let median = measured.percentile(0.5)
            medians[name] = median
            let ratio = smaller[name].map { String(format: "; %.2f × the smaller", median / $0) }
            row(
                name, "p50 \(milliseconds(median)), p95 \(milliseconds(measured.percentile(0.95)))",
                "of \(count(Double(store.executions)))\(ratio ?? "")")
        }
        return medians
    }

    /// The percentiles of the same rows by sorting them.
    private func compare(_ store: FilledStore, _ medians: [String: Double]) throws {
        guard let postgres = try PostgreSQL(folder: folder + "/postgres") else {
            row("PostgreSQL", "not measured", "there is none on this machine")
            return
        }
        defer { postgres.stop() }
        try postgres.load(store)
        for span in [Self.hours24, Self.days30] {
            let name = Self.percentiles(span)
            let seconds = try postgres.percentileSeconds(from: store.end - span, to: store.end)
            let ratio = medians[name].map {
                String(format: "; %.1f × ours over HTTP", seconds / $0)
            }
            row(
                "PostgreSQL, \(name)", "p50 \(milliseconds(seconds))",
                "PERCENTILE_CONT over \(count(Double(store.executions))) rows, in psql\(ratio ?? "")"
            )
        }
    }
}
