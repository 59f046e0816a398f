import StintModel
import StintTraces
import Testing

@Suite struct TraceTests {
    @Test func `a trace's id is written as 32 digits`() {
        #expect(TraceID(high: 1, low: 0xABC)?.text == "00000000000000010000000000000abc")
        #expect(TraceID(high: 0, low: 0) == nil)
        #expect(SpanID(0) == nil)
    }

    @Test func `a span that is known changes nothing`() {
        var known = trace([span(1), span(2)])
        let isChangedByKnown = known.merge([span(2), span(1), span(2)])
        let isChangedByNew = known.merge([span(3)])
        #expect(!isChangedByKnown)
        #expect(isChangedByNew)
        #expect(known.spans.map(\.id.bits) == [1, 2, 3])
    }

    @Test func `of two contents of one id the same stands in either order`() {
        let contents = [
            span(1, from: 5), span(1, from: 5, to: nil), span(1, nil, .tool, from: 5),
            span(1, nil, .tool, "name", from: 5, to: 11), span(1, from: 6),
        ]
        for one in contents {
            for other in contents {
                #expect(trace([one, other]) == trace([other, one]))
                #expect(trace([one, other]).spans.count == 1)
            }
        }
        #expect(trace(contents).spans == [contents[3]])
    }

    @Test func `a span that ended stands over the same one open`() {
        let open = span(1, nil, .tool, "a longer name", to: nil)
        #expect(trace([open, span(1)]).spans == [span(1)])
    }

    @Test func `names that Unicode takes for the same are still two contents`() {
        let composed = span(1, nil, .tool, "caf\u{E9}")
        let decomposed = span(1, nil, .tool, "cafe\u{301}")
        let bytes = [trace([composed, decomposed]), trace([decomposed, composed])].map {
            Array($0.spans[0].name.utf8)
        }
        #expect(bytes[0] == bytes[1])
    }

    @Test func `what a trace too long leaves out does not depend on the order`() {
        let count = Limits.spansPerTrace + 50
        // Ids against the order of start; some are told again with another start.
        var spans = (1...count).map { number in
            span(UInt64(count - number + 1), from: Int64(number / 3), to: nil)
        }
        spans += spans.prefix(200).map { span($0.id.bits, from: Int64($0.id.bits), to: nil) }
        let whole = trace(spans)
        #expect(whole.spans.count == Limits.spansPerTrace + 1)
        #expect(whole.isCut)
        var parts = trace(Array(spans.suffix(spans.count / 2)))
        parts.merge(Array(spans.prefix(spans.count * 2 / 3)))
        #expect(parts == whole)
        let isChanged = parts.merge(Array(spans.suffix(1_000)))
        #expect(!isChanged)
        #expect(whole.spans.contains { $0.start == Instant(microseconds: 0) })
    }

    @Test func `a trace too long says so of its executions, in whatever order it came`() {
        let run = agent(1, named: "long", to: 20_000)
        let steps = (2...Limits.spansPerTrace).map { number in
            span(UInt64(number), below: 1, .here, .tool, "t", from: Int64(number))
        }
        let full = trace([run] + steps)
        #expect(full.spans.count == Limits.spansPerTrace)
        #expect(full.executions().map(\.isCut) == [false])
        // One more, at the end and at the beginning; and one that is known already.
        let late = span(.max, below: 1, .here, .tool, "late", from: 15_000)
        let early = span(.max, below: 1, .here, .tool, "early", from: 1)
        for more in [late, early] {
            var grown = full
            let isChanged = grown.merge([more])
            #expect(isChanged)
            #expect(grown.executions().map(\.isCut) == [true])
            var begun = trace([more])
            begun.merge(steps.reversed() + [run])
            #expect(begun == grown)
            let isChangedAgain = grown.merge([steps[7], more])
            #expect(!isChangedAgain)
        }
        var same = full
        same.merge([steps[3]])
        #expect(!same.isCut)
    }
}
