public import StintModel
public import StintStorage
public import StintTraces

/// Traces as agent programs send them: runs in runs, model calls, tools, web frameworks around them,
/// several runs in one trace, several traces of one run. The seed decides everything.
public struct SampleTraces: Sendable {
    private var random: SeededGenerator
    private var number = 0

    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// A trace with all its spans.
    public struct Sample: Sendable {
        public let id: TraceID
        public var spans: [TraceSpan]

        /// All of it, some of it twice, in any order and in portions of a few spans.
        public func deliveries(using random: inout SeededGenerator) -> [[TraceRecording]] {
            var left = spans + spans.filter { _ in random.chance(20) }
            left.shuffle(using: &random)
            var portions: [[TraceRecording]] = []
            while !left.isEmpty {
                let portion = left.prefix(1 + random.below(5))
                portions.append([
                    TraceRecording(workspace: .default, id: id, spans: Array(portion))
                ])
                left.removeFirst(portion.count)
            }
            return portions
        }
    }

    /// A program that answers requests, each of which runs an agent; some run several, one after the
    /// other, and every fifth runs none.
    public mutating func next() -> Sample {
        number += 1
        let id = TraceID(high: random.next() | 1, low: UInt64(number))!
        let start = SampleFleet.noon + .seconds(Int64(number))
        var sample = Sample(id: id, spans: [])
        var request = span(.plumbing, "POST /ask", in: nil, from: start)
        let hasRequest = random.chance(50)
        var at = start + .thousandths(1)
        for _ in 0..<(number % 5 == 0 ? 0 : 1 + random.below(number % 3 + 1)) {
            var run = span(.agent, "planner", in: hasRequest ? request : nil, from: at)
            run.agent = random.pick(SampleFleet.agents)
            if !hasRequest {
                // Whoever called it is in another process, and not tracked.
                run.parent = SpanID(random.next() | 1)
                run.parentage = .elsewhere
            }
            // The same for two traces after one another.
            if number % 7 > 4 { run.execution = ExecutionID(rawValue: "order-\(number / 7)") }
            at = fill(&run, from: at, depth: 0, into: &sample)
            sample.spans.append(run)
        }
        if !sample.spans.contains(where: { $0.role == .agent }) {
            var query = span(.plumbing, "SELECT", in: request, from: at)
            query.end = at + .thousandths(3)
            sample.spans.append(query)
        }
        request.end = at + .thousandths(1)
        if hasRequest || sample.spans.allSatisfy({ $0.role == .plumbing }) {
            sample.spans.append(request)
        }
        return sample
    }

    private mutating func span(
        _ role: TraceSpan.Role, _ name: String, in parent: TraceSpan?, from start: Instant
    ) -> TraceSpan {
        TraceSpan(
            id: SpanID(random.next() | 1)!, parent: parent?.id, role: role, name: name,
            start: start, end: nil)
    }

    /// Gives a run its steps and its end.
    private mutating func fill(
        _ run: inout TraceSpan, from start: Instant, depth: Int, into sample: inout Sample
    ) -> Instant {
        var at = start
        for step in 0..<(1 + random.below(4)) {
            at = at + .thousandths(Int64(1 + random.below(400)))
            let role = random.pick(
                [TraceSpan.Role.model, .model, .tool, .tool, .agent, .plumbing])
            var child = span(role, "step \(step)", in: run, from: at)
            switch role {
            case .model:
                child.model = random.pick(["large-2", "small-1"])
                child.tokens = Tokens(
                    input: Int64(random.below(4_000)), output: Int64(random.below(900)))
                child.attributes = [Attribute("temperature", .double(0.2))]
            case .agent where depth < 2:
                child.agent = random.pick(SampleFleet.agents)
                at = fill(&child, from: at, depth: depth + 1, into: &sample)
            default:
                break
            }
            if child.end == nil {
                at = at + .thousandths(Int64(1 + random.below(900)))
                child.end = at
            }
            if random.chance(10) { fail(&child) }
            sample.spans.append(child)
        }
        at = at + .thousandths(2)
        // Some are still at it.
        if depth > 0 || !random.chance(10) { run.end = at }
        if random.chance(10) { fail(&run) }
        return at
    }

    private mutating func fail(_ span: inout TraceSpan) {
        span.status = .error
        span.failure = Failure(
            type: random.pick(["RateLimitError", "ToolTimeout"]), message: "no answer")
    }
}

extension RecordingGroup {
    /// Spans as one request would bring them.
    public init(traces: [TraceRecording], receivedAt: Instant = SampleFleet.noon) {
        self.init(recordings: [], traces: traces, receivedAt: receivedAt)
    }
}

extension TimeSpan {
    fileprivate static func thousandths(_ count: Int64) -> TimeSpan {
        TimeSpan(microseconds: count * 1_000)
    }
}
