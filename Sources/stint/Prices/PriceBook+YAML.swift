import Foundation
import StintModel
import Yams

// Prices as people write them: a list in YAML, an entry for each model and time.

extension PriceBook {
    /// Reads a file that holds the list and nothing else.
    ///
    /// - Throws: ``CommandFailure`` naming the file, the entry and the member that is wrong.
    init(file path: String) throws(CommandFailure) {
        let node: Node?
        do {
            node = try Yams.compose(yaml: String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw CommandFailure(
                what: "\(path) cannot be read as YAML", why: "\(error)", status: .wrongArguments)
        }
        try self.init(yaml: node, of: path)
    }

    /// - Parameter source: What an error says the list belongs to.
    init(yaml list: Node?, of source: String) throws(CommandFailure) {
        guard let list = list?.sequence else {
            throw .wrongArguments(
                "the prices of \(source) are not a list",
                next: "Write one a line: '- {model: large-2, input: 3, output: 15}'.")
        }
        var entries: [Entry] = []
        for (index, node) in list.enumerated() {
            entries.append(try PriceReading(node, number: index + 1, of: source).entry())
        }
        do throws(Ambiguity) {
            try self.init(entries)
        } catch {
            throw .wrongArguments(
                """
                prices \(error.first + 1) and \(error.second + 1) of \(source) are both for \
                \(entries[error.first].model.text) from the same time on
                """, next: "Take one of them out, or give it another 'from'.")
        }
    }
}

/// One entry of the list, being read.
private struct PriceReading {
    private let members: Node.Mapping
    /// As in `price 2 (large-2) of prices.yaml`.
    private let place: String

    private static let names = ["model", "from", "input", "cachedInput", "output", "reasoning"]

    /// - Parameter number: From 1, as people count.
    init(_ node: Node, number: Int, of source: String) throws(CommandFailure) {
        guard let mapping = node.mapping else {
            throw .wrongArguments(
                "price \(number) of \(source) has no members",
                next: "Its members are \(Self.names.joined(separator: ", ")).")
        }
        members = mapping
        let model = mapping["model"]?.scalar.map { " (\($0.string))" } ?? ""
        place = "price \(number)\(model) of \(source)"
    }

    func entry() throws(CommandFailure) -> PriceBook.Entry {
        for (name, _) in members where !Self.names.contains(name.string ?? "") {
            throw .wrongArguments(
                "\(place) has a member that is not known here: \(name.string ?? "a compound one")",
                next: "The members are \(Self.names.joined(separator: ", ")).")
        }
        return PriceBook.Entry(
            model: try model(), from: try from(),
            price: TokenPrice(
                input: try due("input", price("input")), cachedInput: try price("cachedInput"),
                output: try due("output", price("output")), reasoning: try price("reasoning")))
    }

    private func model() throws(CommandFailure) -> String {
        let name = try due("model", text("model"))
        guard (1...Limits.nameBytes).contains(name.utf8.count), !name.dropLast().contains("*")
        else {
            throw wrong(
                "model", name,
                """
                A model's name is due, of at most \(Limits.nameBytes) bytes, or its beginning and \
                a '*'.
                """)
        }
        return name
    }

    private func from() throws(CommandFailure) -> Instant? {
        guard let text = try text("from") else { return nil }
        guard let instant = Instant(rfc3339: text) ?? Instant(rfc3339: text + "T00:00:00Z") else {
            throw wrong(
                "from", text,
                "An instant is due, as 2026-11-01T00:00:00Z, or a day of UTC, as 2026-11-01.")
        }
        return instant
    }

    /// Thousand-millionths of a dollar for a million tokens.
    private func price(_ name: String) throws(CommandFailure) -> UInt64? {
        guard let text = try text(name) else { return nil }
        guard let price = Self.nanos(text) else {
            throw wrong(
                name, text,
                """
                US dollars for a million tokens are due, from 0 to 1000000 and with nine decimals \
                at most, as 2.5.
                """)
        }
        return price
    }

    /// Reads a decimal number exactly, which a binary fraction could not hold.
    private static func nanos(_ text: String) -> UInt64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0]
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...7).contains(whole.count), (1...9).contains(fraction.count),
            (whole + fraction).utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let nanos = UInt64(
                whole + fraction + String(repeating: "0", count: 9 - fraction.count)),
            nanos <= 1_000_000_000_000_000
        else { return nil }
        return nanos
    }

    // MARK: Members

    private func text(_ name: String) throws(CommandFailure) -> String? {
        guard let node = members[name] else { return nil }
        guard let scalar = node.scalar else {
            throw wrong(name, "a list or a mapping", "A single value is due.")
        }
        return scalar.string
    }

    private func due<Value>(_ name: String, _ value: Value?) throws(CommandFailure) -> Value {
        guard let value else {
            throw .wrongArguments(
                "\(place) has no \(name)", next: "model, input and output are due in each.")
        }
        return value
    }

    private func wrong(_ name: String, _ text: String, _ due: String) -> CommandFailure {
        .wrongArguments("\(place): \(name) cannot be '\(text)'", next: due)
    }
}
