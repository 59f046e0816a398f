import StintModel
import StintWire

/// The findings for people: a part for each kind, with what leads on.
struct DiagnosisReport {
    var diagnosis: DiagnosisBody
    var style: Style

    /// Each part is set off by an empty line before it.
    var lines: [String] {
        [stuck, slow, queued, failures, duplicates, orphans, success]
            .filter { !$0.isEmpty }.flatMap { [""] + $0 }
    }

    /// The findings of a kind with what they have of their own.
    private func findings<Body>(
        _ body: (FindingBody.Detail) -> Body?
    ) -> [(finding: FindingBody, body: Body)] {
        diagnosis.findings.compactMap { finding in body(finding.detail).map { (finding, $0) } }
    }

    // MARK: What has not ended

    private var stuck: [String] {
        let found = findings { (detail) -> StuckBody? in
            if case .stuck(let body) = detail { body } else { nil }
        }
        guard !found.isEmpty else { return [] }
        return ["STUCK"]
            + found.flatMap { finding, body -> [String] in
                return [
                    head(.lost, finding, body.agent, step: body.step)
                        + "   \(style.text(body.verdict)) (\(style.text(body.certainty)))"
                ]
                    + style.filled(
                        body.facts.map { style.text($0.text) }, separator: "; ", indentation: 4)
                    + commands(finding)
            }
    }

    private var slow: [String] {
        let found = findings { (detail) -> OverdueBody? in
            if case .overdue(let body) = detail { body } else { nil }
        }
        guard !found.isEmpty else { return [] }
        return ["SLOW BUT ALIVE"]
            + found.map { finding, body in
                var facts = [
                    TimeSpan(seconds: body.elapsedSeconds).map(DurationFormat.running)
                        ?? style.missing
                ]
                if let p95 = body.p95, p95 > 0 {
                    facts.append("\(NumberFormat.rate(body.elapsedSeconds / p95)) × p95")
                }
                let silent = style.time.now.since(body.lastEventAt)
                facts.append("last heard of \(DurationFormat.age(silent)) ago")
                return head(.running, finding, body.agent, step: body.step)
                    + "   \(style.text(facts.joined(separator: ", ")))"
            }
    }

    private var queued: [String] {
        let found = findings { (detail) -> NeverStartedBody? in
            if case .neverStarted(let body) = detail { body } else { nil }
        }
        guard !found.isEmpty else { return [] }
        return ["QUEUED TOO LONG"]
            + found.flatMap { finding, body -> [String] in
                let limit = TimeSpan(seconds: body.limitSeconds).map(DurationFormat.exact)
                return [
                    "\(mark(.queued)) \(style.text(body.agent ?? style.missing))   \(finding.count) queued,"
                        + " the oldest since \(style.time.text(body.oldestQueuedAt));"
                        + " nearly all wait less than \(limit ?? style.missing)"
                ] + commands(finding)
            }
    }

    private func mark(_ sign: StatusSign) -> String {
        let cell = style.mark(sign)
        return style.painted(cell.text, cell.color)
    }

    private func head(
        _ sign: StatusSign, _ finding: FindingBody, _ agent: String?, step: String?
    ) -> String {
        let parts = [agent, finding.executions.first, step.map { "in \($0)" }].compactMap(\.self)
        return "\(mark(sign)) \(style.text(parts.joined(separator: " ")))"
    }

    private func commands(_ finding: FindingBody) -> [String] {
        finding.commands.map { "    " + style.painted(style.text($0.command), .dim) }
    }

    // MARK: What failed

    private var failures: [String] {
        let found = findings { (detail) -> FailuresBody? in
            if case .failures(let body) = detail { body } else { nil }
        }
        guard !found.isEmpty else { return [] }
        let rows = found.map { finding, body in
            [
                Cell(String(finding.count)),
                Cell(change(finding.count, body), color: body.isNew ? .yellow : nil),
                Cell(style.text(body.errorType ?? style.missing)),
                Cell(style.text(body.message ?? style.missing)), Cell(style.text(place(body))),
                Cell(finding.lastSeenAt.map { style.time.text($0) } ?? style.missing),
            ]
        }
        let columns: [Table.Column] = [
            .init(title: "COUNT", alignment: .right),
            .init(title: "VS BEFORE", alignment: .right, departure: .early(2)),
            .init(title: "ERROR"), .init(title: "MESSAGE", isFlexible: true),
            .init(title: "WHERE", departure: .early(1)), .init(title: "LAST"),
        ]
        return ["FAILURES"] + Table(columns: columns, rows: rows).lines(style)
    }

    private func change(_ count: Int64, _ body: FailuresBody) -> String {
        if body.isNew { return "new" }
        guard body.previous > 0 else { return style.missing }
        let ratio = Double(count) / Double(body.previous)
        if ratio >= 5 { return "\(Int64(ratio.rounded())) x" }
        return NumberFormat.change((ratio - 1) * 100, "%")
    }

    private func place(_ body: FailuresBody) -> String {
        guard let first = body.agents.first else { return style.missing }
        var text = [first.agent, first.step].compactMap(\.self).joined(separator: "/")
        if text.isEmpty { text = style.missing }
        return body.agents.count > 1 ? "\(text) and \(body.agents.count - 1) more" : text
    }

    // MARK: What was handled twice, or left behind

    private var duplicates: [String] {
        let found = findings { (detail) -> DuplicatesBody? in
            if case .duplicates(let body) = detail { body } else { nil }
        }
        let rows = found.map { finding, body in
            let ids = body.runs.prefix(3).map(\.id).joined(separator: ", ")
            let cost = body.costUsd.flatMap { NumberFormat.cost($0, separator: style.thousands) }
            return [
                Cell(style.text(body.messageId)),
                Cell(style.text(body.agents.joined(separator: ", "))),
                Cell(style.text(body.runs.count > 3 ? "\(ids), \(style.ellipsis)" : ids)),
                Cell(
                    body.overlapSeconds > 0
                        ? "overlapped \(style.seconds(body.overlapSeconds))" : "one after another"),
                Cell(cost.map { "\($0) more" } ?? ""),
            ]
        }
        guard !rows.isEmpty else { return [] }
        let columns: [Table.Column] = [
            .init(title: ""), .init(title: ""), .init(title: "", isFlexible: true),
            .init(title: ""), .init(title: "", alignment: .right),
        ]
        return ["HANDLED MORE THAN ONCE"]
            + Table(columns: columns, rows: rows, hasHeader: false).lines(style)
    }

    private var orphans: [String] {
        let found = findings { (detail) -> OrphanStepsBody? in
            if case .orphanSteps(let body) = detail { body } else { nil }
        }
        let rows = found.flatMap { $0.body.steps }.map { step in
            [step.agent ?? style.missing, step.execution, step.step].map { Cell(style.text($0)) }
        }
        guard !rows.isEmpty else { return [] }
        let columns: [Table.Column] = [
            .init(title: "AGENT"), .init(title: "EXECUTION", isFlexible: true),
            .init(title: "STEP"),
        ]
        return ["STEPS LEFT RUNNING"] + Table(columns: columns, rows: rows).lines(style)
    }

    // MARK: By an attribute

    private var success: [String] {
        let found = findings { (detail) -> SuccessBody? in
            if case .successBy(let body) = detail { body } else { nil }
        }
        return found.flatMap { _, body -> [String] in
            let rows = body.rows.map { row in
                [
                    Cell(style.text(row.value ?? style.missing)), Cell(String(row.executions)),
                    style.share(row.successRate),
                    Cell("\(NumberFormat.percent(row.low)) to \(NumberFormat.percent(row.high))"),
                    style.share(
                        row.goalKnown > 0
                            ? Double(row.goalMet) / Double(row.goalKnown) * 100 : nil),
                    Cell(row.few ? "few" : ""),
                ]
            }
            let columns: [Table.Column] = [
                .init(title: style.text(body.by.uppercased()), isFlexible: true),
                .init(title: "EXECUTIONS", alignment: .right),
                .init(title: "SUCCESS", alignment: .right), .init(title: "95 %", alignment: .right),
                .init(title: "GOAL MET", alignment: .right), .init(title: ""),
            ]
            return ["SUCCESS BY \(style.text(body.by))"]
                + Table(columns: columns, rows: rows).lines(style)
        }
    }
}
