import Hummingbird
import StintModel
import StintStorage

/// The parameters of a request's query, each read once; what nobody read is an error.
struct QueryParameters {
    private var values: [(name: String, value: String)]

    /// - Throws: ``Problem`` where an escape is malformed.
    init(_ request: Request) throws(Problem) {
        guard let pairs = QueryText.pairs(request.uri.query ?? "") else {
            throw Problem(
                .badRequest, "bad_parameter", "The query is not percent-encoded as UTF-8 should be."
            )
        }
        values = pairs
    }

    /// Every value of a parameter, in order.
    mutating func all(_ name: String) -> [String] {
        defer { values.removeAll { $0.name == name } }
        return values.filter { $0.name == name }.map(\.value)
    }

    /// The value of a parameter that stands once, or `nil`.
    mutating func one(_ name: String) throws(Problem) -> String? {
        let found = all(name)
        guard found.count < 2 else { throw .parameter(name, "it stands more than once.") }
        return found.first
    }

    /// Parameters whose name begins so, with the rest of the name.
    mutating func all(prefix: String) -> [(rest: String, value: String)] {
        defer { values.removeAll { $0.name.hasPrefix(prefix) } }
        return values.filter { $0.name.hasPrefix(prefix) }
            .map { (String($0.name.dropFirst(prefix.count)), $0.value) }
    }

    mutating func integer(
        _ name: String, in range: ClosedRange<Int>
    ) throws(Problem) -> Int? {
        guard let text = try one(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .parameter(
                name, "a whole number from \(range.lowerBound) to \(range.upperBound) is due.")
        }
        return value
    }

    mutating func boolean(_ name: String) throws(Problem) -> Bool? {
        switch try one(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw .parameter(name, "true or false is due.")
        }
    }

    /// RFC 3339 with a zone, or epoch milliseconds.
    mutating func instant(_ name: String) throws(Problem) -> Instant? {
        guard let text = try one(name) else { return nil }
        // A plus sign of a zone that was not percent-encoded arrives as a blank.
        if let instant = Instant(rfc3339: text.replacing(" ", with: "+")) { return instant }
        if let instant = Int64(text).flatMap(Instant.init(milliseconds:)) { return instant }
        throw .parameter(
            name,
            "a time with its zone is due, such as 2026-11-20T14:00:00Z, or epoch milliseconds.")
    }

    mutating func seconds(_ name: String) throws(Problem) -> TimeSpan? {
        guard let text = try one(name) else { return nil }
        guard let seconds = Double(text), seconds >= 0, let span = TimeSpan(seconds: seconds) else {
            throw .parameter(name, "a number of seconds, 0 or more, is due.")
        }
        return span
    }

    /// One of an enumeration's words.
    mutating func word<Value: RawRepresentable & CaseIterable>(
        _ name: String, of type: Value.Type
    ) throws(Problem) -> Value? where Value.RawValue == String {
        guard let text = try one(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: " or ")
            throw .parameter(name, "\(words) is due.")
        }
        return value
    }

    /// Where the page begins that a cursor asks for.
    mutating func position(
        by cursor: Cursor, in list: [UInt8]
    ) throws(Problem) -> PagePosition? {
        guard let text = try one("cursor") else { return nil }
        guard let position = cursor.position(in: text, of: list) else {
            throw .parameter(
                "cursor",
                "it is not one of this list. Cursors hold for the same filters and order alone.")
        }
        return position
    }

    /// - Throws: ``Problem`` where a parameter is left that nobody asked for.
    func finish() throws(Problem) {
        guard let first = values.first else { return }
        throw .parameter(String(first.name.prefix(100)), "it is not known here.")
    }
}
