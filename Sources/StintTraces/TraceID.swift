/// A trace's id: 16 bytes, never all zero (W3C Trace Context).
public struct TraceID: Hashable, Sendable, Comparable {
    public let high: UInt64
    public let low: UInt64

    /// - Returns: `nil` for all zero, which names no trace.
    public init?(high: UInt64, low: UInt64) {
        if high == 0, low == 0 { return nil }
        self.high = high
        self.low = low
    }

    /// 32 digits of lower-case hex.
    public var text: String {
        String(unsafeUninitializedCapacity: 32) { digits in
            Hex.write(high, to: digits, at: 0)
            Hex.write(low, to: digits, at: 16)
            return 32
        }
    }

    public static func < (left: TraceID, right: TraceID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// A span's id: 8 bytes, never all zero.
public struct SpanID: Hashable, Sendable, Comparable {
    public let bits: UInt64

    /// - Returns: `nil` for zero, which names no span.
    public init?(_ bits: UInt64) {
        if bits == 0 { return nil }
        self.bits = bits
    }

    /// 16 digits of lower-case hex.
    public var text: String {
        String(unsafeUninitializedCapacity: 16) { digits in
            Hex.write(bits, to: digits, at: 0)
            return 16
        }
    }

    public static func < (left: SpanID, right: SpanID) -> Bool { left.bits < right.bits }
}

private enum Hex {
    static func write(_ bits: UInt64, to digits: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: bits >> (60 - 4 * UInt64(place))) & 0x0F
            digits.initializeElement(
                at: start + place, to: digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
