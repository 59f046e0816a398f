import StintModel
import StintStorage
import StintWire

// How executions failed, and how often.

extension Diagnosis {
    /// Failed executions that are read of the range, and of the period before it: the newest ones.
    private static let mostFailures: Int = 10_000
    /// The most groups that are told: those with most failures.
    private static let mostGroups = 100

    /// What failed or timed out, by the type of its error and the pattern of its message; the most
    /// frequent first.
    func failures() throws(StoreError) -> Found {
        var groups: [FailureGroup.Key: FailureGroup] = [:]
        let (range, length) = (range, question.range.to.since(question.range.from))
        let isCut = try eachFailure(in: range) { execution in
            groups[FailureGroup.Key(execution.state), default: FailureGroup()]
                .add(execution, in: range)
        }
        if groups.isEmpty { return Found() }
        var before: [FailureGroup.Key: Int64] = [:]
        let isBeforeCut = try eachFailure(
            in: (range.lowerBound - length)..<range.lowerBound
        ) { before[FailureGroup.Key($0.state), default: 0] += 1 }

        let sorted = groups.sorted {
            if $0.value.count != $1.value.count { return $0.value.count > $1.value.count }
            if $0.value.last != $1.value.last { return $0.value.last > $1.value.last }
            return $0.key.isBefore($1.key)
        }
        return Found(
            findings: sorted.prefix(Self.mostGroups).map { key, group in
                let previous = before[key] ?? 0
                return finding(key, group, previous, isNew: previous == 0 && !isBeforeCut)
            },
            isCut: isCut || isBeforeCut || groups.count > Self.mostGroups)
    }

    private func eachFailure(
        in range: Range<Instant>, _ visit: (StoredExecution) -> Void
    ) throws(StoreError) -> Bool {
        try snapshot.eachStopped(
            [.failed, .timedOut], of: agent, in: range, limit: Self.mostFailures, visit)
    }

    private func finding(
        _ key: FailureGroup.Key, _ group: FailureGroup, _ previous: Int64, isNew: Bool
    ) -> FindingBody {
        let type = key.type?.text
        let parts = [type ?? "no error type", key.message?.text].compactMap(\.self)
        let filter =
            type.map { DiagnosisCommands.option("--error", $0) }
            ?? ["--status", "failed", "--status", "timed_out"]
        return FindingBody(
            title: parts.joined(separator: ": "), count: group.count,
            executions: group.newest.map(\.rawValue), firstSeenAt: group.first,
            lastSeenAt: group.last,
            commands: [commands.list("List them", [filter])]
                + group.newest.prefix(1).map(commands.show),
            detail: .failures(
                FailuresBody(
                    errorType: type, message: key.message?.text, agents: group.shownPlaces,
                    previous: previous, isNew: isNew, trend: group.trend,
                    example: group.newest.first?.rawValue ?? "")))
    }
}

/// Failures that read alike.
private struct FailureGroup {
    struct Key: Hashable {
        let type: Spelling?
        /// Its pattern; `nil` where no message was told.
        let message: Spelling?

        init(_ state: ExecutionState) {
            let failure = state.failure
            type = failure?.type.map(Spelling.init)
            message = failure?.message.map { Spelling(MessagePattern($0).text) }
        }

        func isBefore(_ other: Key) -> Bool {
            let (left, right) = (type?.text ?? "", other.type?.text ?? "")
            return left == right
                ? (message?.text ?? "").isSpelledBefore(other.message?.text ?? "")
                : left.isSpelledBefore(right)
        }
    }

    private struct Place: Hashable {
        let agent: Spelling
        let step: Spelling?
    }

    private(set) var count: Int64 = 0
    private(set) var first = Instant(microseconds: .max)
    private(set) var last = Instant(microseconds: .min)
    /// In each 24th of the range.
    private(set) var trend = [Int64](repeating: 0, count: 24)
    private(set) var newest: [ExecutionID] = []
    private var places: [Place: Int64] = [:]

    /// - Parameter range: Of which the trend is; what is added stopped in it, the newest first.
    mutating func add(_ execution: StoredExecution, in range: Range<Instant>) {
        let state = execution.state
        guard let at = state.stopAt else { return }
        count += 1
        first = min(first, at)
        last = max(last, at)
        let length = range.upperBound.since(range.lowerBound).seconds
        let share = at.since(range.lowerBound).seconds / length
        trend[min(trend.count - 1, max(0, Int(share * Double(trend.count))))] += 1
        if newest.count < Diagnosis.mostNamed { newest.append(execution.id) }
        let step = state.failedStep.map { Spelling($0.key.name(of: $0.value)) }
        places[Place(agent: Spelling(state.agent), step: step), default: 0] += 1
    }

    /// Most often first.
    var shownPlaces: [FailuresBody.Place] {
        places.map { place, count in
            FailuresBody.Place(
                agent: place.agent.text.isEmpty ? nil : place.agent.text, step: place.step?.text,
                count: count)
        }
        .sorted {
            $0.count != $1.count
                ? $0.count > $1.count
                : ($0.agent ?? "", $0.step ?? "") < ($1.agent ?? "", $1.step ?? "")
        }
        .prefix(20).map(\.self)
    }
}
