import Foundation
import StintModel
import StintWire

/// `stint watch` for a pipe or a file: one line for each change, and a sign of life where nothing
/// changes. Nothing is repeated.
struct WatchLog: LiveView {
    enum Subject: Sendable {
        case all(FollowedExecutions)
        case one(FollowedExecution)
    }

    enum Form: Sendable {
        /// RFC 3339 times and words.
        case lines
        /// The server's own documents, one a line.
        case jsonl
    }

    /// How long it is silent at the most, as lines.
    private static let silence = TimeSpan.seconds(60)

    private var subject: Subject
    private let form: Form
    private var standing = LiveStanding()
    private var pending = LiveOutput()
    private var lastLineAt: Instant
    /// Whether the open ones are to be asked for.
    private var isUnloaded = true
    private var hasLoaded = false
    private var hasServerTime = false
    private(set) var verdict: Result<ExitStatus, CommandFailure>?

    init(_ subject: Subject, form: Form, now: Instant) {
        self.subject = subject
        self.form = form
        lastLineAt = now
    }

    // MARK: From the server

    mutating func receive(_ report: LiveFeed.Report, at now: Instant) {
        let wasLost = if case .lost = standing.connection { true } else { false }
        standing.receive(report, at: now)
        switch report {
        case .connected(let isResumed):
            if wasLost { note("connected again", at: now) }
            if !isResumed { isUnloaded = true }
        case .lost(let reason, let pause):
            let again = DurationFormat.running(TimeSpan(microseconds: pause.microseconds))
            note("no connection, trying again in \(again): \(reason)", at: now)
        case .message(.reset):
            isUnloaded = true
            note("some changes were missed", at: now)
        default:
            break
        }
        switch subject {
        case .one(var one):
            one.receive(report)
            subject = .one(one)
            if one.isGone { verdict = .failure(.erased(one.id)) }
        case .all(var all):
            switch report {
            case .message(.execution(let execution, let document)):
                receive(execution, document, in: &all, at: now)
            case .message(.erased(let id)):
                erase(id, in: &all, at: now)
            case .message(.realtime) where !hasServerTime:
                // What counts as news is decided by the server's clock.
                hasServerTime = true
                all = FollowedExecutions(filter: all.filter, since: standing.time(at: now))
                isUnloaded = true
            default:
                break
            }
            subject = .all(all)
        }
    }

    mutating func receive(_ answer: LiveAnswer, at now: Instant) {
        switch (subject, answer) {
        case (.one(var one), _):
            let (old, oldDocument) = (one.execution, one.document)
            one.receive(answer)
            subject = .one(one)
            if one.isGone { verdict = .failure(.erased(one.id)) }
            guard case .execution = answer, let execution = one.execution,
                one.document != oldDocument
            else { return }
            let document = String(decoding: one.document, as: UTF8.self)
            write(execution, since: old, document: document, at: now)
            verdict = execution.verdict.map { .success($0) }
        case (.all(var all), _):
            switch answer {
            case .open(let executions, let isWhole):
                if hasLoaded, isWhole { tellMissed(executions, in: all, at: now) }
                hasLoaded = true
                all.load(
                    executions, isWhole: isWhole, usual: [:], at: standing.time(at: now))
            case .execution(let execution, let document):
                guard all.wasAsked(execution.id) else { break }
                receive(execution, String(decoding: document, as: UTF8.self), in: &all, at: now)
            case .gone(let id):
                erase(id, in: &all, at: now)
            case .figures, .usualSteps:
                break
            }
            subject = .all(all)
        }
    }

    private mutating func receive(
        _ execution: ExecutionBody, _ document: String, in all: inout FollowedExecutions,
        at now: Instant
    ) {
        let old = all[execution.id]?.execution
        all.receive(execution, at: standing.time(at: now))
        guard all[execution.id] != nil else { return }
        write(execution, since: old, document: document, at: now)
    }

    private mutating func erase(_ id: String, in all: inout FollowedExecutions, at now: Instant) {
        if all[id] != nil, form == .lines {
            let time = LogText.time(standing.time(at: now))
            writeLine("\(time) \(LogText.value(id)) erased", at: now)
        }
        all.erase(id)
    }

    /// Tells what happened to those still open while nothing was heard.
    private mutating func tellMissed(
        _ executions: [ExecutionBody], in all: FollowedExecutions, at now: Instant
    ) {
        guard form == .lines else { return }
        for execution in executions where all.isDueToLoad(execution.id) {
            write(execution, since: all[execution.id]?.execution, document: "", at: now)
        }
    }

    mutating func press(_ key: Key) {}

    mutating func nextQuestion(at now: Instant) -> LiveQuestion? {
        guard standing.connection == .live else { return nil }
        switch subject {
        case .one(var one):
            defer { subject = .one(one) }
            // How long its steps usually take is not told here.
            guard let question = one.nextQuestion(), case .execution = question else { return nil }
            return question
        case .all(var all):
            defer { subject = .all(all) }
            guard isUnloaded else { return all.nextMissing().map { .execution(id: $0) } }
            isUnloaded = false
            all.willLoad()
            return .open(all.filter)
        }
    }

    // MARK: To the reader

    mutating func output(at now: Instant, size: TerminalSize?) -> LiveOutput {
        if case .all(var all) = subject {
            all.settle(at: standing.time(at: now))
            subject = .all(all)
        }
        if form == .lines, verdict == nil, now >= lastLineAt + Self.silence {
            writeLine("\(LogText.time(standing.time(at: now))) \(signOfLife(at: now))", at: now)
        }
        defer { pending = LiveOutput() }
        return pending
    }

    mutating func closing(at now: Instant, size: TerminalSize?) -> LiveOutput {
        defer { pending = LiveOutput() }
        return pending
    }

    private mutating func write(
        _ execution: ExecutionBody, since old: ExecutionBody?, document: String, at now: Instant
    ) {
        switch form {
        case .lines:
            let changes = ExecutionChanges(
                of: execution, since: old, now: standing.time(at: now))
            for line in changes.lines { writeLine(line, at: now) }
        case .jsonl:
            writeLine(document, at: now)
        }
    }

    private mutating func writeLine(_ line: String, at now: Instant) {
        lastLineAt = now
        pending.text += line + "\n"
    }

    private mutating func note(_ text: String, at now: Instant) {
        pending.notes += "\(LogText.time(standing.time(at: now))) \(text.plainLine())\n"
    }

    /// `ex_c40d9e5a still running step=charter elapsed=91s`, or how many of all are open.
    private func signOfLife(at now: Instant) -> String {
        let time = standing.time(at: now)
        switch subject {
        case .all(let all):
            let (queued, lost) = (
                all.queued.count, all.started.count { $0.execution.standing == .lost }
            )
            let running = all.started.count { $0.endedAt == nil } - lost
            return "\(running) running, \(queued) queued, \(lost) lost"
        case .one(let one):
            guard let execution = one.execution else { return "\(LogText.value(one.id)) unknown" }
            let start = execution.isQueued ? execution.createdAt : execution.attemptStartedAt
            let words = [
                "\(LogText.value(one.id)) still \(execution.status ?? "open")",
                execution.openStep.flatMap { $0.name ?? $0.key }
                    .map { "step=\(LogText.value($0))" },
                start.map { "elapsed=\(max(0, time.since($0).microseconds) / 1_000_000)s" },
            ]
            return words.compactMap(\.self).joined(separator: " ")
        }
    }
}
