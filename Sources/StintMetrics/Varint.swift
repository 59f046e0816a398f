// Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the eighth bit
// set on all but the last. Signed ones zig-zag (0, −1, 1, −2, …), so that small ones stay short.

/// The most bytes one number takes.
let longestVarint = 10

extension UnsafeMutablePointer<UInt8> {
    /// Writes a number and moves past it.
    @inline(__always)
    mutating func write(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            pointee = UInt8(truncatingIfNeeded: rest) | 0x80
            self += 1
            rest >>= 7
        }
        pointee = UInt8(truncatingIfNeeded: rest)
        self += 1
    }

    @inline(__always)
    mutating func write(zigZag value: Int64) {
        write(varint: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }
}

/// Reads what was written, and nothing but that: a number in more bytes than it needs is damage.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var next = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { next == bytes.count }
    var remaining: Int { bytes.count - next }

    @inline(__always)
    mutating func byte() -> UInt8? {
        guard next < bytes.count else { return nil }
        defer { next += 1 }
        return bytes[next]
    }

    @inline(__always)
    mutating func varint() -> UInt64? {
        guard let first = byte() else { return nil }
        return first < 0x80 ? UInt64(first) : varint(after: first)
    }

    private mutating func varint(after first: UInt8) -> UInt64? {
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while let next = byte() {
            // The tenth byte has room for one bit.
            if shift == 63, next > 1 { return nil }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return next == 0 ? nil : value }
            shift += 7
        }
        return nil
    }

    @inline(__always)
    mutating func zigZag() -> Int64? {
        guard let value = varint() else { return nil }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func bytes(_ count: UInt64) -> UnsafeRawBufferPointer? {
        guard count <= UInt64(remaining) else { return nil }
        let end = next + Int(count)
        defer { next = end }
        return UnsafeRawBufferPointer(rebasing: bytes[next..<end])
    }
}
