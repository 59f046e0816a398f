/// Reads the value of a `ce-` header (CloudEvents HTTP binding 3.1.3.2).
enum CloudEventHeader {
    /// Takes quotation marks off, with their backslashes, then decodes percent signs once.
    ///
    /// - Returns: `nil` where the bytes are not UTF-8. A percent sign that two digits do not follow
    ///   stands for itself.
    static func decode(_ value: String) -> String? {
        var bytes = Array(value.utf8)
        if bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 {
            bytes = unquoted(bytes[1..<(bytes.count - 1)])
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        // What stores and shows a text often ends it at U+0000.
        return String(validating: decoded, as: UTF8.self).map {
            $0.utf8.contains(0) ? $0.replacing("\0", with: "\u{FFFD}") : $0
        }
    }

    private static func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in text {
            isEscaped = byte == 0x5C && !isEscaped
            if !isEscaped { bytes.append(byte) }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
