import StintModel
import StintWire

/// The frame of `stint watch`: how all stands in one line, then the executions one by one, as many
/// as there is room for.
struct WatchTable {
    private static let barCells = 16

    var followed: FollowedExecutions
    var standing: LiveStanding
    var chosen: String?
    /// Its moment is the server's.
    var style: Style

    private var now: Instant { style.time.now }

    /// What is shown of the executions, and how much of it is folded into numbers.
    struct Layout {
        /// Those that may be chosen, in their order, whether there is room for them or not.
        var choosable: [FollowedExecutions.Row]
        /// Those shown.
        var shown: ArraySlice<FollowedExecutions.Row>
        var foldedQueued: [FollowedExecutions.Row] = []
        var foldedLost = 0
        /// Of those that may be chosen.
        var hidden: Int { choosable.count - shown.count }
    }

    /// Folds those that ended first, then those queued, then most of those lost.
    func layout(rows: Int) -> Layout {
        let started = followed.started
        let queued = followed.queued
        var open = started
        if open.count + queued.count > rows { open.removeAll { $0.endedAt != nil } }
        guard open.count + queued.count > rows else {
            let all = open + queued
            return Layout(choosable: all, shown: all[...])
        }
        var layout = Layout(choosable: open, shown: [], foldedQueued: queued)
        var room = rows - (queued.isEmpty ? 0 : 1)
        if layout.choosable.count > room {
            let keep = max(1, room / 4)
            let lost = layout.choosable.filter { $0.execution.standing == .lost }
            let folded = Set(lost.dropFirst(keep).map(\.execution.id))
            layout.choosable.removeAll { folded.contains($0.execution.id) }
            layout.foldedLost = folded.count
            if !folded.isEmpty { room -= 1 }
        }
        if layout.choosable.count > room { room -= 1 }
        room = max(0, room)
        let place = layout.choosable.firstIndex { $0.execution.id == chosen } ?? 0
        let first = min(max(0, place - room + 1), max(0, layout.choosable.count - room))
        layout.shown = layout.choosable[first...].prefix(room)
        return layout
    }

    /// - Parameter rows: How many lines there may be.
    func lines(rows: Int) -> [String] {
        let ended = endedLine
        let layout = layout(rows: rows - 2 - (ended == nil ? 0 : 1))
        var lines = [headline, ""]
        lines += table(Array(layout.shown))
        func fold(_ sign: StatusSign, _ text: String) {
            let mark = style.mark(sign)
            lines.append(cut("\(style.painted(mark.text, mark.color)) \(text)"))
        }
        if layout.hidden > 0 { fold(.running, "\(layout.hidden) more") }
        if layout.foldedLost > 0 { fold(.lost, "\(layout.foldedLost) more lost") }
        if !layout.foldedQueued.isEmpty {
            let next = layout.foldedQueued.first.flatMap(next).map { "   next: \($0)" }
            fold(.queued, "\(layout.foldedQueued.count) queued\(next ?? "")")
        }
        if followed.isCut {
            lines.append(
                cut("more than \(FollowedExecutions.capacity) are open; narrow them with /"))
        }
        if let ended { lines.append(cut(ended)) }
        return Array(lines.prefix(max(1, rows)))
    }

    // MARK: All of them

    /// `Running 9 of 16   Queue 7 (oldest 38 s)   8.1/min   98.0 % ok   p50 8.09 s   live 14:24:31 UTC`
    private var headline: String {
        let state = standing.words(style)
        var parts = [counts.running, counts.queue]
        let names = followed.filter.parameters.map(\.name)
        if names.allSatisfy({ $0 == "agent" }), let figures = standing.figures {
            if let rate = figures.throughput?.executionsPerMinute {
                parts.append("\(NumberFormat.rate(rate))/min")
            }
            if let rate = figures.performance?.successRate {
                parts.append("\(NumberFormat.percent(rate)) ok")
            }
            if let median = figures.latency?.executionLatency.p50 {
                parts.append("p50 \(style.seconds(median))")
            }
        }
        // How it stands with the connection is said however narrow the terminal is.
        while !parts.isEmpty,
            (parts + [state.text]).joined(separator: "   ").columns > style.width ?? .max
        {
            parts.removeLast()
        }
        return (parts + [cut(style.painted(state.text, state.color))]).joined(separator: "   ")
    }

    private var counts: (running: String, queue: String) {
        let queued = followed.queued
        guard followed.filter.parameters.isEmpty, let realtime = standing.realtime else {
            let running = followed.started.count {
                $0.execution.standing == .running || $0.execution.standing == .waiting
            }
            return (
                "Running \(running)",
                "Queue \(queued.count)" + oldest(queued.compactMap(\.execution.queuedAt).min())
            )
        }
        let slots = realtime.systemLoad.workers.total.map { " of \($0)" } ?? ""
        return (
            "Running \(realtime.currentlyRunning)\(slots)",
            "Queue \(realtime.queueDepth)"
                + oldest(realtime.queuedExecutions.compactMap(\.queuedAt).min())
        )
    }

    private func oldest(_ queuedAt: Instant?) -> String {
        queuedAt.map { " (oldest \(DurationFormat.running(now.since($0))))" } ?? ""
    }

    /// `✓ 14 succeeded, ✗ 1 failed since 14:20:00`
    private var endedLine: String? {
        let parts = [ExecutionStatus.succeeded, .failed, .timedOut, .aborted].compactMap { status in
            followed.ended[status].flatMap { count -> String? in
                guard count > 0 else { return nil }
                let sign = StatusSign(status)
                guard style.isUnicode else { return "\(sign.plain) \(count)" }
                return "\(style.painted(String(sign.shape), sign.color)) \(count) \(sign.word)"
            }
        }
        guard !parts.isEmpty else { return nil }
        return "\(parts.joined(separator: ", ")) since \(style.time.text(followed.since))"
    }

    /// When the next of the queue is due.
    private func next(_ row: FollowedExecutions.Row) -> String? {
        let execution = row.execution
        let known = standing.realtime?.queuedExecutions.first { $0.queueId == execution.id }
        let agent = style.text(execution.agent ?? execution.id)
        guard let start = known?.estimatedStartTime ?? execution.estimatedStartAt, start > now
        else { return agent }
        return "\(agent) in about \(DurationFormat.estimate(start.since(now)))"
    }

    // MARK: One by one

    private func table(_ rows: [FollowedExecutions.Row]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let ids = ShortIDs.of(rows.map(\.execution.id))
        let marks = rows.map { style.mark($0.execution.sign) }
        let markColumns = marks.map(\.text.columns).max() ?? 0
        let cells = rows.indices.map { index -> [Cell] in
            let execution = rows[index].execution
            let padding = String(
                repeating: " ", count: markColumns - marks[index].text.columns + 1)
            let name = style.text(execution.agent ?? execution.name ?? style.missing)
            let present = execution.present
            let pointer = chosen == nil ? "" : execution.id == chosen ? style.pointer : "  "
            return [
                Cell(pointer + marks[index].text + padding + name, color: marks[index].color),
                Cell(style.text(ids[index])), Cell(style.text(present.step)),
                Cell(style.text(present.activity)), bar(execution), Cell(time(execution)),
                outlook(execution),
            ]
        }
        return Table(
            columns: [
                .init(title: "", minimum: 12),
                .init(title: "", departure: .late(1)), .init(title: "", departure: .early(1)),
                .init(title: "", isFlexible: true), .init(title: "", departure: .early(2)),
                .init(title: "", alignment: .right), .init(title: ""),
            ],
            rows: cells, hasHeader: false
        ).lines(style)
    }

    private func time(_ execution: ExecutionBody) -> String {
        if execution.isQueued { return execution.waited(now: now) ?? style.missing }
        guard let elapsed = execution.elapsed(now: now) else { return style.missing }
        let isOver = execution.standing?.isFinal ?? false
        return isOver ? DurationFormat.exact(elapsed) : DurationFormat.running(elapsed)
    }

    private func bar(_ execution: ExecutionBody) -> Cell {
        let cells = Self.barCells
        if execution.silence(now: now) != nil {
            let bar = UsualTime.silence(cells: cells, unicode: style.isUnicode)
            return Cell(bar, color: StatusSign.lost.color)
        }
        guard execution.standing == .running || execution.standing == .waiting,
            let usual = execution.agent.flatMap({ standing.usual[$0] }),
            let elapsed = execution.elapsed(now: now)
        else { return "" }
        return Cell(
            usual.bar(elapsed, cells: cells, unicode: style.isUnicode),
            color: elapsed > usual.p95 ? .yellow : .blue)
    }

    private func outlook(_ execution: ExecutionBody) -> Cell {
        guard execution.isQueued else {
            return execution.outlook(execution.agent.flatMap { standing.usual[$0] }, style)
        }
        let known = standing.realtime?.queuedExecutions.first { $0.queueId == execution.id }
        guard let start = known?.estimatedStartTime ?? execution.estimatedStartAt, start > now
        else { return Cell("") }
        return Cell("starts in about \(DurationFormat.estimate(start.since(now)))")
    }

    private func cut(_ line: String) -> String { style.fitted(line) }
}

extension Style {
    fileprivate var pointer: String { isUnicode ? "› " : "> " }

    /// The line, or its beginning without colours where it is too wide.
    func fitted(_ line: String) -> String {
        guard let width, line.withoutColors.columns > width else { return line }
        return line.withoutColors.cut(toColumns: width, mark: ellipsis)
    }
}
