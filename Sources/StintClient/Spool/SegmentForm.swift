import StintModel

/// The bytes of a segment: a head, then a record an event, each with its length and checksum.
///
/// Whatever a process that was killed had written whole is read back; a record cut short ends the
/// segment, one that is damaged is passed over. Numbers are little-endian.
enum SegmentForm {
    /// With the version of the form.
    private static let magic = Array("STINTSP1".utf8)
    /// The magic, and how many events the client had given up.
    static let headBytes = 16
    private static let prefixBytes = 8
    private static let longest = 16 << 20

    struct Content: Hashable {
        var events: [MadeEvent] = []
        var dropped = 0
    }

    static func head(dropped: Int) -> [UInt8] {
        var bytes = magic
        bytes.append(little: UInt64(clamping: dropped))
        return bytes
    }

    static func record(_ event: MadeEvent) -> [UInt8] {
        var body: [UInt8] = []
        let id = Array((event.execution?.rawValue ?? "").utf8)
        body.reserveCapacity(24 + id.count + event.json.count)
        body.append(little: event.number)
        body.append(little: event.at.microseconds)
        body.append(little: event.attempt)
        body.append(event.importance.rawValue)
        body.append(little: UInt16(id.count))
        body += id
        body += event.json
        var record: [UInt8] = []
        record.reserveCapacity(prefixBytes + body.count)
        record.append(little: UInt32(body.count))
        record.append(little: body.withUnsafeBytes(Checksum.of))
        return record + body
    }

    /// - Returns: `nil` where the bytes are no segment.
    static func read(_ bytes: [UInt8]) -> Content? {
        guard bytes.count >= headBytes, bytes.starts(with: magic) else { return nil }
        return bytes.withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(rebasing: bytes[magic.count...])
            var content = Content(dropped: Int(clamping: rest.take(UInt64.self)))
            while rest.count >= prefixBytes {
                let length = Int(rest.take(UInt32.self))
                let checksum = rest.take(UInt32.self)
                guard length <= longest, length <= rest.count else { break }
                let body = UnsafeRawBufferPointer(rebasing: rest[..<length])
                rest = UnsafeRawBufferPointer(rebasing: rest[length...])
                if Checksum.of(body) == checksum, let event = event(body) {
                    content.events.append(event)
                }
            }
            return content
        }
    }

    private static func event(_ body: UnsafeRawBufferPointer) -> MadeEvent? {
        var rest = body
        guard rest.count >= 21 else { return nil }
        let number = rest.take(UInt64.self)
        let at = Instant(microseconds: rest.take(Int64.self))
        let attempt = rest.take(UInt16.self)
        guard let importance = Importance(rawValue: rest.take(UInt8.self)) else { return nil }
        let length = Int(rest.take(UInt16.self))
        guard length <= rest.count else { return nil }
        let id = String(decoding: rest[..<length], as: UTF8.self)
        return MadeEvent(
            number: number, importance: importance, execution: ExecutionID(rawValue: id),
            attempt: attempt, at: at, json: Array(rest[length...]))
    }
}

extension [UInt8] {
    fileprivate mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// Takes a number from the front, where it is known to be.
    fileprivate mutating func take<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type
    ) -> Number {
        defer { self = UnsafeRawBufferPointer(rebasing: dropFirst(MemoryLayout<Number>.size)) }
        return Number(littleEndian: loadUnaligned(as: Number.self))
    }
}
