import StintModel
import StintWire

/// `stint watch ID` on a terminal: a block redrawn in place, and at the end the lines of `show`.
struct ExecutionScreen: LiveView {
    private var style: Style
    private var followed: FollowedExecution
    private var standing = LiveStanding()
    private var painter = FramePainter()
    private var pace = FramePace()
    private(set) var verdict: Result<ExitStatus, CommandFailure>?

    init(id: String, style: Style) {
        self.style = style
        followed = FollowedExecution(id: id)
    }

    mutating func receive(_ report: LiveFeed.Report, at now: Instant) {
        standing.receive(report, at: now)
        followed.receive(report)
        judge()
        pace.isDue = true
    }

    mutating func receive(_ answer: LiveAnswer, at now: Instant) {
        if case .figures(let agents, let figures) = answer { standing.receive(agents, figures) }
        followed.receive(answer)
        judge()
        pace.isDue = true
    }

    mutating func press(_ key: Key) {
        // It says nothing of the execution, which goes on.
        if key == .character("q") || key == .escape { verdict = .success(.interrupted) }
    }

    mutating func nextQuestion(at now: Instant) -> LiveQuestion? {
        guard standing.connection == .live else { return nil }
        if let question = followed.nextQuestion() { return question }
        return !followed.isOver && standing.wantsFigures(at: now) ? .figures(agent: nil) : nil
    }

    mutating func output(at now: Instant, size: TerminalSize?) -> LiveOutput {
        guard pace.begins(at: now, size: size), let size else { return LiveOutput() }
        return LiveOutput(text: frame(at: now, size: size))
    }

    mutating func closing(at now: Instant, size: TerminalSize?) -> LiveOutput {
        let size = size ?? TerminalSize(columns: 80, rows: 24)
        guard followed.isOver, let execution = followed.execution else {
            return LiveOutput(text: frame(at: now, size: size) + FramePainter.end)
        }
        style.time.now = standing.time(at: now)
        let report = ExecutionReport(execution: execution, style: style)
        return LiveOutput(
            text: painter.frame(report.lines, columns: size.columns) + FramePainter.end)
    }

    private mutating func frame(at now: Instant, size: TerminalSize) -> String {
        style.time.now = standing.time(at: now)
        style.fit(size)
        var lines: [String] = []
        if let execution = followed.execution {
            let block = ExecutionBlock(
                execution: execution, usual: execution.agent.flatMap { standing.usual[$0] },
                usualSteps: followed.usualSteps, style: style)
            lines = block.lines(rows: size.rows - 2)
        }
        if standing.connection != .live {
            let words = standing.words(style)
            lines.append(style.fitted(style.painted(words.text, words.color)))
        }
        return painter.frame(lines, columns: size.columns)
    }

    private mutating func judge() {
        if let execution = followed.execution, let status = execution.verdict {
            verdict = .success(status)
        } else if followed.isGone {
            verdict = .failure(.erased(followed.id))
        }
    }
}
