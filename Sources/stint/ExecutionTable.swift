import StintModel
import StintWire

/// The table of `stint list`.
struct ExecutionTable {
    var executions: [ExecutionBody]
    var style: Style

    /// Steps that a summary holds at most; there may be more.
    private static let summarySteps = 50

    /// None where there are no executions.
    var lines: [String] {
        guard !executions.isEmpty else { return [] }
        let ids = style.shortensIDs ? ShortIDs.of(executions.map(\.id)) : executions.map(\.id)
        let rows = zip(executions, ids).map { row($0, id: $1) }
        return Table(columns: Self.columns, rows: rows).lines(style)
    }

    private static let columns: [Table.Column] = [
        .init(title: "STATUS"),
        .init(title: "AGENT", minimum: 10),
        .init(title: "ID"),
        .init(title: "CREATED", departure: .late(2)),
        .init(title: "WAITED", alignment: .right, departure: .early(3)),
        .init(title: "RAN", alignment: .right),
        .init(title: "STEPS", alignment: .right, departure: .late(1)),
        .init(title: "TOKENS", alignment: .right, departure: .early(2)),
        .init(title: "COST", alignment: .right, departure: .early(1)),
        .init(title: "ERROR OR ACTIVITY", isFlexible: true),
    ]

    private func row(_ execution: ExecutionBody, id: String) -> [Cell] {
        let now = style.time.now
        func cell(_ text: String?) -> Cell { Cell(text ?? style.missing) }
        return [
            style.status(execution.sign),
            cell((execution.agent ?? execution.name).map(style.text)),
            cell(style.text(id)),
            cell(execution.createdAt.map(style.time.text)),
            cell(execution.waited(now: now)),
            cell(execution.ran(now: now)),
            cell(steps(execution)),
            cell(execution.tokens?.total.map(NumberFormat.compact)),
            cell(execution.costUsd.flatMap { NumberFormat.cost($0, separator: "") }),
            Cell(style.text(remark(execution) ?? "")),
        ]
    }

    /// How many of its steps succeeded.
    private func steps(_ execution: ExecutionBody) -> String? {
        let histories = execution.stepHistories
        guard !histories.isEmpty else { return nil }
        let done = histories.count { $0.last.standing == .succeeded }
        return "\(done)/\(histories.count)\(histories.count >= Self.summarySteps ? "+" : "")"
    }

    /// What is most worth knowing of it: why it failed, else what it is doing.
    private func remark(_ execution: ExecutionBody) -> String? {
        if let error = execution.error {
            let text = [error.type, error.message].compactMap(\.self).joined(separator: ": ")
            if !text.isEmpty { return text }
        }
        let silence = execution.silence(now: style.time.now)
            .map { "silent for \(DurationFormat.age($0))" }
        switch execution.standing {
        case .succeeded, .failed, .aborted:
            return execution.goalMet == false ? "goal missed" : nil
        case .timedOut:
            return execution.timeoutSeconds.flatMap { TimeSpan(seconds: $0) }
                .map { "limit \(DurationFormat.estimate($0))" }
        case .lost:
            let name = execution.openStep.flatMap { $0.name ?? $0.key }
            return [name, silence].compactMap(\.self).joined(separator: ": ")
        case .running, .waiting:
            return [doing(execution), silence].compactMap(\.self).joined(separator: ", ")
        case .pending, .queued, nil:
            return nil
        }
    }

    private func doing(_ execution: ExecutionBody) -> String? {
        if execution.standing == .waiting, let waitingFor = execution.waitingFor {
            return "waiting for \(waitingFor)"
        }
        guard let step = execution.openStep else { return nil }
        return [step.name ?? step.key, step.activity].compactMap(\.self).joined(separator: ": ")
    }
}

/// Ids as short as a page allows.
enum ShortIDs {
    /// No id is shown shorter than this.
    static let leastCharacters = 11

    /// The shortest beginnings by which the ids can be told apart, all of the same length.
    ///
    /// Of an ARN only the last part counts: the others are the same for all executions of a
    /// workflow. Ids that a lookup finds by what is shown stay found by it.
    static func of(_ ids: [String]) -> [String] {
        let names = ids.map(lastPart)
        let distinct = Set(names)
        guard distinct.count == Set(ids).count else { return ids }
        var length = leastCharacters
        let longest = distinct.map(\.count).max() ?? 0
        while length < longest, Set(distinct.map { $0.prefix(length) }).count < distinct.count {
            length += 1
        }
        return names.map { String($0.prefix(length)) }
    }

    /// The name of an execution within its ARN; any other id as it is.
    static func lastPart(_ id: String) -> String {
        guard id.hasPrefix("arn:"), let colon = id.lastIndex(of: ":") else { return id }
        let name = id[id.index(after: colon)...]
        return name.isEmpty ? id : String(name)
    }
}
