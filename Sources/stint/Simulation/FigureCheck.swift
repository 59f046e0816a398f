import Foundation
import StintModel
import StintSimulation

/// Compares every figure a server shows of a fleet with what is true of it.
///
/// Figures are of a whole workspace: they can be compared only where it holds the fleet alone.
struct FigureCheck: Sendable {
    private static let pageLimit = 500
    /// How often all is asked again because an execution was found lost meanwhile.
    private static let patience = 5

    let truth: any KnownTruth
    let incidents: [Incident]
    let client: ServerClient
    let console: Console

    struct Report: Sendable {
        var questions = 0
        var compared = 0
        var differences = Differences()
        var findings: IncidentFindings?
    }

    /// - Returns: `nil` where the workspace holds other executions too.
    func run() async throws -> Report? {
        guard try await holdsFleetAlone() else { return nil }
        var lost = try await lostNumbers()
        var report = try await report(lost)
        for _ in 0..<Self.patience {
            // Who falls silent is found lost when the clock says so, maybe between two answers.
            let stillLost = try await lostNumbers()
            if stillLost == lost { break }
            lost = stillLost
            report = try await self.report(lost)
        }
        return report
    }

    private func report(_ lost: Set<Int>) async throws -> Report {
        let executions = (0..<truth.count).map { number in
            KnownExecution(truth.execution(number), isLost: lost.contains(number))
        }
        var report = Report()
        for question in FigureQuestion.all(about: executions) {
            guard try await ask(question, executions, &report) else {
                report.differences.add("metrics", "are not there")
                return report
            }
        }
        try await askForAgents(executions, &report)
        return report
    }

    /// - Returns: Whether the server knows what figures are.
    private func ask(
        _ question: FigureQuestion, _ executions: [KnownExecution], _ report: inout Report
    ) async throws -> Bool {
        let answer = try await client.patiently(
            path: ["v1", "metrics"], query: question.query, in: console)
        if answer.status == 404 { return false }
        guard answer.status == 200 else { throw answer.failure(at: client.address) }
        let shown = try answer.decoded(ShownFigure.self, at: client.address)
        guard let window = question.window ?? shown.window else {
            report.differences.add(question.name, "names no window")
            return true
        }
        let now = question.window == nil ? window.upperBound : console.now()
        let figures = TrueFigures(
            of: executions, in: window, agent: question.agent,
            zone: TimeZone(identifier: question.zone) ?? .gmt, now: now)
        compare(shown, figures.answer, question.name, &report)
        compare(shown["previous"], figures.previous, "\(question.name) previous", &report)
        if question.window == nil {
            compare(shown["realtime"], figures.realtime(within: 60), "realtime", &report)
        } else if report.findings == nil {
            let findings = IncidentFindings(
                incidents, executions, shown["patterns"]["anomalies"].rows)
            for name in findings.overlooked {
                report.differences.add(question.name, "patterns.anomalies lacks the \(name)")
            }
            report.findings = findings
        }
        return true
    }

    private func askForAgents(
        _ executions: [KnownExecution], _ report: inout Report
    ) async throws {
        var items: [ShownFigure] = []
        var cursor: String?
        var method = ShownFigure.null
        repeat {
            let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
            let answer = try await client.patiently(
                path: ["v1", "agents"], query: [QueryItem("limit", "5")] + position, in: console)
            guard answer.status == 200 else { throw answer.failure(at: client.address) }
            let page = try answer.decoded(ShownFigure.self, at: client.address)
            items += page["items"].rows
            method = page["method"]
            cursor = page["nextCursor"].text
        } while cursor != nil
        compare(
            .members(["items": .rows(items), "method": method]),
            TrueFigures.agents(of: executions, now: console.now()), "agents", &report)
    }

    private func compare(
        _ shown: ShownFigure, _ truth: TrueFigure, _ name: String, _ report: inout Report
    ) {
        var comparison = FigureComparison()
        comparison.compare(shown, with: truth)
        report.questions += 1
        report.compared += comparison.compared
        for difference in comparison.differences {
            report.differences.add(
                name, "\(difference.path) is \(difference.shown), true is \(difference.truth)")
        }
    }

    // MARK: What the workspace holds

    private func holdsFleetAlone() async throws -> Bool {
        try await forEachID(of: []) { truth.number(of: $0) != nil }
    }

    private func lostNumbers() async throws -> Set<Int> {
        var lost: Set<Int> = []
        _ = try await forEachID(of: [QueryItem("status", ExecutionStatus.lost.word)]) { id in
            if let number = truth.number(of: id) { lost.insert(number) }
            return true
        }
        return lost
    }

    /// - Returns: Whether the body wanted to go on to the end.
    private func forEachID(
        of filter: [QueryItem], _ body: (String) -> Bool
    ) async throws -> Bool {
        var cursor: String?
        repeat {
            let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
            let answer = try await client.patiently(
                path: ["v1", "executions"],
                query: filter + [QueryItem("limit", String(Self.pageLimit))] + position,
                in: console)
            guard answer.status == 200 else { throw answer.failure(at: client.address) }
            let page = try answer.decoded(ExecutionIDsBody.self, at: client.address)
            for item in page.items where !body(item.id) { return false }
            cursor = page.nextCursor
        } while cursor != nil
        return true
    }
}

extension ShownFigure {
    /// The window that an answer names.
    fileprivate var window: Range<Instant>? {
        guard let from = self["from"].text.flatMap({ Instant(rfc3339: $0) }),
            let to = self["to"].text.flatMap({ Instant(rfc3339: $0) }), from <= to
        else { return nil }
        return from..<to
    }
}
