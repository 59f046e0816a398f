import StintModel

/// Passes over the bytes of a trace export before anything is built of them: whether they are
/// protobuf, where they are not, and how many messages they hold.
///
/// Two bytes say an empty message, which takes fifty times as many once it is built; so they are
/// counted first. Takes time linear in the bytes, and no memory.
struct OTLPScan {
    private let bytes: UnsafeRawBufferPointer
    private var tally: OTLPTally

    /// - Throws: ``OTLPBodyError``, with the offset where the bytes are not protobuf.
    static func check(
        _ bytes: UnsafeRawBufferPointer, maximumSpans: Int
    ) throws(OTLPBodyError) {
        var scan = OTLPScan(bytes: bytes, tally: OTLPTally(spans: maximumSpans))
        try scan.pass(.export, from: 0, to: bytes.count, depth: 1)
    }

    /// The messages there are, by what they hold.
    private enum Shape {
        case export, resourceSpans, resource, scopeSpans, scope, span, spanPart, status
        case keyValue, anyValue, array, keyValues

        /// The message in a field; `nil` where the field holds none, or is not known.
        func message(in field: UInt64) -> Shape? {
            switch (self, field) {
            case (.export, 1): .resourceSpans
            case (.resourceSpans, 1): .resource
            case (.resourceSpans, 2): .scopeSpans
            case (.resource, 1): .keyValue
            case (.scopeSpans, 1): .scope
            case (.scopeSpans, 2): .span
            case (.span, 9): .keyValue
            // An event's attributes are its field 3, a link's its field 4; neither has the other.
            case (.span, 11), (.span, 13): .spanPart
            case (.span, 15): .status
            case (.spanPart, 3), (.spanPart, 4): .keyValue
            case (.keyValue, 2): .anyValue
            case (.anyValue, 5): .array
            case (.anyValue, 6): .keyValues
            case (.array, 1): .anyValue
            case (.keyValues, 1): .keyValue
            default: nil
            }
        }
    }

    private mutating func pass(
        _ shape: Shape, from start: Int, to end: Int, depth: Int
    ) throws(OTLPBodyError) {
        guard depth <= Limits.exportDepth else {
            throw .malformed(
                detail: "Messages stand in each other at most \(Limits.exportDepth) deep.",
                offset: start)
        }
        var position = start
        while position < end {
            let begin = position
            let tag = try varint(at: &position, to: end)
            guard tag >> 3 > 0, tag <= UInt32.max else {
                throw .malformed(detail: "No field has this number.", offset: begin)
            }
            switch tag & 7 {
            case 0: _ = try varint(at: &position, to: end)
            case 1: try skip(8, at: &position, to: end)
            case 5: try skip(4, at: &position, to: end)
            case 2:
                let count = try varint(at: &position, to: end)
                let inner = position
                try skip(count, at: &position, to: end)
                guard let message = shape.message(in: tag >> 3) else { continue }
                try tally.countPart()
                if case .span = message { try tally.countSpan() }
                try pass(message, from: inner, to: position, depth: depth + 1)
            default:
                throw .malformed(detail: "A field has no such type.", offset: begin)
            }
        }
    }

    @inline(__always)
    private func varint(at position: inout Int, to end: Int) throws(OTLPBodyError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 70 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .malformed(
            detail: shift < 70 ? "It ends within a number." : "A number has more than ten bytes.",
            offset: start)
    }

    @inline(__always)
    private func skip(
        _ count: UInt64, at position: inout Int, to end: Int
    ) throws(OTLPBodyError) {
        guard count <= UInt64(end - position) else {
            throw .malformed(detail: "A field ends beyond its message.", offset: position)
        }
        position += Int(count)
    }
}
