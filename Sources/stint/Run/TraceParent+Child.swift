import StintModel

extension TraceParent {
    /// What a child is told: the trace that we are in, else the one that is named as the execution, so
    /// that spans of the child meet in it.
    static func forChild(of outer: String?, execution id: String) -> String {
        let span = newID().prefix(16)
        let trace =
            outer.flatMap(TraceParent.init)?.traceID
            ?? TraceParent("00-\(id)-\(span)-01")?.traceID ?? newID()
        return "00-\(trace)-\(span)-01"
    }

    /// 32 hex digits that nobody else makes up.
    static func newID() -> String {
        (0..<16).map { index in
            let byte = UInt8.random(in: index % 8 == 0 ? 1...255 : 0...255)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
