/// What model calls cost by their tokens: prices by model and time.
///
/// A price holds from its instant on, until a later one of the same model. Where several names fit a
/// model, the most exact that has a price in force counts: the model's own, else the longest
/// beginning (`claude-*`).
public struct PriceBook: Hashable, Sendable {
    /// The price of one model, or of all whose names begin alike.
    public struct Entry: Hashable, Sendable {
        /// A model's name, byte for byte, or with a `*` at its end the beginning of names.
        public let model: Spelling
        /// From when on it holds; `nil` for always.
        public let from: Instant?
        public let price: TokenPrice

        public init(model: String, from: Instant? = nil, price: TokenPrice) {
            self.model = Spelling(model)
            self.from = from
            self.price = price
        }

        fileprivate var isBeginning: Bool { model.text.utf8.last == UInt8(ascii: "*") }

        fileprivate func isBefore(_ other: Entry) -> Bool {
            guard model == other.model else {
                return model.text.isSpelledBefore(other.model.text)
            }
            guard let from, let start = other.from else { return from == nil && other.from != nil }
            return from < start
        }

        fileprivate func isInForce(at instant: Instant) -> Bool {
            from.map { $0 <= instant } ?? true
        }
    }

    /// Two entries price the same model from the same instant on.
    public struct Ambiguity: Error, Hashable, Sendable {
        /// Their positions, from 0, in the order they were given.
        public let first: Int
        public let second: Int
    }

    /// By the bytes of the models' names, then by time.
    public let entries: [Entry]
    /// Where in ``entries`` those of each whole name stand.
    private let names: [Spelling: Range<Int>]
    /// Where those of each beginning stand, the longest first.
    private let beginnings: [Range<Int>]

    /// Without a price: only a cost that a call reports is known.
    public init() {
        entries = []
        names = [:]
        beginnings = []
    }

    /// - Parameter entries: In any order, which says nothing.
    public init(_ entries: [Entry]) throws(Ambiguity) {
        let sorted = entries.enumerated().sorted {
            $0.element.isBefore($1.element)
                || (!$1.element.isBefore($0.element) && $0.offset < $1.offset)
        }
        for (one, next) in zip(sorted, sorted.dropFirst())
        where one.element.model == next.element.model && one.element.from == next.element.from {
            throw Ambiguity(first: one.offset, second: next.offset)
        }
        self.entries = sorted.map(\.element)
        var names: [Spelling: Range<Int>] = [:]
        var beginnings: [Range<Int>] = []
        var start = 0
        for (index, entry) in self.entries.enumerated() {
            let next = index + 1
            if next < self.entries.count, self.entries[next].model == entry.model { continue }
            if entry.isBeginning {
                beginnings.append(start..<next)
            } else {
                names[entry.model] = start..<next
            }
            start = next
        }
        func length(_ range: Range<Int>) -> Int {
            sorted[range.lowerBound].element.model.text.utf8.count
        }
        self.names = names
        // Of one length no two fit the same model.
        self.beginnings = beginnings.sorted { length($0) > length($1) }
    }

    public static func == (left: PriceBook, right: PriceBook) -> Bool {
        left.entries == right.entries
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(entries) }

    // MARK: What it says

    /// The price of a model at an instant; `nil` where none is in force.
    public func price(of model: String, at instant: Instant) -> TokenPrice? {
        if let range = names[Spelling(model)], let price = price(in: range, at: instant) {
            return price
        }
        for range in beginnings
        where model.utf8.starts(with: entries[range.lowerBound].model.text.utf8.dropLast()) {
            if let price = price(in: range, at: instant) { return price }
        }
        return nil
    }

    private func price(in range: Range<Int>, at instant: Instant) -> TokenPrice? {
        entries[range].last { $0.isInForce(at: instant) }?.price
    }

    /// The entries that hold at an instant, one of each name that has one.
    public func inForce(at instant: Instant) -> [Entry] {
        (Array(names.values) + beginnings)
            .compactMap { entries[$0].last { $0.isInForce(at: instant) } }
            .sorted { $0.isBefore($1) }
    }
}

extension UsageState.Call {
    /// What it cost, in thousand-millionths of a US dollar: what it reports, else by the price in
    /// force when it was first told.
    ///
    /// - Returns: `nil` where it reports none, and its model is not known or has no price in force,
    ///   or it does not report both input and output.
    public func costNanos(by prices: PriceBook) -> Int64? {
        if let costNanos { return costNanos }
        guard !prices.entries.isEmpty, let model = model?.value.string else { return nil }
        return prices.price(of: model, at: at)?.costNanos(of: tokens)
    }
}
