public import StintModel

/// A figure, or a block of them, as a server should show it, by the names of the interface.
public indirect enum TrueFigure: Hashable, Sendable {
    /// How far from the truth a shown number may lie.
    public enum Margin: Hashable, Sendable {
        /// What floating-point arithmetic loses.
        case none
        /// Shown with two decimals.
        case hundredth
        /// A part of the figure itself.
        case relative(Double)
        /// So much, in the figure's own unit.
        case absolute(Double)

        /// Of a quantile from a sketch: half the width of a bucket, of which 64 make a power of two.
        static let sketch = Margin.relative(1.0 / 128)
    }

    public struct Member: Hashable, Sendable {
        public var name: String
        public var figure: TrueFigure
    }

    /// `nil` where it is not known: a server shows null, or nothing.
    case number(Double?, Margin)
    case text(String?)
    case instant(Instant?)
    /// Then or later, or at the most so much earlier.
    case notBefore(Instant, butFor: TimeSpan)
    /// In percent, how one figure became another, both within a margin.
    case change(from: Double?, to: Double?, Margin)
    /// Any of these is right.
    case any([TrueFigure])
    /// Others may be shown beside them.
    case members([Member])
    /// These and no others, in this order.
    case rows([TrueFigure])
    /// These and no others, each known by a member; where that is `nil`, by its name in an object.
    /// See ``row(_:)``.
    case table(by: String?, [String: TrueFigure])

    /// What a row of a table is known by: two names are one only where they are spelled alike, which
    /// is not what equality of texts asks.
    static func row(_ name: String?) -> String {
        (name ?? "").unicodeScalars.reduce(into: "") { row, scalar in
            row += scalar.isASCII ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    static func count(_ count: Int) -> TrueFigure { .number(Double(count), .none) }

    /// A share in percent; `nil` of nothing.
    static func share(_ part: Int, of whole: Int) -> TrueFigure {
        .number(percentage(part, of: whole), .hundredth)
    }

    static func percentage(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : 100 * Double(part) / Double(whole)
    }

    /// The mean of spans in seconds; `nil` of none.
    static func mean(_ spans: [TimeSpan]) -> TrueFigure {
        guard !spans.isEmpty else { return .number(nil, .none) }
        let sum = spans.reduce(0) { $0 + $1.microseconds }
        return .number(Double(sum) / Double(spans.count) / 1_000_000, .none)
    }

    /// The quantile of nearest rank in seconds: of n spans the ⌈p · n / 100⌉-th smallest.
    ///
    /// - Parameter sorted: Ascending.
    static func quantile(_ percent: Int, of sorted: [TimeSpan]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        return sorted[(percent * sorted.count + 99) / 100 - 1].seconds
    }
}

extension TrueFigure: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral members: (String, TrueFigure)...) {
        self = .members(members.map { Member(name: $0, figure: $1) })
    }

    /// A member by its name; `nil` where there is none.
    public subscript(name: String) -> TrueFigure? {
        switch self {
        case .members(let members): members.first { $0.name == name }?.figure
        case .table(_, let rows): rows[name]
        default: nil
        }
    }
}

extension TrueFigure {
    /// The members of both; where both have one, the other's.
    func joined(with other: TrueFigure) -> TrueFigure {
        guard case .members(let members) = self, case .members(let others) = other else {
            return other
        }
        return .members(members.filter { other[$0.name] == nil } + others)
    }
}
