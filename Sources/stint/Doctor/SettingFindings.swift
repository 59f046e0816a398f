import StintModel
import StintServer
import StintStorageSQLite

/// Every setting and bound in force, read from the values themselves, so that none is forgotten.
enum SettingFindings {
    static func all(_ configuration: ServerConfiguration, now: Instant) -> [Finding] {
        findings("settings", configuration.server, standard: ServerSettings())
            + prices(configuration.prices, now: now)
            + findings("storage", SQLiteSettings(), standard: SQLiteSettings())
            + [
                Finding("storage", "synchronous", .text(SQLiteSettings.synchronous))
            ]
            + Limits.all.map { Finding("limits", $0.name, measure($0.value, named: $0.name)) }
    }

    static func prices(_ book: PriceBook, now: Instant) -> [Finding] {
        [
            Finding("prices", "entries", .count(book.entries.count), standard: .count(0)),
            Finding("prices", "inForce", .count(book.inForce(at: now).count), standard: .count(0)),
        ]
    }

    /// The members of a value, those of the values in it as `recorder.waiting`.
    static func findings(
        _ part: String, _ settings: Any, standard: Any, prefix: String = ""
    ) -> [Finding] {
        zip(Mirror(reflecting: settings).children, Mirror(reflecting: standard).children)
            .flatMap { member, standard in
                let label = member.label ?? ""
                if let value = value(member.value, named: label) {
                    return [
                        Finding(
                            part, prefix + label, value,
                            standard: self.value(standard.value, named: label))
                    ]
                }
                return findings(
                    part, member.value, standard: standard.value, prefix: "\(prefix)\(label).")
            }
    }

    /// A whole number in the unit that its name ends in.
    private static func measure(_ number: Int, named name: String) -> Finding.Value {
        if name.lowercased().hasSuffix("bytes") { return .bytes(number) }
        if name.hasSuffix("Seconds") { return .span(.seconds(Int64(number))) }
        return .count(number)
    }

    /// - Returns: `nil` for a value with members of its own.
    private static func value(_ value: Any, named name: String) -> Finding.Value? {
        switch value {
        case let number as Int: return measure(number, named: name)
        case let span as TimeSpan: return .span(span)
        case let span as Duration: return TimeSpan(span).map { .span($0) }
        case let text as String: return .text(text)
        case let flag as Bool: return .text(flag ? "yes" : "no")
        default:
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .struct: return nil
            case .optional:
                guard let some = mirror.children.first else { return .text("none") }
                return self.value(some.value, named: name)
            default: return .text("\(value)")
            }
        }
    }
}

extension TimeSpan {
    init?(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(seconds: Double(seconds) + Double(attoseconds) * 1e-18)
    }
}
