// The scalars of JSON as RFC 8785 writes them: shortest strings, numbers as ECMAScript prints them.

extension [UInt8] {
    /// A JSON string with its quotes. Only what must be escaped is.
    public mutating func appendJSON(string: String) {
        append(0x22)
        var string = string
        string.withUTF8 { bytes in
            var start = 0
            for index in 0..<bytes.count {
                let byte = bytes[index]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
                append(contentsOf: bytes[start..<index])
                start = index + 1
                append(0x5C)
                switch byte {
                case 0x22, 0x5C: append(byte)
                case 0x08: append(0x62)
                case 0x09: append(0x74)
                case 0x0A: append(0x6E)
                case 0x0C: append(0x66)
                case 0x0D: append(0x72)
                default:
                    append(contentsOf: [0x75, 0x30, 0x30, 0x30 + (byte >> 4)])
                    append(Self.hexDigit(byte & 0x0F))
                }
            }
            append(contentsOf: bytes[start..<bytes.count])
        }
        append(0x22)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }

    public mutating func appendJSON(integer: Int64) {
        if integer >= 0, integer < 10 {
            append(0x30 + UInt8(integer))
            return
        }
        var magnitude = integer.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(0x30 + magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if integer < 0 { append(0x2D) }
            append(contentsOf: digits[start..<20])
        }
    }

    /// The shortest digits that read back as the same number, laid out as ECMAScript does.
    ///
    /// - Precondition: The number is finite.
    public mutating func appendJSON(number: Double) {
        precondition(number.isFinite, "JSON has no word for \(number).")
        if number == 0 {
            append(0x30)
            return
        }
        if number.rounded() == number, abs(number) < 9_007_199_254_740_992 {
            appendJSON(integer: Int64(number))
            return
        }
        // Swift prints the shortest digits too, in another layout: split them from the exponent.
        var digits: [UInt8] = []
        var exponent = 0
        var pointSeen = false
        var text = abs(number).description
        text.withUTF8 { bytes in
            var index = 0
            while index < bytes.count {
                switch bytes[index] {
                case 0x2E:
                    pointSeen = true
                case 0x65:
                    let tail = bytes[(index + 1)...]
                    exponent += Int(String(decoding: tail, as: UTF8.self)) ?? 0
                    index = bytes.count
                default:
                    digits.append(bytes[index])
                    if pointSeen { exponent -= 1 }
                }
                index += 1
            }
        }
        while digits.first == 0x30 { digits.removeFirst() }
        while digits.last == 0x30 {
            digits.removeLast()
            exponent += 1
        }
        // The value is 0.DIGITS × 10^point.
        let point = digits.count + exponent
        if number < 0 { append(0x2D) }
        switch point {
        case -5...0:
            append(contentsOf: "0.".utf8)
            append(contentsOf: repeatElement(0x30, count: -point))
            append(contentsOf: digits)
        case 1...21 where point >= digits.count:
            append(contentsOf: digits)
            append(contentsOf: repeatElement(0x30, count: point - digits.count))
        case 1...21:
            append(contentsOf: digits[..<point])
            append(0x2E)
            append(contentsOf: digits[point...])
        default:
            append(digits[0])
            if digits.count > 1 {
                append(0x2E)
                append(contentsOf: digits[1...])
            }
            append(0x65)
            append(point > 0 ? 0x2B : 0x2D)
            append(contentsOf: String(abs(point - 1)).utf8)
        }
    }
}
