import StintIngest
import StintModel
import StintTraces
import Testing

/// The spans of each captured trace, in any order and grouping, any number of times.
@Suite struct OTLPOrderTests {
    @Test(arguments: OTLPFixture.paths)
    func `spans in every order make one trace`(_ path: String) throws {
        for (id, spans) in try OTLPFixture(path).traces {
            var whole = Trace(id: id)
            whole.merge(spans)
            var generator = SeededGenerator(seed: id.low)
            for order in Self.orders(of: spans, &generator) {
                var trace = Trace(id: id)
                var rest = order[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...rest.count, using: &generator)
                    // What was sent before comes again with some of it.
                    let again = order.filter { _ in Bool.random(using: &generator) }
                    trace.merge(Array(rest.prefix(count)))
                    if order.count - rest.count > 0 {
                        trace.merge(again.filter { trace.spans.contains($0) })
                    }
                    rest = rest.dropFirst(count)
                }
                #expect(trace == whole)
            }
        }
    }

    /// Where a span's parent ran in the same process, that parent will still be sent.
    @Test(arguments: OTLPFixture.paths)
    func `no run is shown to have ended before its outermost span has`(_ path: String) throws {
        for (id, spans) in try OTLPFixture(path).traces {
            var whole = Trace(id: id)
            whole.merge(spans)
            let known = Set(spans.map(\.id))
            let outermost = spans.filter { span in
                guard let parent = span.parent else { return span.announces == nil }
                return span.parentage == .elsewhere || !known.contains(parent)
            }
            var generator = SeededGenerator(seed: id.high)
            for _ in 0..<20 {
                var trace = Trace(id: id)
                for span in spans.shuffled(using: &generator) {
                    trace.merge([span])
                    let isEnded = trace.executions().views.contains { $0.status.isFinal }
                    let isKnown = outermost.contains { trace.spans.contains($0) }
                    #expect(!isEnded || isKnown)
                }
                #expect(trace.executions() == whole.executions())
            }
        }
    }

    /// All orders of up to five spans; of more, a hundred and their reverse.
    private static func orders(
        of spans: [TraceSpan], _ generator: inout SeededGenerator
    ) -> [[TraceSpan]] {
        if spans.count > 5 {
            return (0..<100).map { _ in spans.shuffled(using: &generator) } + [spans.reversed()]
        }
        var orders: [[TraceSpan]] = [[]]
        for span in spans {
            orders = orders.flatMap { order in
                (0...order.count).map { place in
                    Array(order[..<place]) + [span] + Array(order[place...])
                }
            }
        }
        return orders
    }
}
