import Foundation
import StintModel
import StintSimulation
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// Every figure equals what follows from the executions as they are listed, however they were told.
@Suite struct FigureTests {
    private static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
    ]

    @Test(arguments: [(seed: UInt64(1), days: 1), (3, 12), (4, 30), (6, 80)])
    func `figures of any window, agent and zone are those of the rows`(
        seed: UInt64, days: Int
    ) async throws {
        try await ServerUnderTest.use { server in
            var history = RandomHistory(seed: seed, executions: 200, days: days)
            try await server.record(history)
            let executions = try await server.known()
            #expect(executions.count > 160)
            let agents = [nil, nil, nil] + RandomHistory.agents.map(Optional.some) + ["nobody"]
            for _ in 0..<10 {
                try await server.compare(
                    executions, history.window(), agent: history.pick(agents),
                    zone: history.pick(Self.zones))
            }
            for timeframe in ["1h", "24h", "90d"] {
                try await server.compare(executions, timeframe: timeframe)
            }
            try await server.compareAgents(executions)
        }
    }

    @Test func `a block by itself is the same as in the whole`() async throws {
        try await ServerUnderTest.withoutHost { server in
            let history = RandomHistory(seed: 7, executions: 60, days: 2)
            try await server.record(history)
            let whole = try await server.figures("/v1/metrics?timeframe=24h&tz=Asia/Kolkata")
            for block in ["realtime", "throughput", "latency", "performance", "patterns"] {
                let alone = try await server.figures(
                    "/v1/metrics/\(block)?timeframe=24h&tz=Asia/Kolkata")
                #expect(alone[block] != .null)
                #expect(alone[block] == whole[block], "\(block)")
                #expect(alone["tz"] == whole["tz"])
            }
        }
    }

    @Test func `past 10 000 percentiles come from a sketch, within its bound`() async throws {
        try await ServerUnderTest.use { server in
            let begin = SampleFleet.noon - .days(2)
            var random = SeededGenerator(seed: 8)
            var executions: [KnownExecution] = []
            for _ in 0..<11 {
                var events: [Event] = []
                for _ in 0..<1_000 {
                    let id = ExecutionID(rawValue: "many-\(executions.count)")!
                    let at = begin + .seconds(Int64(random.below(86_400)))
                    // Of all sizes: each power of two is as likely as another.
                    let longest = 1 << (1 + random.below(36))
                    let duration = TimeSpan(microseconds: Int64(random.below(longest)))
                    var started = Event(.executionStarted, execution: id, at: at)
                    started.facts = [Fact(.agent, .string(random.pick(RandomHistory.agents)))]
                    var finished = Event(.executionFinished, execution: id, at: at + duration)
                    finished.outcome = .succeeded
                    events += [started, finished]
                    var known = KnownExecution(id: id.rawValue, status: .succeeded)
                    known.agent = started[.agent]?.string
                    known.startedAt = at
                    known.finishedAt = finished.at
                    known.lastEventAt = finished.at
                    known.duration = duration
                    known.total = duration
                    executions.append(known)
                }
                _ = try await server.store.record(RecordingGroup(events))
            }
            let window = (begin + .seconds(61))..<(begin + .days(2))
            #expect(TrueFigures(of: executions, in: window, now: SampleFleet.noon).isSketched)
            try await server.compare(executions, window, agent: nil, zone: "UTC")
            try await server.compare(
                executions, window, agent: RandomHistory.agents[0], zone: "UTC")
        }
    }
}

extension ServerUnderTest {
    /// Records a history beside one of another workspace, and erases what it says.
    fileprivate func record(_ history: RandomHistory) async throws {
        for (number, batch) in history.batches.enumerated() {
            _ = try await store.record(RecordingGroup(batch))
            if number % 5 == 0 {
                _ = try await store.record(RecordingGroup(batch, in: .other))
            }
        }
        for id in history.erased {
            let reply = try await send("DELETE", "/v1/executions/\(id.rawValue)")
            #expect([204, 404].contains(reply.status))
        }
    }

    /// Everything that is listed, each looked at in full.
    fileprivate func known() async throws -> [KnownExecution] {
        var known: [KnownExecution] = []
        var cursor: String?
        repeat {
            let position = cursor.map { "&cursor=\($0)" } ?? ""
            let page = try await body(
                "/v1/executions?limit=500" + position, as: ExecutionPageBody.self)
            for item in page.items {
                let body = try await body("/v1/executions/\(item.id)", as: ExecutionBody.self)
                known.append(try #require(KnownExecution(body)))
            }
            cursor = page.nextCursor
        } while cursor != nil
        return known
    }

    fileprivate func figures(_ path: String) async throws -> ShownFigure {
        try await body(path, as: ShownFigure.self)
    }

    private func body<Body: Decodable>(_ path: String, as type: Body.Type) async throws -> Body {
        let reply = try await send("GET", path)
        try #require(reply.status == 200, "\(path): \(reply.body)")
        return try JSONDecoder().decode(type, from: Data(reply.body.utf8))
    }

    fileprivate func compare(
        _ executions: [KnownExecution], _ window: Range<Instant>, agent: String?, zone: String
    ) async throws {
        var path = "/v1/metrics?from=\(window.lowerBound.rfc3339)&to=\(window.upperBound.rfc3339)"
        if let agent {
            path += "&agent=\(agent.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!)"
        }
        path += "&tz=\(zone)&compare=previous"
        try await compare(executions, path, window, agent, zone)
    }

    fileprivate func compare(_ executions: [KnownExecution], timeframe: String) async throws {
        let span = try #require(Timeframe(rawValue: timeframe)?.span)
        let window = (SampleFleet.noon - span)..<SampleFleet.noon
        try await compare(executions, "/v1/metrics?timeframe=\(timeframe)", window, nil, "UTC")
    }

    private func compare(
        _ executions: [KnownExecution], _ path: String, _ window: Range<Instant>, _ agent: String?,
        _ zone: String
    ) async throws {
        let shown = try await figures(path)
        let figures = TrueFigures(
            of: executions, in: window, agent: agent, zone: TimeZone(identifier: zone)!,
            now: SampleFleet.noon)
        expect(shown, figures.answer, path)
        if path.contains("compare") {
            expect(shown["previous"], figures.previous, path + " previous")
        } else {
            #expect(shown["previous"] == .null)
        }
        expect(shown["realtime"], figures.realtime(within: 0), path + " realtime")
    }

    fileprivate func compareAgents(_ executions: [KnownExecution]) async throws {
        var items: [ShownFigure] = []
        var path = "/v1/agents?limit=2"
        var method = ShownFigure.null
        while true {
            let page = try await figures(path)
            items += page["items"].rows
            method = page["method"]
            guard let cursor = page["nextCursor"].text else { break }
            path = "/v1/agents?limit=2&cursor=\(cursor)"
        }
        let names = items.compactMap { $0["agentId"].text.map { Array($0.utf8) } }
        #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
        expect(
            .members(["items": .rows(items), "method": method]),
            TrueFigures.agents(of: executions, now: SampleFleet.noon), "/v1/agents")
    }

    private func expect(_ shown: ShownFigure, _ truth: TrueFigure, _ path: String) {
        var comparison = FigureComparison()
        comparison.compare(shown, with: truth)
        let lines = comparison.differences.prefix(12).map { difference in
            "\(difference.path) is \(difference.shown), true is \(difference.truth)"
        }
        #expect(
            comparison.differences.isEmpty,
            "\(path): \(comparison.differences.count)\n\(lines.joined(separator: "\n"))")
    }
}
