public import StintModel

// The stored form of states and events: varints, zig-zag numbers, counted texts. Not for the wire.

/// Appends values in the stored form.
public struct BinaryWriter: Hashable, Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func reserve(_ capacity: Int) { bytes.reserveCapacity(capacity) }

    public mutating func byte(_ value: UInt8) { bytes.append(value) }

    public mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    public mutating func count(_ value: Int) { varint(UInt64(value)) }

    /// Bytes as they are.
    public mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    public mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// An instant as its distance from another, which is usually short.
    public mutating func instant(_ value: Instant, from base: Instant) {
        zigzag(value.microseconds &- base.microseconds)
    }

    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { text in
            varint(UInt64(text.count))
            bytes.append(contentsOf: text)
        }
    }

    public mutating func fixed64(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A value that may be absent: a mark, then the value.
    public mutating func optional<Value>(
        _ value: Value?, _ write: (inout BinaryWriter, Value) -> Void
    ) {
        guard let value else { return byte(0) }
        byte(1)
        write(&self, value)
    }
}

/// What was stored cannot be read: it is damaged, or a newer version wrote it.
public struct DamagedBytes: Error, Hashable, Sendable {
    public init() {}
}

/// Reads back what a ``BinaryWriter`` wrote; every step is bounds-checked.
public struct BinaryReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// - Parameter bytes: Must outlive the reader.
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    public var isAtEnd: Bool { position == bytes.count }

    public mutating func byte() throws(DamagedBytes) -> UInt8 {
        guard position < bytes.count else { throw DamagedBytes() }
        defer { position += 1 }
        return bytes[position]
    }

    public mutating func varint() throws(DamagedBytes) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 64 else { throw DamagedBytes() }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    public mutating func count() throws(DamagedBytes) -> Int {
        let value = try varint()
        // Whatever is counted takes at least a byte each.
        guard value <= UInt64(bytes.count) else { throw DamagedBytes() }
        return Int(value)
    }

    public mutating func zigzag() throws(DamagedBytes) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    public mutating func instant(from base: Instant) throws(DamagedBytes) -> Instant {
        let instant = Instant(microseconds: base.microseconds &+ (try zigzag()))
        // Nobody can state another, and arithmetic on it could overflow.
        guard Instant.writable.contains(instant) else { throw DamagedBytes() }
        return instant
    }

    public mutating func string() throws(DamagedBytes) -> String {
        let length = try count()
        guard position + length <= bytes.count else { throw DamagedBytes() }
        defer { position += length }
        return String(
            decoding: UnsafeRawBufferPointer(rebasing: bytes[position..<(position + length)]),
            as: UTF8.self)
    }

    /// Bytes as they are.
    public mutating func raw(_ length: Int) throws(DamagedBytes) -> UnsafeRawBufferPointer {
        guard length >= 0, position + length <= bytes.count else { throw DamagedBytes() }
        defer { position += length }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + length)])
    }

    public mutating func fixed64() throws(DamagedBytes) -> UInt64 {
        guard position + 8 <= bytes.count else { throw DamagedBytes() }
        defer { position += 8 }
        return UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    public mutating func optional<Value>(
        _ read: (inout BinaryReader) throws(DamagedBytes) -> Value
    ) throws(DamagedBytes) -> Value? {
        switch try byte() {
        case 0: return nil
        case 1: return try read(&self)
        default: throw DamagedBytes()
        }
    }
}

extension RawRepresentable where RawValue == UInt8 {
    /// Reads a raw value that this version knows.
    init(stored reader: inout BinaryReader) throws(DamagedBytes) {
        guard let value = Self(rawValue: try reader.byte()) else { throw DamagedBytes() }
        self = value
    }
}
