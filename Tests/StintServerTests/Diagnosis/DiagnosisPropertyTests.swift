import Foundation
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// What is found among executions of every kind there is, against looking at each of them.
@Suite(.serialized) struct DiagnosisPropertyTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `findings are those of looking at every execution`(_ seed: UInt64) async throws {
        try await ServerUnderTest.withoutHost { server in
            var history = RandomHistory(seed: seed, executions: 400, days: 3)
            var states: [ExecutionID: ExecutionState] = [:]
            for batch in history.batches {
                _ = try await server.store.record(RecordingGroup(batch))
                for event in batch {
                    let id = try #require(event.execution)
                    if states[id] == nil {
                        states[id] = ExecutionState(event)
                    } else {
                        states[id]?.apply(event)
                    }
                }
            }
            for id in history.erased {
                _ = try await server.store.erase(id, in: .default, until: .at("23:00:00"))
                states[id] = nil
            }
            for _ in 0..<8 {
                let window = history.window()
                let agent: String? =
                    history.pick([true, false]) ? nil : history.pick(RandomHistory.agents)
                try await Self.compare(states, window, agent, server)
            }
        }
    }

    private static func compare(
        _ states: [ExecutionID: ExecutionState], _ window: Range<Instant>, _ agent: String?,
        _ server: ServerUnderTest
    ) async throws {
        var query =
            "from=\(window.lowerBound.rfc3339)&to=\(window.upperBound.rfc3339)&by=agent"
        if let agent {
            let allowed = CharacterSet.alphanumerics
            query += "&agent=\(agent.addingPercentEncoding(withAllowedCharacters: allowed)!)"
        }
        let body = try await server.diagnosis(query)
        let own = states.filter {
            $0.value.isCounted && (agent.map($0.value.agent.isSpelled(like:)) ?? true)
        }
        let stopped = own.filter { $0.value.stopAt.map(window.contains) ?? false }

        let lost = stopped.filter { $0.value.status == .lost }.map(\.key.rawValue)
        let stuck = body.findings.filter { $0.kind == .stuck }
        #expect(Set(stuck.flatMap(\.executions)) == Set(lost) && stuck.count == lost.count)

        let failed = stopped.values.filter { [.failed, .timedOut].contains($0.status) }
        let groups = body.findings.filter { $0.kind == .failures }
        #expect(groups.reduce(0) { $0 + $1.count } == Int64(failed.count))
        let length = window.upperBound.since(window.lowerBound)
        let before = own.values.count {
            [.failed, .timedOut].contains($0.status)
                && ((window.lowerBound - length)..<window.lowerBound).contains($0.stopAt!)
        }
        for case .failures(let group) in groups.map(\.detail) {
            #expect(group.previous == Int64(before) && group.isNew == (before == 0))
            #expect(group.trend.reduce(0, +) == Int64(failed.count))
            #expect(group.agents.reduce(0) { $0 + $1.count } == Int64(failed.count))
        }

        let ended = stopped.values.filter(\.status.isFinal)
        var rows: [OutcomesBody.Row] = []
        for case .outcomes(let body) in body.findings.map(\.detail) { rows = body.rows }
        let due = Dictionary(grouping: ended) { (state) -> [String] in
            [state.status.word, state.fact(.goalMet)?.boolean?.description ?? "?"]
        }
        #expect(
            Dictionary(
                uniqueKeysWithValues: rows.map {
                    ([$0.status, $0.goalMet?.description ?? "?"], Int($0.count))
                }) == due.mapValues { $0.count })

        for case .successBy(let body) in body.findings.map(\.detail) {
            #expect(body.rows.reduce(0) { $0 + $1.executions } == Int64(ended.count))
            #expect(
                body.rows.reduce(0) { $0 + $1.succeeded }
                    == Int64(ended.count { $0.status == .succeeded }))
            #expect(body.rows.allSatisfy { $0.low <= $0.successRate && $0.successRate <= $0.high })
        }
        try await compareOpen(body, own, server)
    }

    /// An execution is overdue here where it is told to be one by itself.
    private static func compareOpen(
        _ body: DiagnosisBody, _ own: [ExecutionID: ExecutionState], _ server: ServerUnderTest
    ) async throws {
        let overdue = Set(body.findings.filter { $0.kind == .overdue }.flatMap(\.executions))
        for (id, state) in own where [.running, .waiting].contains(state.status) {
            let told = try await server.send("GET", "/v1/executions/\(id.rawValue)").body
            #expect(
                told.contains(#""overdue":true"#) == overdue.contains(id.rawValue),
                "\(id.rawValue)")
        }
        let late = body.findings.filter { $0.kind == .neverStarted }
        for finding in late {
            guard case .neverStarted(let body) = finding.detail else { continue }
            let waiting = own.filter {
                $0.value.status == .queued && $0.value.agent == body.agent ?? ""
            }
            #expect(waiting.count >= finding.count)
            #expect(
                finding.executions.allSatisfy { id in waiting.keys.contains { $0.rawValue == id } })
        }
    }
}
