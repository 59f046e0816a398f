import ArgumentParser
import StintModel

/// A length of time as an argument: `90`, `500ms`, `30s`, `15m`, `24h`, `7d`, `2w`. A number alone
/// is seconds.
struct SpanArgument: ExpressibleByArgument, Hashable, Sendable {
    /// As it was written.
    let text: String
    let span: TimeSpan

    init(text: String, span: TimeSpan) {
        self.text = text
        self.span = span
    }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let units = ["": 1, "ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let count = Double(digits), let unit = units[String(argument[digits.endIndex...])],
            let span = TimeSpan(seconds: count * unit), span.microseconds < 1 << 53
        else { return nil }
        self.init(text: argument, span: span)
    }

    var defaultValueDescription: String { text }

    /// The number of seconds as the interface takes it, without a needless fraction.
    var secondsText: String { JSONNumber.text(span.seconds) }
}

/// A number as JSON writes it.
enum JSONNumber {
    /// The shortest text that reads back as the same number; whole ones without a fraction.
    static func text(_ value: Double) -> String {
        if value.rounded() == value, abs(value) < 1e15 { return String(Int64(value)) }
        return String(value)
    }
}

/// A point in time as an argument: RFC 3339 with its zone, or milliseconds since 1970.
struct InstantArgument: ExpressibleByArgument, Hashable, Sendable {
    /// As it was written; the server reads both forms.
    let text: String

    init?(argument: String) {
        guard Instant(rfc3339: argument) != nil || Int64(argument) != nil else { return nil }
        text = argument
    }
}
