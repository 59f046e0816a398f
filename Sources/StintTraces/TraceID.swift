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
    public var text: String { Hex.text(high) + Hex.text(low) }

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
    public var text: String { Hex.text(bits) }

    public static func < (left: SpanID, right: SpanID) -> Bool { left.bits < right.bits }
}

enum Hex {
    static func text(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
