/// How counts, tokens and money are written for people.
enum NumberFormat {
    /// Between the thousands of a count in prose.
    static let narrowSpace = "\u{202F}"

    /// A count in prose: `6 617`.
    ///
    /// - Parameter separator: What stands between groups of three digits.
    static func count(_ value: Int64, separator: String = narrowSpace) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += separator }
            text.append(digit)
        }
        return text
    }

    /// A count of tokens: `200`, `14.2 k`, `524 k`, `53.51 M`, `1.24 G`.
    static func compact(_ value: Int64) -> String {
        let value = max(0, value)
        if value < 1_000 { return String(value) }
        if value < 99_950 { return "\(decimal(rounded(value, to: 100), places: 1)) k" }
        if value < 999_500 { return "\(rounded(value, to: 1_000)) k" }
        if value < 999_995_000 { return "\(decimal(rounded(value, to: 10_000), places: 2)) M" }
        return "\(decimal(rounded(value, to: 10_000_000), places: 2)) G"
    }

    /// A size: `512 bytes`, `14.2 KiB`, `3.1 GiB`.
    static func bytes(_ value: Int64) -> String {
        if value < 1_024 { return "\(value) bytes" }
        var scaled = Double(value)
        var unit = ""
        for next in ["KiB", "MiB", "GiB", "TiB"] where scaled >= 1_023.95 {
            scaled /= 1_024
            unit = next
        }
        return "\(decimal(Int64((scaled * 10).rounded()), places: 1)) \(unit)"
    }

    /// US dollars: four decimals under $1, two under $100, none above: `$0.1276`, `$59.39`, `$191`.
    ///
    /// - Returns: `nil` for what is not a finite number below a quadrillion.
    static func cost(_ usd: Double, separator: String = narrowSpace) -> String? {
        guard usd.isFinite, abs(usd) < 1e15 else { return nil }
        let sign = usd < 0 ? "-" : ""
        let usd = abs(usd)
        let tenthsOfMills = (usd * 10_000).rounded()
        if tenthsOfMills < 10_000 { return "\(sign)$\(decimal(Int64(tenthsOfMills), places: 4))" }
        let cents = (usd * 100).rounded()
        if cents < 10_000 { return "\(sign)$\(decimal(Int64(cents), places: 2))" }
        return "\(sign)$\(count(Int64(usd.rounded()), separator: separator))"
    }

    /// A share in percent, with one decimal: `98.0 %`. One that is not quite all or nothing never
    /// reads as if it were.
    static func percent(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        var tenths = Int64((abs(value) * 10).rounded())
        if value != 0 { tenths = max(1, tenths) }
        if abs(value) < 100 { tenths = min(999, tenths) }
        return "\(value < 0 ? "-" : "")\(decimal(tenths, places: 1)) %"
    }

    /// How much something changed, in percent or in points: `+4.3 %`, `-1.9 pt`, `same`.
    static func change(_ value: Double, _ unit: String) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let tenths = Int64((abs(value) * 10).rounded())
        if tenths == 0 { return "same" }
        let sign = value < 0 ? "-" : "+"
        // Past a hundred the decimal says nothing.
        let text = tenths < 1_000 ? decimal(tenths, places: 1) : String((tenths + 5) / 10)
        return "\(sign)\(text) \(unit)"
    }

    /// How much there is of something in a time: `0.35`, `8.40`, `12.5`, `1840`.
    static func rate(_ value: Double) -> String {
        guard value.isFinite, (0..<1e15).contains(value) else { return "?" }
        let hundredths = (value * 100).rounded()
        if hundredths < 1_000 { return decimal(Int64(hundredths), places: 2) }
        let tenths = (value * 10).rounded()
        if tenths < 1_000 { return decimal(Int64(tenths), places: 1) }
        return String(Int64(value.rounded()))
    }

    /// A whole number of tenths, hundredths, … with its decimal point: (512, 2) is `5.12`.
    static func decimal(_ scaled: Int64, places: Int) -> String {
        var unit: Int64 = 1
        for _ in 0..<places { unit *= 10 }
        return "\(scaled / unit).\(padded(scaled % unit, digits: places))"
    }

    static func padded(_ value: Int64, digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func rounded(_ value: Int64, to unit: Int64) -> Int64 {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        return rest * 2 >= unit ? whole + 1 : whole
    }
}
