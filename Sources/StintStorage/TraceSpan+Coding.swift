import StintModel
public import StintTraces

// The stored form of spans, version 1: those of a trace that came together.

extension TraceSpan {
    private static let version: UInt8 = 1

    /// Which of the parts that may be absent follow.
    private struct Parts: OptionSet {
        let rawValue: UInt16

        static let parent = Parts(rawValue: 1)
        static let announces = Parts(rawValue: 1 << 1)
        static let end = Parts(rawValue: 1 << 2)
        static let failure = Parts(rawValue: 1 << 3)
        static let agent = Parts(rawValue: 1 << 4)
        static let workflow = Parts(rawValue: 1 << 5)
        static let service = Parts(rawValue: 1 << 6)
        static let execution = Parts(rawValue: 1 << 7)
        static let tokens = Parts(rawValue: 1 << 8)
        static let model = Parts(rawValue: 1 << 9)
        static let requestModel = Parts(rawValue: 1 << 10)
        static let cost = Parts(rawValue: 1 << 11)
        static let facts = Parts(rawValue: 1 << 12)
        static let attributes = Parts(rawValue: 1 << 13)

        init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        init(of span: TraceSpan) {
            self = []
            if span.parent != nil { insert(.parent) }
            if span.announces != nil { insert(.announces) }
            if span.end != nil { insert(.end) }
            if span.failure != nil { insert(.failure) }
            if span.agent != nil { insert(.agent) }
            if span.workflow != nil { insert(.workflow) }
            if span.service != nil { insert(.service) }
            if span.execution != nil { insert(.execution) }
            if span.tokens != nil { insert(.tokens) }
            if span.model != nil { insert(.model) }
            if span.requestModel != nil { insert(.requestModel) }
            if span.costNanos != nil { insert(.cost) }
            if !span.facts.isEmpty { insert(.facts) }
            if !span.attributes.isEmpty { insert(.attributes) }
        }
    }

    public static func encoded(_ spans: [TraceSpan]) -> [UInt8] {
        var writer = BinaryWriter()
        writer.reserve(16 + spans.count * 160)
        writer.byte(version)
        writer.count(spans.count)
        // Spans of a trace lie close together.
        let base = spans.first?.start ?? Instant(microseconds: 0)
        writer.zigzag(base.microseconds)
        for span in spans { span.encode(to: &writer, from: base) }
        return writer.bytes
    }

    /// Reads what ``encoded(_:)`` wrote.
    public static func decoded(
        _ bytes: UnsafeRawBufferPointer
    ) throws(DamagedBytes) -> [TraceSpan] {
        var reader = BinaryReader(bytes)
        guard try reader.byte() == version else { throw DamagedBytes() }
        let count = try reader.count()
        let base = try reader.instant(from: Instant(microseconds: 0))
        var spans: [TraceSpan] = []
        spans.reserveCapacity(min(count, 1_000))
        for _ in 0..<count { spans.append(try TraceSpan(encoded: &reader, from: base)) }
        guard reader.isAtEnd else { throw DamagedBytes() }
        return spans
    }

    private func encode(to writer: inout BinaryWriter, from base: Instant) {
        writer.fixed64(id.bits)
        writer.varint(UInt64(Parts(of: self).rawValue))
        writer.byte(role.rawValue)
        writer.byte(parentage.rawValue)
        writer.byte(status.rawValue)
        writer.string(name)
        writer.instant(start, from: base)
        if let parent { writer.fixed64(parent.bits) }
        if let announces { writer.fixed64(announces.bits) }
        if let end { writer.instant(end, from: start) }
        if let failure { writer.failure(failure, from: start) }
        if let agent { writer.string(agent) }
        if let workflow { writer.string(workflow) }
        if let service { writer.string(service) }
        if let execution { writer.string(execution.rawValue) }
        if let tokens { writer.tokens(tokens) }
        if let model { writer.string(model) }
        if let requestModel { writer.string(requestModel) }
        if let costNanos { writer.zigzag(costNanos) }
        if !facts.isEmpty { writer.facts(facts) }
        if !attributes.isEmpty { writer.attributes(attributes) }
    }

    private init(encoded reader: inout BinaryReader, from base: Instant) throws(DamagedBytes) {
        let id = try reader.spanID()
        guard let bits = UInt16(exactly: try reader.varint()) else { throw DamagedBytes() }
        let parts = Parts(rawValue: bits)
        let role = try Role(stored: &reader)
        let parentage = try Parentage(stored: &reader)
        let status = try Status(stored: &reader)
        let name = try reader.string()
        let start = try reader.instant(from: base)
        self.init(
            id: id, parent: parts.contains(.parent) ? try reader.spanID() : nil,
            parentage: parentage, role: role, name: name, start: start, end: nil, status: status)
        if parts.contains(.announces) { announces = try reader.spanID() }
        if parts.contains(.end) { end = try reader.instant(from: start) }
        if parts.contains(.failure) { failure = try reader.failure(from: start) }
        if parts.contains(.agent) { agent = try reader.string() }
        if parts.contains(.workflow) { workflow = try reader.string() }
        if parts.contains(.service) { service = try reader.string() }
        if parts.contains(.execution) { execution = try reader.executionID() }
        if parts.contains(.tokens) { tokens = try reader.tokens() }
        if parts.contains(.model) { model = try reader.string() }
        if parts.contains(.requestModel) { requestModel = try reader.string() }
        if parts.contains(.cost) { costNanos = try reader.zigzag() }
        if parts.contains(.facts) { facts = try reader.facts() }
        if parts.contains(.attributes) { attributes = try reader.attributes() }
    }
}

extension BinaryReader {
    fileprivate mutating func spanID() throws(DamagedBytes) -> SpanID {
        guard let id = SpanID(try fixed64()) else { throw DamagedBytes() }
        return id
    }

    fileprivate mutating func executionID() throws(DamagedBytes) -> ExecutionID {
        guard let id = ExecutionID(rawValue: try string()) else { throw DamagedBytes() }
        return id
    }
}
