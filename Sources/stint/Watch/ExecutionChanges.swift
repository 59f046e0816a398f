import StintModel
import StintStorage
import StintWire

/// What happened to an execution between two looks at it, one line for each change.
struct ExecutionChanges {
    struct Change: Hashable {
        var at: Instant
        var text: String
    }

    var execution: ExecutionBody
    /// Oldest first.
    private(set) var changes: [Change] = []

    /// - Parameters:
    ///   - old: The look before; `nil` for the first, of which everything is new.
    ///   - now: When something happened of which nobody said when.
    init(of execution: ExecutionBody, since old: ExecutionBody?, now: Instant) {
        self.execution = execution
        if old == nil, let created = execution.createdAt ?? execution.lastEventAt {
            add(created, "created", LogText.value(execution.agent ?? execution.name ?? ""))
        }
        addStart(since: old)
        addSteps(since: old, now: now)
        if execution.status != old?.status || execution.waitingFor != old?.waitingFor {
            addStanding(since: old, now: now)
        }
        if let goalMet = execution.goalMet, let old, old.standing?.isFinal ?? false,
            old.goalMet != goalMet
        {
            add(now, "goal", goalMet ? "met" : "missed")
        }
        // Sorting is stable: what is told with the same time stays in this order.
        changes.sort { $0.at < $1.at }
    }

    /// `2025-11-28T14:23:41Z ex_c40d9e5a started waited=2.10s worker=w-01`
    var lines: [String] {
        changes.map { "\(LogText.time($0.at)) \(LogText.value(execution.id)) \($0.text)" }
    }

    private mutating func add(_ at: Instant, _ words: String?...) {
        let text = words.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        changes.append(Change(at: at, text: text))
    }

    private mutating func addStart(since old: ExecutionBody?) {
        let attempt = execution.attempt ?? 1
        guard old?.startedAt == nil || old?.attempt ?? 1 < attempt,
            let start = execution.attemptStartedAt ?? execution.startedAt
        else { return }
        add(
            start, "started", attempt > 1 ? "attempt=\(attempt)" : nil,
            execution.queueWait.map { "waited=\(LogText.seconds($0))" },
            execution.attributes?["worker"].map { "worker=\(LogText.value($0.text))" })
    }

    private mutating func addSteps(since old: ExecutionBody?, now: Instant) {
        var known: [StepName: StepBody] = [:]
        for step in old?.steps ?? [] { known[StepName(step)] = step }
        for step in execution.steps ?? [] {
            let name = LogText.value(step.name ?? step.key ?? "")
            let before = known[StepName(step)]
            let number = step.try ?? 1
            if let start = step.startedAt, before?.startedAt == nil {
                add(start, "step \(name) started", step.try == nil ? nil : "try=\(number)")
            }
            guard let standing = step.standing, standing != before?.standing else { continue }
            switch standing {
            case .pending, .running: break
            case .lost: add(now, "step \(name) lost")
            case .skipped:
                let end = step.finishedAt ?? execution.finishedAt ?? execution.lastEventAt
                add(end ?? now, "step \(name) skipped")
            case .succeeded, .failed, .timedOut, .aborted:
                let end = step.startedAt.flatMap { start in step.duration.map { start + $0 } }
                add(
                    step.finishedAt ?? end ?? execution.lastEventAt ?? now,
                    "step \(name) \(standing.word)", number > 1 ? "try=\(number)" : nil,
                    step.duration.map { "ran=\(LogText.seconds($0))" },
                    step.tokens?.total.map { "tokens=\($0)" },
                    step.error?.type.map { "error=\(LogText.value($0))" })
            }
        }
    }

    private mutating func addStanding(since old: ExecutionBody?, now: Instant) {
        let last = execution.lastEventAt ?? now
        switch execution.standing {
        case .waiting:
            add(last, "waiting", execution.waitingFor.map { "for=\(LogText.value($0))" })
        case .running where old?.standing == .waiting:
            add(last, "resumed")
        case .running where old?.standing == .lost:
            add(last, "heard of again")
        case .lost:
            let because = execution.lostBecause
            add(
                now, "lost", because?.rule.map { "rule=\(LogText.value($0))" },
                because?.limitSeconds.flatMap { TimeSpan(seconds: $0) }
                    .map { "limit=\(LogText.seconds($0))" },
                execution.lastEventAt.map { "last_event=\(LogText.time($0))" })
        case .succeeded, .failed, .timedOut, .aborted:
            add(
                execution.finishedAt ?? last, execution.standing?.word ?? "",
                execution.duration.map { "ran=\(LogText.seconds($0))" },
                execution.tokens?.total.map { "tokens=\($0)" },
                execution.costUsd.flatMap(LogText.usd).map { "cost_usd=\($0)" },
                execution.goalMet.map { "goal=\($0 ? "met" : "missed")" },
                execution.error?.type.map { "error=\(LogText.value($0))" },
                execution.error?.message.map { "message=\(LogText.value($0))" })
        case .pending, .queued, .running, nil:
            break
        }
    }

    /// One try of one step in one attempt. A summary, which tells only of last tries, has no key.
    private struct StepName: Hashable {
        var name: String?
        var attempt: Int?
        var number: Int?

        init(_ step: StepBody) {
            name = step.key ?? step.name
            attempt = step.attempt
            number = step.try
        }
    }
}

/// How values are written in lines that programs read too.
enum LogText {
    /// RFC 3339 in UTC, to the second, cut.
    static func time(_ instant: Instant) -> String { "\(instant.rfc3339.prefix(19))Z" }

    /// A stranger's text in one word: in quotation marks where it is not one.
    static func value(_ text: String) -> String {
        let plain = text.plainLine()
        let isWord =
            !plain.isEmpty && !plain.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        if isWord { return plain }
        let escaped = plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// `2.10s`, `28.5s`, `110.4s`: two decimals under ten seconds, else one.
    static func seconds(_ span: TimeSpan) -> String {
        let microseconds = max(0, span.microseconds)
        let places = microseconds < 9_995_000 ? 2 : 1
        let unit: Int64 = places == 2 ? 10_000 : 100_000
        return "\(NumberFormat.decimal((microseconds + unit / 2) / unit, places: places))s"
    }

    /// US dollars with four decimals.
    static func usd(_ cost: Double) -> String? {
        guard cost.isFinite, (0..<1e12).contains(cost) else { return nil }
        return NumberFormat.decimal(Int64((cost * 10_000).rounded()), places: 4)
    }
}
