/// The place of a process in a W3C trace, as its environment names it.
struct TraceParent: Hashable, Sendable {
    let traceID: String

    /// - Parameter text: A `traceparent`, as of version 00.
    init?(_ text: String?) {
        let parts = (text ?? "").split(separator: "-")
        guard parts.count >= 4, Self.isTraceID(String(parts[1])) else { return nil }
        traceID = String(parts[1])
    }

    private init(traceID: String) { self.traceID = traceID }

    /// What a child is told: the trace that we are in, else the one that is named as the execution, so
    /// that spans of the child meet in it.
    static func forChild(of outer: String?, execution id: String) -> String {
        let trace = TraceParent(outer) ?? TraceParent(traceID: isTraceID(id) ? id : newID())
        return "00-\(trace.traceID)-\(newID().prefix(16))-01"
    }

    /// 32 hex digits that nobody else makes up.
    static func newID() -> String {
        (0..<16).map { index in
            let byte = UInt8.random(in: index % 8 == 0 ? 1...255 : 0...255)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    private static func isTraceID(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && text.contains { $0 != "0" }
    }
}
