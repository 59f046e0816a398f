import Foundation

/// What telling costs the program that tells: in Swift by `stint-tell` beside the program, in Python by
/// the client's own file.
struct ClientBench {
    let program: String
    let folder: String
    let isQuick: Bool

    private var tell: String {
        URL(fileURLWithPath: program).deletingLastPathComponent().path + "/stint-tell"
    }

    func run() throws {
        try measureSteps()
        try measureDelivery()
        try measureMemory()
        try measurePython()
    }

    private func measureSteps() throws {
        let count = isQuick ? 100_000 : 1_000_000
        let figures = try numbers(output(of: tell, "steps", "\(count)"), 3)
        row(
            "a step of a Swift program",
            "p50 \(microseconds(figures[0] / 1e9)), p99.9 \(microseconds(figures[1] / 1e9))",
            "\(count / 1_000),000 of them, one after the other, the server away; the longest \(milliseconds(figures[2] / 1e9))"
        )
    }

    private func measureDelivery() throws {
        let server = try ServerProcess(program: program, store: folder + "/client.sqlite")
        defer { server.stop() }
        let events = isQuick ? 100_000 : 1_000_000
        let url = "http://127.0.0.1:\(server.port)"
        let figures = try numbers(output(of: tell, "events", "\(events)", url), 3)
        row(
            "events of one Swift program", "\(count(figures[1] / figures[0])) events/s",
            "to a server of this machine, over one connection; \(Int(figures[2])) not delivered")
    }

    private func measureMemory() throws {
        let events = isQuick ? 200_000 : 1_000_000
        let figures = try numbers(output(of: tell, "away", "\(events)"), 4)
        row(
            "what a Swift program grows by", mebibytes(Int(figures[0])),
            "\(count(figures[2])) events at once, the server away: \(mebibytes(Int(figures[1]))) on disk, \(count(figures[3])) events given up"
        )
    }

    private func measurePython() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let count = isQuick ? 20_000 : 200_000
        let figures = try numbers(
            output(
                of: "/usr/bin/env", "PYTHONPATH=\(root.path)/clients/python",
                "PYTHONDONTWRITEBYTECODE=1", "STINT_URL=http://127.0.0.1:9",
                "STINT_SPOOL=\(folder)/python", "python3", "\(root.path)/Benchmarks/step.py",
                "\(count)"), 2)
        row(
            "a step of a Python program",
            "p50 \(microseconds(figures[0] / 1e9)), p99.9 \(microseconds(figures[1] / 1e9))",
            "\(count / 1_000),000 of them, the server away")
    }

    private func numbers(_ text: String, _ count: Int) throws -> [Double] {
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard numbers.count == count else { throw BenchError("a measure said '\(text)'") }
        return numbers
    }
}
