import StintModel
import StintStorage
import StintStorageTesting
import StintTraces
import Testing

/// What is new of a trace, against all that it tells.
@Suite struct TraceTellingTests {
    /// Follows a trace as it grows: what was told, with what is new, is what is told.
    private static func follow(_ portions: [[TraceSpan]], of id: TraceID) -> (more: Int, whole: Int)
    {
        var trace = Trace(id: id)
        var told: [ExecutionID: Set<Event>] = [:]
        var (more, whole) = (0, 0)
        for portion in portions {
            let before = trace.telling()
            trace.merge(portion)
            let now = trace.telling()
            let changes = now.changes(since: before, fresh: portion)
            var next: [ExecutionID: Set<Event>] = [:]
            for (id, change) in zip(now.ids, changes) {
                switch change {
                case .none: next[id] = told[id]
                case .more(let events):
                    more += 1
                    #expect(told[id]?.isDisjoint(with: events) == true)
                    next[id] = told[id]?.union(events)
                case .whole(let events):
                    whole += 1
                    next[id] = Set(events)
                }
            }
            let all = trace.executions().map { ($0.id, Set($0.events)) }
            #expect(next == Dictionary(uniqueKeysWithValues: all))
            told = next
        }
        return (more, whole)
    }

    @Test func `with what is new, what was told is what is told`() {
        var fleet = SampleTraces(seed: 83)
        var random = SeededGenerator(seed: 83)
        var sums = (more: 0, whole: 0)
        for _ in 0..<300 {
            let sample = fleet.next()
            // Starts that were told ahead, which their spans take the place of.
            let markers = sample.spans.filter { _ in random.chance(30) }.map { span in
                var marker = span
                marker.id = SpanID(random.next() | 1)!
                marker.announces = span.id
                marker.end = nil
                return marker
            }
            var spans = sample.spans + markers + sample.spans.filter { _ in random.chance(10) }
            spans.shuffle(using: &random)
            var portions: [[TraceSpan]] = []
            while !spans.isEmpty {
                let portion = spans.prefix(1 + random.below(3))
                portions.append(Array(portion))
                spans.removeFirst(portion.count)
            }
            let counts = Self.follow(portions, of: sample.id)
            sums.more += counts.more
            sums.whole += counts.whole
        }
        #expect(sums.more > 100 && sums.whole > 100, "\(sums)")
    }

    @Test func `a step that comes once its run is known is told without the others`() {
        let start = SampleFleet.noon
        func span(_ number: UInt64, _ role: TraceSpan.Role, in parent: UInt64?) -> TraceSpan {
            TraceSpan(
                id: SpanID(number)!, parent: parent.flatMap { SpanID($0) }, role: role, name: "s",
                start: start + .seconds(Int64(number)), end: start + .seconds(Int64(number) + 1))
        }
        var run = span(1, .agent, in: nil)
        run.agent = "planner"
        let steps = (2...40).map { span($0, .tool, in: 1) }
        let id = TraceID(high: 0, low: 1)!
        // As they end, so their parent comes last: all of it is told anew when it does.
        #expect(Self.follow((steps + [run]).map { [$0] }, of: id) == (38, 2))
        // The parent first, as where its start is told ahead.
        #expect(Self.follow(([run] + steps).map { [$0] }, of: id) == (39, 1))
    }
}
