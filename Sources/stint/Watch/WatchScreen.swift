import StintModel
import StintWire

/// `stint watch` on a terminal: the table redrawn in place, in which one may be chosen and opened.
struct WatchScreen: LiveView {
    private var style: Style
    private let hasKeys: Bool
    /// What the command was given; a filter typed here comes on top of it.
    private let base: ExecutionFilter
    private var followed: FollowedExecutions
    private var standing = LiveStanding()
    private var painter = FramePainter()
    private var pace = FramePace()

    /// Whether the open ones are to be asked for.
    private var isUnloaded = true
    private var hasServerTime = false
    /// In the order of the last frame.
    private var choosable: [String] = []
    private var chosen: String?
    private var opened: FollowedExecution?
    private var entry: FilterEntry?
    private var filterText = ""
    private(set) var verdict: Result<ExitStatus, CommandFailure>?

    /// - Parameter hasKeys: Whether somebody can type.
    init(filter: ExecutionFilter, style: Style, hasKeys: Bool, now: Instant) {
        base = filter
        self.style = style
        self.hasKeys = hasKeys
        followed = FollowedExecutions(filter: filter, since: now)
    }

    // MARK: From the server

    mutating func receive(_ report: LiveFeed.Report, at now: Instant) {
        standing.receive(report, at: now)
        opened?.receive(report)
        switch report {
        case .connected(isResumed: false), .message(.reset):
            isUnloaded = true
        case .message(.realtime) where !hasServerTime:
            // Counting begins by the server's clock.
            hasServerTime = true
            followed = FollowedExecutions(
                filter: followed.filter, since: standing.time(at: now))
            isUnloaded = true
        case .message(.execution(let execution, _)):
            followed.receive(execution, at: standing.time(at: now))
        case .message(.erased(let id)):
            followed.erase(id)
        default:
            break
        }
        pace.isDue = true
    }

    mutating func receive(_ answer: LiveAnswer, at now: Instant) {
        opened?.receive(answer)
        switch answer {
        case .figures(let agents, let figures):
            standing.receive(agents, figures)
        case .open(let executions, let isWhole):
            followed.load(
                executions, isWhole: isWhole, usual: standing.usual, at: standing.time(at: now))
        case .execution(let execution, _):
            guard followed.wasAsked(execution.id) else { break }
            followed.receive(execution, at: standing.time(at: now))
        case .gone(let id):
            followed.erase(id)
        case .usualSteps:
            break
        }
        pace.isDue = true
    }

    mutating func nextQuestion(at now: Instant) -> LiveQuestion? {
        guard standing.connection == .live else { return nil }
        if let question = opened?.nextQuestion() { return question }
        // What is usual comes first: the order of the first rows hangs on it.
        if standing.wantsFigures(at: now) { return .figures(agent: followed.filter.agent) }
        guard isUnloaded else { return followed.nextMissing().map { .execution(id: $0) } }
        isUnloaded = false
        followed.willLoad()
        return .open(followed.filter)
    }

    // MARK: From the keyboard

    mutating func press(_ key: Key) {
        pace.isDue = true
        if entry != nil { return type(key) }
        if opened != nil {
            switch key {
            case .escape: opened = nil
            case .character("q"): verdict = .success(.done)
            default: break
            }
            return
        }
        switch key {
        case .character("q"): verdict = .success(.done)
        case .up, .character("k"): choose(by: -1)
        case .down, .character("j"): choose(by: 1)
        case .escape: chosen = nil
        case .enter:
            if let id = chosen ?? choosable.first {
                chosen = id
                opened = FollowedExecution(id: id)
            }
        case .character("/"): entry = FilterEntry(text: filterText)
        default: break
        }
    }

    private mutating func choose(by step: Int) {
        guard !choosable.isEmpty else { return }
        guard let place = choosable.firstIndex(where: { $0 == chosen }) else {
            chosen = step > 0 ? choosable.first : choosable.last
            return
        }
        chosen = choosable[min(max(0, place + step), choosable.count - 1)]
    }

    private mutating func type(_ key: Key) {
        guard var current = entry else { return }
        switch key {
        case .escape:
            entry = nil
            return
        case .enter:
            do {
                let filter = try current.filter(on: base)
                narrow(to: filter)
                filterText = current.text
                entry = nil
                return
            } catch {
                current.fault = error.what.replacing("--query: ", with: "")
            }
        case .backspace: current.erase()
        case .character(let character): current.append(character)
        case .up, .down: break
        }
        entry = current
    }

    /// Shows at once what is known, and asks for the rest.
    private mutating func narrow(to filter: ExecutionFilter) {
        let now = style.time.now
        var narrowed = FollowedExecutions(filter: filter, since: now)
        for row in followed.started + followed.queued where row.endedAt == nil {
            narrowed.receive(row.execution, at: now)
        }
        followed = narrowed
        standing.forgetFigures()
        chosen = nil
        isUnloaded = true
    }

    // MARK: To the terminal

    mutating func output(at now: Instant, size: TerminalSize?) -> LiveOutput {
        guard pace.begins(at: now, size: size), let size else { return LiveOutput() }
        return LiveOutput(text: frame(at: now, size: size, hasHint: hasKeys))
    }

    mutating func closing(at now: Instant, size: TerminalSize?) -> LiveOutput {
        let size = size ?? TerminalSize(columns: 80, rows: 24)
        entry = nil
        chosen = nil
        return LiveOutput(text: frame(at: now, size: size, hasHint: false) + FramePainter.end)
    }

    private mutating func frame(at now: Instant, size: TerminalSize, hasHint: Bool) -> String {
        style.time.now = standing.time(at: now)
        style.fit(size)
        followed.settle(at: style.time.now)
        // The cursor stands below the last line.
        let rows = max(1, size.rows - 1)
        var foot: [String] = []
        if let entry {
            foot = entry.lines(style)
        } else if hasHint, rows > 8 {
            foot = [hint]
        }
        let body = opened.map { lines(of: $0, rows: rows - foot.count) } ?? table(rows - foot.count)
        return painter.frame(body + foot, columns: size.columns)
    }

    private mutating func table(_ rows: Int) -> [String] {
        var table = WatchTable(
            followed: followed, standing: standing, chosen: chosen, style: style)
        choosable = table.layout(rows: rows - 2).choosable.map(\.execution.id)
        if let chosen, !choosable.contains(chosen) {
            self.chosen = nil
            table.chosen = nil
        }
        return table.lines(rows: rows)
    }

    private func lines(of opened: FollowedExecution, rows: Int) -> [String] {
        guard !opened.isGone else { return ["\(style.text(opened.id)) was erased"] }
        guard let execution = opened.execution else { return [style.text(opened.id)] }
        if opened.isOver {
            let report = ExecutionReport(execution: execution, style: style)
            return report.lines.prefix(rows).map(style.fitted)
        }
        let block = ExecutionBlock(
            execution: execution, usual: execution.agent.flatMap { standing.usual[$0] },
            usualSteps: opened.usualSteps, style: style)
        let words = standing.words(style)
        return block.lines(rows: rows - 2)
            + ["", style.fitted(style.painted(words.text, words.color))]
    }

    private var hint: String {
        let keys =
            opened == nil
            ? [
                "q leaves", style.isUnicode ? "↑↓ choose" : "j k choose", "Enter opens",
                "/ filters",
            ]
            : ["Esc back", "q leaves"]
        let filter = filterText.isEmpty || opened != nil ? [] : ["filter \(style.text(filterText))"]
        let text = style.fitted((filter + keys).joined(separator: "   "))
        return style.painted(text, .dim)
    }
}
