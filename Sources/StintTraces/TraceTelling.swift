public import StintModel

/// What a trace tells at some time: which executions, and of each which events.
///
/// Events are many and are made when asked for. Of a trace that grows span by span it is asked what is
/// new since before, which costs a look at every span, but no event of those that had come already.
public struct TraceTelling: Sendable {
    /// What is told of one execution otherwise than before.
    public enum Change: Hashable, Sendable {
        case none
        /// Events beside those told before.
        case more([Event])
        /// Everything anew: what was told before may not be so.
        case whole([Event])
    }

    private struct Told: Sendable {
        let id: ExecutionID
        /// Two runs of one trace may name the same execution.
        var runs: [Run]
    }

    private struct Run: Sendable {
        let telling: RunTelling
        let started: Event
        let finished: Event?

        var steps: TraceSteps { telling.steps }

        /// - Returns: `nil` for one that has no start, and so tells nothing.
        init?(_ telling: RunTelling, as id: ExecutionID) {
            guard let started = telling.started(as: id) else { return nil }
            self.telling = telling
            self.started = started
            finished = telling.finished(as: id)
        }
    }

    private let spans: [TraceSpan]
    /// Whether ``TracedExecution/isCut``.
    public let isCut: Bool
    /// By id.
    private let told: [Told]

    init(_ trace: Trace) {
        let assembly = TraceAssembly(trace)
        spans = assembly.spans
        isCut = assembly.isCut
        var told = assembly.runs().compactMap { run -> Told? in
            let telling = RunTelling(run, of: assembly)
            let id = telling.id
            return Run(telling, as: id).map { Told(id: id, runs: [$0]) }
        }
        told.sort { $0.id.rawValue.isSpelledBefore($1.id.rawValue) }
        self.told = told.reduce(into: []) { merged, next in
            if merged.last?.id == next.id {
                merged[merged.count - 1].runs += next.runs
            } else {
                merged.append(next)
            }
        }
    }

    /// The executions, each once, by id.
    public var ids: [ExecutionID] { told.map(\.id) }

    public func executions() -> [TracedExecution] {
        told.map { TracedExecution(id: $0.id, events: Self.events(of: $0), isCut: isCut) }
    }

    private static func events(of told: Told) -> [Event] {
        told.runs.flatMap { run -> [Event] in
            var events = [run.started]
            events.reserveCapacity(2 + 3 * run.steps.indices.count)
            for index in run.steps.indices {
                run.telling.append(step: index, of: told.id, to: &events)
            }
            if let finished = run.finished { events.append(finished) }
            return events
        }
    }

    // MARK: What is new

    /// Of each execution what is told otherwise than before, in the order of ``ids``; of one that was
    /// not told of before, everything.
    ///
    /// - Parameters:
    ///   - old: What the same trace told before.
    ///   - fresh: The spans that came since.
    public func changes(since old: TraceTelling, fresh: [TraceSpan]) -> [Change] {
        let fresh = Set(fresh.flatMap { [$0.id, $0.announces ?? $0.id] })
        let places = places(in: old)
        return told.map { told in
            let before = old.told.first { $0.id == told.id }
            if let before, isCut == old.isCut, told.runs.count == 1, before.runs.count == 1,
                let more = Self.more(
                    told.runs[0], since: before.runs[0], of: told.id, fresh: fresh, places: places)
            {
                return more.isEmpty ? .none : .more(more)
            }
            return .whole(Self.events(of: told))
        }
    }

    /// For each span its index before; -1 where it was not known.
    private func places(in old: TraceTelling) -> [Int] {
        var place = 0
        return spans.map { span in
            while place < old.spans.count, old.spans[place].id < span.id { place += 1 }
            return place < old.spans.count && old.spans[place].id == span.id ? place : -1
        }
    }

    /// The events of a run that were not told before.
    ///
    /// - Returns: `nil` where an event that was told is so no longer.
    private static func more(
        _ run: Run, since old: Run, of id: ExecutionID, fresh: Set<SpanID>,
        places: [Int]
    ) -> [Event]? {
        guard run.started == old.started, old.finished == nil || run.finished == old.finished else {
            return nil
        }
        var more: [Event] = []
        var known = 0
        for index in run.steps.indices {
            let place = places[index]
            guard place >= 0, old.steps.isStep[place] else {
                run.telling.append(step: index, of: id, to: &more)
                continue
            }
            known += 1
            func isSame(_ one: Int, _ other: Int) -> Bool {
                one < 0
                    ? other < 0 : places[one] == other && !fresh.contains(run.telling.spans[one].id)
            }
            if isSame(index, place),
                isSame(run.steps.retold[index] ?? -1, old.steps.retold[place] ?? -1),
                idAround(index, run) == idAround(place, old)
            {
                continue
            }
            var (told, toldBefore): ([Event], [Event]) = ([], [])
            run.telling.append(step: index, of: id, to: &told)
            old.telling.append(step: place, of: id, to: &toldBefore)
            guard toldBefore.allSatisfy(told.contains) else { return nil }
            more += told.filter { !toldBefore.contains($0) }
        }
        guard known == old.steps.indices.count else { return nil }
        if old.finished == nil, let finished = run.finished { more.append(finished) }
        return more
    }

    private static func idAround(_ index: Int, _ run: Run) -> SpanID? {
        let outer = run.steps.around[index]
        return outer >= 0 ? run.telling.spans[outer].id : nil
    }
}
