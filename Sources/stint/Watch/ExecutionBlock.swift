import StintModel
import StintWire

/// What `stint watch ID` shows of an execution while it is open: how it stands, and its steps.
struct ExecutionBlock {
    var execution: ExecutionBody
    var usual: UsualTime?
    var usualSteps: UsualSteps?
    var style: Style

    private var now: Instant { style.time.now }

    /// - Parameter rows: How many lines there may be: steps that ended are folded first, then those
    ///   that have not begun.
    func lines(rows: Int) -> [String] {
        headline + steps(rows: max(1, rows - 1))
    }

    private var headline: [String] {
        let name = execution.agent ?? execution.name
        let subject = [name, execution.id].compactMap(\.self).map(style.text).joined(separator: " ")
        let time =
            execution.isQueued
            ? execution.waited(now: now)
            : execution.elapsed(now: now).map(DurationFormat.running)
        return Table(
            columns: [
                .init(title: "", minimum: 20), .init(title: ""), .init(title: ""),
                .init(title: "", isFlexible: true),
            ],
            rows: [
                [
                    Cell(subject), style.status(execution.sign), Cell(time ?? style.missing),
                    execution.outlook(usual, style),
                ]
            ], hasHeader: false, gap: 3
        ).lines(style)
    }

    private func steps(rows: Int) -> [String] {
        let histories = execution.stepHistories
        let depths = Depths(histories)
        func isOver(_ history: StepHistory) -> Bool {
            switch history.last.standing {
            case .pending, .running, .lost, nil: false
            case .succeeded, .failed, .skipped, .timedOut, .aborted: true
            }
        }
        var shown = histories
        var over = 0
        var pending = 0
        if shown.count > rows {
            over = shown.count(where: isOver)
            shown.removeAll(where: isOver)
        }
        if shown.count + (over > 0 ? 1 : 0) > rows {
            pending = shown.count { $0.last.standing == .pending }
            shown.removeAll { $0.last.standing == .pending }
        }
        let room = rows - (over > 0 ? 1 : 0) - (pending > 0 ? 1 : 0)
        let more = max(0, shown.count - max(0, room - 1))
        let isCut = shown.count > room
        if isCut { shown = shown.suffix(max(0, room - 1)) }

        var lines: [String] = []
        if over > 0 { lines.append("  \(style.mark(.succeeded).text) \(over) steps ended") }
        if isCut { lines.append("  \(style.mark(.running).text) \(more) more steps run") }
        lines += table(shown, depths)
        if pending > 0 { lines.append("  \(style.mark(.pending).text) \(pending) steps to come") }
        return Array(lines.prefix(rows))
    }

    private func table(_ histories: [StepHistory], _ depths: Depths) -> [String] {
        let report = ExecutionReport(execution: execution, style: style)
        let marks = histories.map { style.mark($0.sign) }
        let markColumns = marks.map(\.text.columns).max() ?? 0
        let rows = zip(histories, marks).map { history, mark -> [Cell] in
            let padding = String(repeating: " ", count: markColumns - mark.text.columns + 1)
            let number = history.tryNumber ?? 1
            let remark = [
                number > 1 ? "attempt \(number)" : nil, report.remark(history),
            ].compactMap(\.self).joined(separator: ": ")
            let isOpen = history.last.standing == .running || history.last.standing == .pending
            let usual = isOpen ? usualSteps?[history.name] : nil
            return [
                Cell(mark.text + padding + depths.name(history, style), color: mark.color),
                Cell(report.time(history)), Cell(style.text(remark)),
                Cell(usual.map { "usual \(DurationFormat.exact($0))" } ?? ""),
            ]
        }
        return Table(
            columns: [
                .init(title: "", minimum: 12), .init(title: "", alignment: .right),
                .init(title: "", isFlexible: true), .init(title: "", departure: .early(1)),
            ],
            rows: rows, hasHeader: false, indentation: 2
        ).lines(style)
    }
}

extension ExecutionBody {
    /// What is to be said of how it goes: that it is silent, or how it stands against what is usual.
    func outlook(_ usual: UsualTime?, _ style: Style) -> Cell {
        let now = style.time.now
        if let silence = silence(now: now) {
            return Cell("silent for \(DurationFormat.age(silence))", color: sign.color)
        }
        switch standing {
        case .running, .waiting:
            guard let elapsed = elapsed(now: now) else { return Cell("") }
            guard let usual else { return Cell("no history yet", color: .dim) }
            return Cell(
                usual.words(elapsed, unicode: style.isUnicode),
                color: elapsed > usual.p95 ? .yellow : nil)
        case .pending, .queued:
            guard let start = estimatedStartAt, start > now else { return Cell("") }
            return Cell("starts in about \(DurationFormat.estimate(start.since(now)))")
        case .lost, nil:
            return Cell("")
        case .succeeded, .failed, .timedOut, .aborted:
            if goalMet == false { return Cell("goal missed") }
            return Cell(error?.type.map(style.text) ?? sign.word, color: sign.color)
        }
    }

    /// The step at which it is, and what that is doing.
    var present: (step: String, activity: String) {
        if standing == .waiting, let waitingFor { return ("", "waiting for \(waitingFor)") }
        guard let step = openStep else { return ("", "") }
        return (step.name ?? step.key ?? "", step.activity ?? "")
    }
}
