import StintModel
import StintTraces
import Testing

@Suite struct TraceTests {
    @Test("a trace's id is written as 32 digits") func writesID() {
        #expect(TraceID(high: 1, low: 2)?.text == "00000000000000010000000000000002")
        #expect(TraceID(high: 0, low: 0) == nil)
    }
}
