import StintModel

/// A number of a document.
enum JSONNumber: Equatable {
    /// Written without fraction and exponent, and exact.
    case integer(Int64)
    /// Finite, and the nearest to what is written.
    case double(Double)
    /// Farther from 0 than a `Double` can be, or of more characters than ``longest``.
    case beyond

    /// Characters that are read of a number; no finite `Double` needs as many.
    static let longest = 1_024

    /// The value where it is whole and known exactly: `2`, `2.0` and `2e0` are the same number.
    var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Scalar(number: value).integer
        case .beyond: nil
        }
    }

    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .beyond: nil
        }
    }

    var scalar: Scalar? {
        switch self {
        case .integer(let value): .integer(value)
        case .double(let value): Scalar(number: value)
        case .beyond: nil
        }
    }
}

extension JSONReader {
    /// Reads the number that stands next.
    ///
    /// - Precondition: ``peek()`` says `number`.
    mutating func number() throws(IngestFault) -> JSONNumber {
        let start = position
        var index = position
        let isNegative = bytes[index] == 0x2D
        if isNegative { index += 1 }

        // The value is mantissa × 10^exponent, exactly so while no digit was left out.
        var mantissa: UInt64 = 0
        var significant = 0
        var exponent = 0
        @inline(__always)
        func take(_ digit: UInt8) -> Bool {
            guard significant < 19 else {
                significant += 1
                return false
            }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            if mantissa > 0 { significant += 1 }
            return true
        }

        let whole = index
        while index < end, case let digit = bytes[index] &- 0x30, digit < 10 {
            _ = take(digit)
            index += 1
        }
        guard index > whole else { throw malformed("A digit is expected after `-`.", at: index) }
        guard bytes[whole] != 0x30 || index == whole + 1 else {
            throw malformed("A number does not begin with a needless 0.", at: whole)
        }

        var isInteger = true
        if index < end, bytes[index] == 0x2E {
            isInteger = false
            index += 1
            let fraction = index
            while index < end, case let digit = bytes[index] &- 0x30, digit < 10 {
                if take(digit) { exponent -= 1 }
                index += 1
            }
            guard index > fraction else {
                throw malformed("A digit is expected after the decimal point.", at: index)
            }
        }
        if index < end, bytes[index] | 0x20 == 0x65 {
            isInteger = false
            index += 1
            var isBelow = false
            if index < end, bytes[index] == 0x2B || bytes[index] == 0x2D {
                isBelow = bytes[index] == 0x2D
                index += 1
            }
            let digits = index
            var power = 0
            while index < end, case let digit = bytes[index] &- 0x30, digit < 10 {
                if power < 100_000 { power = power * 10 + Int(digit) }
                index += 1
            }
            guard index > digits else {
                throw malformed("A digit is expected in the exponent.", at: index)
            }
            exponent += isBelow ? -power : power
        }
        position = index

        if isInteger, significant <= 19 {
            if mantissa <= UInt64(Int64.max) {
                return .integer(isNegative ? -Int64(mantissa) : Int64(mantissa))
            }
            if isNegative, mantissa == Int64.min.magnitude { return .integer(.min) }
        }
        // Both sides are exact, so that one operation rounds once (Clinger's fast path).
        if significant <= 19, mantissa <= 1 << 53, abs(exponent) < Self.powersOfTen.count {
            let power = Self.powersOfTen[abs(exponent)]
            let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            return .double(isNegative ? -value : value)
        }
        return Self.number(slowly: UnsafeBufferPointer(rebasing: bytes[start..<index]))
    }

    private static func number(slowly digits: UnsafeBufferPointer<UInt8>) -> JSONNumber {
        guard digits.count <= JSONNumber.longest,
            let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite
        else { return .beyond }
        return .double(value)
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
