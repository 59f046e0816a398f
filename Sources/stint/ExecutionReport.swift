import StintModel
import StintWire

/// What `stint show` tells of one execution: only what is recorded, in the form its status asks for.
struct ExecutionReport {
    var execution: ExecutionBody
    var style: Style

    /// Lines of a message that are shown.
    private static let messageLines = 20

    var lines: [String] {
        [[headline], message, timeline, attempts, steps, retries, account, notes, links]
            .filter { !$0.isEmpty }
            .enumerated()
            .flatMap { index, block in index == 0 ? block : [""] + block }
    }

    private var now: Instant { style.time.now }
    private var standing: ExecutionStatus? { execution.standing }
    private var isFailure: Bool { standing?.isFailure ?? false }

    // MARK: What and how

    /// Agent and id, status, and what is to be said of that status in the same breath.
    private var headline: String {
        let name = execution.agent ?? execution.name
        let subject = [name, execution.id].compactMap(\.self).map(style.text)
            .joined(separator: " ")
        let status = style.status(execution.sign)
        var parts = [subject, style.painted(status.text, status.color)]
        switch standing {
        case .pending, .queued:
            parts += [execution.waited(now: now)].compactMap(\.self)
            parts += [place].compactMap(\.self)
        case .running, .waiting:
            parts += [execution.ran(now: now)].compactMap(\.self)
            if standing == .waiting { parts.append(waiting) }
            if let more = remaining { parts.append("about \(more) more") }
            if execution.overdue == true { parts.append("slow but alive") }
            if let silence = execution.silence(now: now) {
                parts.append("silent for \(DurationFormat.age(silence))")
            }
        case .lost:
            parts += [execution.ran(now: now)].compactMap(\.self)
            if let last = execution.lastEventAt {
                let age = DurationFormat.age(now.since(last))
                parts.append("silent since \(style.time.text(last)) (\(age))")
            }
        case .failed, .timedOut, .aborted:
            parts += [verdict].compactMap(\.self)
        case .succeeded, nil:
            break
        }
        switch execution.goalMet {
        case true?: parts.append("goal met")
        case false?: parts.append("goal missed")
        case nil: break
        }
        return parts.joined(separator: "   ")
    }

    private var place: String? {
        let queue = execution.queue.map { "queue \(style.text($0))" }
        let priority = execution.priority.map { "priority \(JSONNumber.text($0))" }
        let parts = [queue, priority].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private var waiting: String {
        execution.waitingFor.map { "waiting for \(style.text($0))" } ?? "waiting"
    }

    private var remaining: String? {
        guard let eta = execution.etaAt, eta > now else { return nil }
        return DurationFormat.estimate(eta.since(now))
    }

    /// `RateLimitError in trade-extraction, attempt 3 of 3`.
    private var verdict: String? {
        let failed = execution.stepHistories.filter { $0.last.standing?.isFailure ?? false }
        let same = failed.last {
            $0.last.error?.type != nil && $0.last.error?.type == execution.error?.type
        }
        var text = execution.error?.type.map(style.text) ?? ""
        if standing == .timedOut, let limit = execution.timeoutSeconds,
            let span = TimeSpan(seconds: limit)
        {
            text += "\(text.isEmpty ? "" : ", ")limit \(DurationFormat.estimate(span))"
        }
        if let step = same ?? failed.last {
            text += "\(text.isEmpty ? "" : " ")in \(style.text(step.name))"
            if let number = step.tryNumber, number > 1 {
                text += ", attempt \(number) of \(number)"
            }
        }
        return text.isEmpty ? nil : text
    }

    private var message: [String] {
        var lines: [String] = []
        func add(_ text: String?, _ title: String = "") {
            guard let text, !text.isEmpty else { return }
            let all = style.lines(text)
            for (index, line) in all.prefix(Self.messageLines).enumerated() {
                lines.append("  \(index == 0 ? title : "")\(line)")
            }
            if all.count > Self.messageLines {
                lines.append("  \(style.ellipsis) \(all.count - Self.messageLines) more lines")
            }
        }
        if let name = execution.name, name != execution.agent, execution.agent != nil { add(name) }
        add(lostReason)
        add(execution.error?.message)
        add(execution.error?.cause, "cause: ")
        add(execution.summary)
        return lines
    }

    private var lostReason: String? {
        guard standing == .lost else { return nil }
        let limit = execution.lostBecause?.limitSeconds.flatMap { TimeSpan(seconds: $0) }
            .map(DurationFormat.exact)
        switch execution.lostBecause?.rule {
        case "deadline":
            return "Not ended within its limit\(limit.map { " of \($0)" } ?? "")"
        case "heartbeat":
            return "No sign of life for longer than promised\(limit.map { " (\($0))" } ?? "")"
        case "origin":
            return "Its origin says that it is gone"
        default:
            return nil
        }
    }

    // MARK: When

    private var timeline: [String] {
        var rows: [(title: String, at: Instant, offset: String?)] = []
        if let queued = execution.queuedAt { rows.append(("Created", queued, nil)) }
        if let start = execution.attemptStartedAt {
            rows.append(("Started", start, execution.queueWait.map(DurationFormat.offset)))
        } else if let estimate = execution.estimatedStartAt {
            rows.append(("Starts", estimate, "estimated"))
        }
        if let end = execution.finishedAt {
            let title =
                switch standing {
                case .failed: "Failed"
                case .timedOut: "Timed out"
                case .aborted: "Cancelled"
                default: "Completed"
                }
            let ran = execution.duration.map { "\(DurationFormat.offset($0)) total" }
            rows.append((title, end, ran))
        } else if let last = execution.lastEventAt {
            rows.append(("Last event", last, nil))
        }
        let table = Table(
            columns: [.init(title: ""), .init(title: ""), .init(title: "")],
            rows: rows.map { row in
                [Cell(row.title), Cell(style.time.text(row.at)), Cell(row.offset ?? "")]
            },
            hasHeader: false, indentation: 2)
        return table.lines(style)
    }

    /// The attempts of an execution that was begun more than once.
    private var attempts: [String] {
        guard let attempts = execution.attempts, attempts.count > 1 else { return [] }
        let rows = attempts.map { attempt -> [Cell] in
            let status = ExecutionStatus.allCases.first { $0.word == attempt.status }
            let start = attempt.startedAt
            let ran = attempt.finishedAt.flatMap { end in
                start.map { DurationFormat.exact(end.since($0)) }
            }
            let error = [attempt.error?.type, attempt.error?.message].compactMap(\.self)
            return [
                Cell("Attempt \(attempt.attempt.map(String.init) ?? style.missing)"),
                style.status(status.map(StatusSign.init) ?? .unknown(attempt.status)),
                Cell((start ?? attempt.queuedAt).map(style.time.text) ?? style.missing),
                Cell(ran ?? style.missing),
                Cell(style.text(error.joined(separator: ": "))),
            ]
        }
        return Table(
            columns: [
                .init(title: ""), .init(title: ""), .init(title: ""),
                .init(title: "", alignment: .right), .init(title: "", isFlexible: true),
            ],
            rows: rows, hasHeader: false, indentation: 2
        ).lines(style)
    }

    // MARK: Steps

    private var steps: [String] {
        let histories = execution.stepHistories
        guard !histories.isEmpty else { return [] }
        let depths = Depths(histories)
        return isFailure ? table(histories, depths) : list(histories, depths)
    }

    /// What the step was doing; of one that was open when its execution was lost, that it was.
    func remark(_ history: StepHistory) -> String? {
        guard history.last.standing == .lost else { return history.last.activity }
        return ["open at death", history.last.activity].compactMap(\.self)
            .joined(separator: ": ")
    }

    /// One line for each step, without a header.
    private func list(_ histories: [StepHistory], _ depths: Depths) -> [String] {
        let hasUse = histories.contains { $0.tokens?.total != nil || $0.costUsd != nil }
        let hasTries = histories.contains { $0.tryNumber ?? 1 > 1 }
        let marks = histories.map { style.mark($0.sign) }
        let markColumns = marks.map(\.text.columns).max() ?? 0
        let rows = zip(histories, marks).map { history, mark -> [Cell] in
            // The mark belongs to the name: one blank between them.
            let padding = String(repeating: " ", count: markColumns - mark.text.columns + 1)
            let use = history.tokens?.total.map { "\(NumberFormat.compact($0)) tokens" }
            let cost = history.costUsd.flatMap { NumberFormat.cost($0, separator: "") }
            var row = [
                Cell(mark.text + padding + depths.name(history, style), color: mark.color),
                Cell(time(history)), Cell(style.text(remark(history) ?? "")),
            ]
            if hasTries {
                row.append(Cell(history.tryNumber.flatMap { $0 > 1 ? "attempt \($0)" : nil } ?? ""))
            }
            if hasUse { row += [Cell(use ?? ""), Cell(cost ?? "")] }
            return row
        }
        var columns: [Table.Column] = [
            .init(title: ""), .init(title: "", alignment: .right),
            .init(title: "", isFlexible: true),
        ]
        if hasTries { columns.append(.init(title: "")) }
        if hasUse {
            columns.append(.init(title: "", alignment: .right, departure: .early(2)))
            columns.append(.init(title: "", alignment: .right, departure: .early(1)))
        }
        return Table(columns: columns, rows: rows, hasHeader: false, indentation: 2).lines(style)
    }

    /// The table of an execution that failed.
    private func table(_ histories: [StepHistory], _ depths: Depths) -> [String] {
        let rows = histories.map { history -> [Cell] in
            let failure = history.last.standing?.isFailure ?? false ? history.last.error : nil
            let told = [failure?.type, failure?.message].compactMap(\.self).joined(separator: ": ")
            return [
                style.mark(history.sign),
                Cell(depths.name(history, style)),
                Cell(time(history)),
                Cell(history.tokens?.total.map(NumberFormat.compact) ?? style.missing),
                Cell(
                    history.costUsd.flatMap { NumberFormat.cost($0, separator: "") }
                        ?? style.missing),
                Cell(history.tryNumber.map(String.init) ?? style.missing),
                Cell(style.text(remark(history) ?? told)),
            ]
        }
        return Table(
            columns: [
                .init(title: "STATUS"),
                .init(title: "NAME", minimum: 12),
                .init(title: "TIME", alignment: .right),
                .init(title: "TOKENS", alignment: .right, departure: .early(2)),
                .init(title: "COST", alignment: .right, departure: .early(1)),
                .init(title: "TRY", alignment: .right),
                .init(title: "ACTIVITY", isFlexible: true),
            ],
            rows: rows, indentation: 2
        ).lines(style)
    }

    func time(_ history: StepHistory) -> String {
        if let span = history.span { return DurationFormat.exact(span) }
        switch history.last.standing {
        case .skipped:
            return "skipped"
        case .running where standing?.isFinal ?? false:
            return "left open"
        case .running:
            return history.tries[0].startedAt.map { DurationFormat.running(now.since($0)) }
                ?? style.missing
        case .lost:
            guard let start = history.tries[0].startedAt, let last = execution.lastEventAt else {
                return style.missing
            }
            return DurationFormat.exact(last.since(start))
        default:
            return style.missing
        }
    }

    /// Of each step of a failed execution that was tried again: its tries to scale, and in words.
    private var retries: [String] {
        guard isFailure, let start = execution.attemptStartedAt, let end = execution.finishedAt
        else { return [] }
        let retried = execution.stepHistories.filter { $0.tries.count > 1 }
        return retried.prefix(5).flatMap { history -> [String] in
            guard let bar = TryBar(history, from: start, to: end) else { return [] }
            let name = style.text(history.name)
            let before = "  \(name)  0 s "
            let after = " \(DurationFormat.exact(end.since(start)))"
            let room = style.width.map { $0 - before.columns - after.columns - 2 } ?? 50
            var lines: [String] = []
            if room >= 10 {
                lines.append(
                    "\(before)\(bar.drawn(cells: min(50, room), unicode: style.isUnicode))\(after)"
                )
            }
            let indentation = String(repeating: " ", count: 4 + name.columns)
            return lines + ["\(indentation)\(bar.words)"]
        }
    }

    // MARK: Sums and the rest

    private var account: [String] {
        var lines: [String] = []
        if let account = TimeAccount(execution) {
            lines.append(isFailure ? account.shares() : account.sum(of: standing == .succeeded))
        }
        lines.append(facts.joined(separator: ", "))
        let told = ["model", "worker"]
        let others = (execution.attributes ?? [:]).filter { !told.contains($0.key) }
        if !others.isEmpty {
            lines.append(
                others.sorted { $0.key < $1.key }.map { "\($0.key)=\(text($0.value))" }
                    .joined(separator: " "))
        }
        return lines.map { "  \(style.text($0))" }
    }

    /// Of how many calls the cost is known, where not of all.
    private var shareKnown: String {
        guard let rate = execution.costKnownRate, rate < 100 else { return "" }
        return " for \(Int(rate)) % of the calls"
    }

    private var facts: [String] {
        var facts: [String] = []
        let tokens = execution.tokens?.total
        facts.append(tokens.map { "\(NumberFormat.compact($0)) tokens" } ?? "tokens not reported")
        if let cost = execution.costUsd.flatMap({
            NumberFormat.cost($0, separator: style.thousands)
        }) {
            facts.append(cost + shareKnown)
        } else if tokens != nil {
            facts.append("no price")
        }
        if let model = execution.attributes?["model"] {
            facts.append(text(model))
        } else {
            facts += Set((execution.modelCalls ?? []).compactMap(\.model)).sorted()
        }
        if let worker = execution.attributes?["worker"] { facts.append("worker \(text(worker))") }
        if let attempt = execution.attempt { facts.append("attempt \(attempt)") }
        if let turns = execution.turns { facts.append("\(turns) turns") }
        func add(_ title: String, _ value: String?) {
            if let value { facts.append("\(title)\(value)") }
        }
        add("", execution.correlation)
        add("user ", execution.user)
        add("parent ", execution.parent)
        add("from ", execution.source)
        if execution.environment != "production" { add("", execution.environment) }
        return facts
    }

    private func text(_ value: Scalar) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): JSONNumber.text(number)
        case .boolean(let flag): String(flag)
        case .list(let names): names.joined(separator: " ")
        }
    }

    /// What a reader must know to trust the figures.
    private var notes: [String] {
        var notes: [String] = []
        if execution.conflict == true {
            notes.append("conflict: this attempt was told to have ended in more than one way")
        }
        if execution.skew == true {
            notes.append("skew: clocks disagreed; a time below zero counts as 0")
        }
        if execution.truncated == true {
            notes.append("truncated: more was told of it than one execution may hold")
        }
        if let missing = execution.missingEvents, missing > 0 {
            let count = NumberFormat.count(Int64(missing), separator: style.thousands)
            let events = missing == 1 ? "event" : "events"
            notes.append("incomplete: its client had to drop \(count) \(events)")
        }
        return notes.map { "  \($0)" }
    }

    private var links: [String] {
        let links = (execution.links ?? []).map { ($0.title, $0.href) }
        let commands = (execution.commands ?? []).map { ($0.title, $0.command) }
        return (links + commands).map { "  \(style.text($0)): \(style.text($1))" }
    }
}

/// How deep each step lies within others.
struct Depths {
    private var depths: [String: Int] = [:]

    init(_ histories: [StepHistory]) {
        var parents: [String: String] = [:]
        for history in histories { parents[history.key] = history.last.parent }
        for history in histories {
            var depth = 0
            var key = history.key
            // A circle of parents ends the walk.
            while let parent = parents[key], depth < 8 {
                depth += 1
                key = parent
            }
            depths[history.key] = depth
        }
    }

    func name(_ history: StepHistory, _ style: Style) -> String {
        String(repeating: "  ", count: depths[history.key] ?? 0) + style.text(history.name)
    }
}
