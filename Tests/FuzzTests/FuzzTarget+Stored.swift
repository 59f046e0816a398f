import StintMetrics
import StintModel
import StintStorage
import StintTraces

// Bytes of a store, which a disk may have damaged.

private let execution = ExecutionID(rawValue: "e")!

extension FuzzTarget {
    /// A state, or one step of it.
    static let state = FuzzTarget("state") { (bytes) throws(BrokenPromise) in
        if let state = bytes.withUnsafeBytes({ try? ExecutionState(encoded: $0) }) {
            try state.keepsPromises(as: execution)
        }
        if let step = bytes.withUnsafeBytes({ try? ExecutionState.decodedStep($0) }) {
            let stored = ExecutionState.encodedStep(step.key, step.value)
            let again = stored.withUnsafeBytes { try? ExecutionState.decodedStep($0) }
            try promise(again == step, "A step that is stored is read back.")
        }
    }

    /// The events of a trail, one after the other.
    static let trail = FuzzTarget("trail") { (bytes) throws(BrokenPromise) in
        let events = bytes.withUnsafeBytes { bytes in
            var events: [Event] = []
            var reader = BinaryReader(bytes)
            while !reader.isAtEnd, let event = try? Event(encoded: &reader, of: execution) {
                events.append(event)
            }
            return events
        }
        for event in events { try event.keepsPromises(isNative: false) }
        try [Event].keepPromises(events)
    }

    /// The spans of a trace that came together.
    static let spans = FuzzTarget("spans") { (bytes) throws(BrokenPromise) in
        func read(_ bytes: [UInt8]) -> [TraceSpan]? {
            bytes.withUnsafeBytes { try? TraceSpan.decoded($0) }
        }
        guard let spans = read(bytes), let id = TraceID(high: 1, low: 1) else { return }
        try promise(read(TraceSpan.encoded(spans)) == spans, "What is stored is read back.")
        let trace = Trace(id: id, spans: spans)
        try promise(
            Trace(id: id, spans: spans.reversed()) == trace, "The order of spans does not matter.")
        for told in trace.recordings(in: .default) { try told.state.keepsPromises(as: told.id) }
    }

    /// A cell of the roll-up, or a sketch: read only where they are what would be written.
    static let cell = FuzzTarget("cell") { (bytes) throws(BrokenPromise) in
        if let sketch = Sketch(encoded: bytes) {
            try promise(sketch.encoded == bytes, "A sketch has one stored form.")
            _ = (sketch.quantile(0), sketch.quantile(0.5), sketch.quantile(1))
            _ = (sketch.minimum, sketch.maximum, sketch.count)
        }
        guard let cell = RollUpCell(encoded: bytes) else { return }
        try promise(cell.encoded == bytes, "A cell has one stored form.")
        var sum = cell
        sum.add(cell)
        sum.subtract(cell)
        try promise(sum == cell, "What was added can be taken back.")
        sum.subtract(cell)
        try promise(sum.isEmpty, "What was taken back leaves nothing.")
    }

    /// What a group of changes adds to the roll-up.
    static let delta = FuzzTarget("delta") { (bytes) throws(BrokenPromise) in
        guard let delta = read(bytes) else { return }
        let cells = delta.minuteCells()
        try promise(
            read(RollUpDelta.encoded(cells))?.minuteCells() == cells,
            "What is stored is read back.")
        _ = delta.cells()
    }

    /// The prices by which a store's cells hold costs.
    static let prices = FuzzTarget("prices") { (bytes) throws(BrokenPromise) in
        func read(_ bytes: [UInt8]) -> PriceBook? {
            bytes.withUnsafeBytes { try? PriceBook(encoded: $0) }
        }
        guard let book = read(bytes) else { return }
        try promise(read(book.encoded) == book, "What is stored is read back.")
        let tokens = Tokens(input: .max, output: .max, cachedInput: 1, reasoning: .max)
        for entry in book.entries {
            let instant = entry.from ?? Instant(microseconds: 0)
            let price = book.price(of: entry.model.text, at: instant)
            try promise(price != nil, "A price that is in force is found.")
            let cost = price?.costNanos(of: tokens) ?? -1
            try promise(cost >= 0, "A cost is not negative.")
        }
        _ = book.inForce(at: Instant(microseconds: 0))
    }

    /// The books of a client: the numbers of a row, of eight bytes each, then the gaps.
    static let client = FuzzTarget("client") { (bytes) throws(BrokenPromise) in
        guard bytes.count >= 64 else { return }
        func number(_ place: Int) -> Int64 {
            Int64(
                bitPattern: bytes[(place * 8)..<(place * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) })
        }
        let row = ClientLedger.Row(
            firstSeenAt: Instant(microseconds: number(0)),
            lastSeenAt: Instant(microseconds: number(1)), highest: number(2), received: number(3),
            stored: number(4), rejected: number(5), dropped: number(6), unknown: number(7),
            gaps: Array(bytes[64...]))
        guard var ledger = try? ClientLedger(row) else { return }
        try promise((try? ClientLedger(ledger.row)) == ledger, "What is stored is read back.")
        try promise(ledger.inFlight >= 0, "No less than nothing is in flight.")
        let first = max(1, min(ledger.highest, number(7) & 0xFFFF_FFFF))
        let batch = ClientBatch(
            workspace: .default, client: ClientID(rawValue: String(repeating: "0", count: 32))!,
            numbers: first...min(first + 9, ClientBatch.largestNumber), stored: 1, rejected: 0,
            dropped: 0)
        guard let batch else { throw BrokenPromise(description: "A batch is taken.") }
        let before = ledger.received
        for _ in 0..<2 { ledger.add(batch, at: row.lastSeenAt) }
        try promise(ledger.received - before <= 1, "A batch counts once.")
        try promise((try? ClientLedger(ledger.row)) == ledger, "What was counted is read back.")
    }

    private static func read(_ bytes: [UInt8]) -> RollUpDelta? {
        bytes.withUnsafeBytes { bytes in
            var delta = RollUpDelta()
            do throws(DamagedBytes) { try delta.add(encoded: bytes) } catch { return nil }
            return delta
        }
    }
}
