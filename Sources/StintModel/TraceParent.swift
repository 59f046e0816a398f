/// A `traceparent`: W3C Trace Context, in version 00 as in those to come.
public struct TraceParent: Hashable, Sendable {
    /// 32 hexadecimal digits in lower case.
    public let traceID: String
    /// 16 hexadecimal digits in lower case.
    public let parentID: String
    public let isSampled: Bool

    /// - Returns: `nil` for what is none; whoever sent it is not to be blamed for that.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = Self.octet(bytes[0..<2]), version != 0xFF,
            // A later version may say more.
            bytes.count == 55 || (version > 0 && bytes[55] == 0x2D),
            Self.isID(bytes[3..<35]), Self.isID(bytes[36..<52]),
            let flags = Self.octet(bytes[53..<55])
        else { return nil }
        traceID = String(decoding: bytes[3..<35], as: UTF8.self)
        parentID = String(decoding: bytes[36..<52], as: UTF8.self)
        isSampled = flags & 1 == 1
    }

    /// - Returns: `nil` where one of the ids is none.
    public init?(traceID: String, parentID: String, isSampled: Bool) {
        self.init("00-\(traceID)-\(parentID)-\(isSampled ? "01" : "00")")
    }

    /// In version 00.
    public var text: String { "00-\(traceID)-\(parentID)-\(isSampled ? "01" : "00")" }

    /// Digits in lower case that are not all 0.
    private static func isID(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy { digit($0) != nil } && digits.contains { $0 != 0x30 }
    }

    private static func octet(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard let high = digits.first.flatMap(digit), let low = digits.last.flatMap(digit) else {
            return nil
        }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
