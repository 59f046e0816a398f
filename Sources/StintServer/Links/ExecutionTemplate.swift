import StintModel
import StintStorage

/// A text with places that the values of an execution fill: `https://logs.example/?id={id}`.
///
/// A place is a name in braces: one of ``Place/names``, or `attr.` and the key of an attribute.
public struct ExecutionTemplate: Hashable, Sendable {
    /// Why a text is no template.
    public enum Fault: Error, Hashable, Sendable {
        /// A brace without its other one.
        case unclosed
        /// No value has this name.
        case unknown(String)
    }

    private enum Piece: Hashable, Sendable {
        case text(String)
        case place(Place)
    }

    private var pieces: [Piece] = []

    public init(_ text: String) throws(Fault) {
        var rest = text[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                throw .unclosed
            }
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            let name = String(rest[rest.index(after: open)..<close])
            guard let place = Place(name) else { throw .unknown(name) }
            pieces.append(.place(place))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
    }

    /// The text up to the first place.
    public var beginning: String {
        if case .text(let text)? = pieces.first { text } else { "" }
    }

    /// - Parameter escape: Makes of a value what may stand among the text.
    /// - Returns: `nil` where a value is not known.
    func filled(
        from execution: Execution, at now: Instant, _ escape: (String) -> String
    ) -> String? {
        var filled = ""
        for piece in pieces {
            switch piece {
            case .text(let text): filled += text
            case .place(let place):
                guard let value = place.value(of: execution, at: now) else { return nil }
                filled += escape(value)
            }
        }
        return filled
    }

    /// A value that a template or a condition names.
    public struct Place: Hashable, Sendable {
        private enum Value: Hashable {
            case fact(FactName)
            case attribute(String)
            case other(String)
        }

        private let value: Value

        private static let facts: [FactName] = [
            .agent, .name, .user, .correlation, .parent, .source, .environment, .queue,
        ]
        private static let others = [
            "id", "workspace", "status", "attempt", "queuedAt", "startedAt", "finishedAt",
            "lastEventAt", "from", "to",
        ]
        private static let instants = others.suffix(6)

        /// The names there are, beside `attr.` and a key. Of an instant, RFC 3339 in UTC; with `Ms`
        /// after its name, the milliseconds since 1970. `from` is a minute before the start and `to`
        /// five minutes after the end, or after now in whole minutes: where one looks for logs.
        public static let names =
            facts.map(\.member) + others + instants.map { $0 + "Ms" } + ["attr.KEY"]

        public init?(_ name: String) {
            if let fact = Self.facts.first(where: { $0.member == name }) {
                value = .fact(fact)
            } else if name.hasPrefix("attr."), name.count > 5 {
                value = .attribute(String(name.dropFirst(5)))
            } else if Self.names.contains(name) {
                value = .other(name)
            } else {
                return nil
            }
        }

        func value(of execution: Execution, at now: Instant) -> String? {
            switch value {
            case .fact(let name):
                return execution[name]?.text ?? (name == .environment ? "production" : nil)
            case .attribute(let key):
                return execution.attributes.first { $0.key.isSpelled(like: key) }?.value.text
            case .other(let name):
                return Self.value(name, of: execution, at: now)
            }
        }

        private static func value(
            _ name: String, of execution: Execution, at now: Instant
        ) -> String? {
            switch name {
            case "id": return execution.id.rawValue
            case "workspace": return execution.workspace.rawValue
            case "status": return execution.status.word
            case "attempt": return String(execution.attempt)
            default:
                let isMilliseconds = name.hasSuffix("Ms")
                let instant: Instant? =
                    switch isMilliseconds ? String(name.dropLast(2)) : name {
                    case "queuedAt": execution.queuedAt
                    case "startedAt": execution.startedAt
                    case "finishedAt": execution.finishedAt
                    case "lastEventAt": execution.lastEventAt
                    case "from": execution.logWindow(at: now).lowerBound
                    default: execution.logWindow(at: now).upperBound
                    }
                return instant.map {
                    isMilliseconds ? String($0.milliseconds) : $0.rfc3339
                }
            }
        }
    }
}

extension Execution {
    /// The time of which one reads the logs: from a minute before its start to five minutes after
    /// its end, or after the present minute where it goes on.
    func logWindow(at now: Instant) -> Range<Instant> {
        let begin = startedAt ?? queuedAt ?? lastEventAt
        let minute = TimeSpan.seconds(60).microseconds
        let end =
            finishedAt ?? (status == .lost ? lastEventAt : nil)
            ?? Instant(microseconds: (now.microseconds / minute + 1) * minute)
        return (begin - .seconds(60))..<max(begin, end + .seconds(300))
    }
}

extension Instant {
    /// Whole milliseconds since 1970, towards the past.
    var milliseconds: Int64 { (microseconds - ((microseconds % 1_000) + 1_000) % 1_000) / 1_000 }
}
