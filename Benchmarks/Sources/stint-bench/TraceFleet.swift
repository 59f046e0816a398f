import Foundation

/// Makes traces of agents' runs: each a run with four model calls, four tool calls and a step between,
/// ten spans as frameworks send them.
struct TraceFleet {
    private var next: UInt64
    private let begin: Double

    /// - Parameters:
    ///   - first: What the ids begin with, so that fleets beside each other do not meet.
    ///   - begin: Of the first run, in seconds since 1970; each begins a millisecond after the last.
    init(first: UInt64, begin: Double) {
        next = first
        self.begin = begin
    }

    static let spansPerTrace = 10

    /// Bodies of so many traces each.
    mutating func bodies(_ count: Int, ofTraces traces: Int, as form: Form) -> [[UInt8]] {
        (0..<count).map { _ in
            let spans = (0..<traces).flatMap { _ in trace() }
            return form == .protobuf ? Self.protobuf(spans) : Self.json(spans)
        }
    }

    enum Form { case protobuf, json }

    private struct Span {
        var trace: UInt64
        var id: UInt64
        var parent: UInt64
        var name: String
        var start: UInt64
        var end: UInt64
        var texts: [(key: String, value: String)]
        var numbers: [(key: String, value: Int)] = []
    }

    private mutating func trace() -> [Span] {
        let trace = next
        next += 1
        let start = UInt64((begin + Double(trace & 0xFFFF_FFFF) * 0.001) * 1e9)
        let agent = "agent-\(trace % 20)"
        let root = trace << 8 | 1
        func time(_ milliseconds: Int) -> UInt64 { start + UInt64(milliseconds) * 1_000_000 }
        var spans: [Span] = []
        for place in 0..<4 {
            spans.append(
                Span(
                    trace: trace, id: trace << 8 | UInt64(place + 16), parent: root,
                    name: "chat gpt-4o-mini", start: time(place * 200),
                    end: time(place * 200 + 150),
                    texts: [
                        ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "openai"),
                        ("gen_ai.request.model", "gpt-4o-mini"),
                        ("gen_ai.response.model", "gpt-4o-mini-2026-01-01"),
                    ],
                    numbers: [
                        ("gen_ai.usage.input_tokens", 1_000 + place),
                        ("gen_ai.usage.output_tokens", 200 + place),
                    ]))
            spans.append(
                Span(
                    trace: trace, id: trace << 8 | UInt64(place + 32), parent: root,
                    name: "execute_tool search", start: time(place * 200 + 150),
                    end: time(place * 200 + 190),
                    texts: [
                        ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "search"),
                    ]))
        }
        spans.append(
            Span(
                trace: trace, id: trace << 8 | 2, parent: root, name: "cycle", start: time(0),
                end: time(790), texts: []))
        spans.append(
            Span(
                trace: trace, id: root, parent: 0, name: "invoke_agent \(agent)", start: time(0),
                end: time(800),
                texts: [
                    ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", agent),
                    ("gen_ai.conversation.id", "conversation-\(trace)"),
                ]))
        return spans
    }

    // MARK: Forms

    private static func protobuf(_ spans: [Span]) -> [UInt8] {
        var scope = Message()
        for span in spans {
            var message = Message()
            message.add(1, bytes: bigEndian(0x5717) + bigEndian(span.trace))
            message.add(2, bytes: bigEndian(span.id))
            if span.parent != 0 { message.add(4, bytes: bigEndian(span.parent)) }
            message.add(5, bytes: Array(span.name.utf8))
            message.add(6, number: 1)
            message.add(7, fixed: span.start)
            message.add(8, fixed: span.end)
            for (key, value) in span.texts {
                message.add(9, bytes: attribute(key) { $0.add(1, bytes: Array(value.utf8)) })
            }
            for (key, value) in span.numbers {
                message.add(9, bytes: attribute(key) { $0.add(3, number: UInt64(value)) })
            }
            scope.add(2, bytes: message.bytes)
        }
        var resource = Message()
        resource.add(
            1, bytes: attribute("service.name") { $0.add(1, bytes: Array("bench".utf8)) })
        var resourceSpans = Message()
        resourceSpans.add(1, bytes: resource.bytes)
        resourceSpans.add(2, bytes: scope.bytes)
        var export = Message()
        export.add(1, bytes: resourceSpans.bytes)
        return export.bytes
    }

    private static func attribute(_ key: String, _ write: (inout Message) -> Void) -> [UInt8] {
        var value = Message()
        write(&value)
        var attribute = Message()
        attribute.add(1, bytes: Array(key.utf8))
        attribute.add(2, bytes: value.bytes)
        return attribute.bytes
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func json(_ spans: [Span]) -> [UInt8] {
        func hex(_ value: UInt64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let list = spans.map { span in
            let texts = span.texts.map {
                #"{"key":"\#($0.key)","value":{"stringValue":"\#($0.value)"}}"#
            }
            let numbers = span.numbers.map {
                #"{"key":"\#($0.key)","value":{"intValue":"\#($0.value)"}}"#
            }
            return
                #"{"traceId":"\#(hex(0x5717))\#(hex(span.trace))","spanId":"\#(hex(span.id))","#
                + (span.parent == 0 ? "" : #""parentSpanId":"\#(hex(span.parent))","#)
                + #""name":"\#(span.name)","kind":1,"startTimeUnixNano":"\#(span.start)","#
                + #""endTimeUnixNano":"\#(span.end)","attributes":["#
                + (texts + numbers).joined(separator: ",") + "]}"
        }
        return Array(
            (#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bench"}}]},"scopeSpans":[{"spans":["#
                + list.joined(separator: ",") + "]}]}]}").utf8)
    }
}

/// Writes a message of protobuf.
private struct Message {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ field: UInt8, bytes content: [UInt8]) {
        bytes.append(field << 3 | 2)
        add(varint: UInt64(content.count))
        bytes += content
    }

    mutating func add(_ field: UInt8, number: UInt64) {
        bytes.append(field << 3)
        add(varint: number)
    }

    mutating func add(_ field: UInt8, fixed: UInt64) {
        bytes.append(field << 3 | 1)
        withUnsafeBytes(of: fixed.littleEndian) { bytes += $0 }
    }

    private mutating func add(varint: UInt64) {
        var rest = varint
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
