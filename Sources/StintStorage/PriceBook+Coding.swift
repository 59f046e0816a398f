public import StintModel

// The stored form of a price book, version 1: its entries in their order.

extension PriceBook {
    private static let version: UInt8 = 1

    public var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.byte(Self.version)
        writer.count(entries.count)
        for entry in entries {
            writer.string(entry.model.text)
            writer.optional(entry.from) { $0.zigzag($1.microseconds) }
            for price in [
                entry.price.input, entry.price.cachedInput, entry.price.output,
                entry.price.reasoning,
            ] { writer.varint(price) }
        }
        return writer.bytes
    }

    public init(encoded bytes: UnsafeRawBufferPointer) throws(DamagedBytes) {
        var reader = BinaryReader(bytes)
        guard try reader.byte() == Self.version else { throw DamagedBytes() }
        var entries: [Entry] = []
        for _ in 0..<(try reader.count()) {
            let model = try reader.string()
            let from = try reader.optional { (reader) throws(DamagedBytes) in
                try reader.instant(from: Instant(microseconds: 0))
            }
            let price = TokenPrice(
                input: try reader.varint(), cachedInput: try reader.varint(),
                output: try reader.varint(), reasoning: try reader.varint())
            entries.append(Entry(model: model, from: from, price: price))
        }
        guard reader.isAtEnd, let book = try? PriceBook(entries) else { throw DamagedBytes() }
        self = book
    }
}
