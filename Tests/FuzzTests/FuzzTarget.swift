/// Something that reads a stranger's bytes, and what holds whatever they are.
///
/// `make fuzz` runs each on bytes that a fuzzer makes up; `CorpusTests` on those worth keeping.
struct FuzzTarget: Sendable {
    /// The name of its folder in `Fuzzing/Corpus`.
    let name: String
    /// Trapping is a fault as well, and so is taking more than a second.
    let run: @Sendable ([UInt8]) throws(BrokenPromise) -> Void

    init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws(BrokenPromise) -> Void) {
        self.name = name
        self.run = run
    }

    static let all: [FuzzTarget] = [
        json, events, lines, eventBridge, cloudEvents, lineage, otlpProtobuf, otlpJSON, instant,
        query, entityTag, words, cursor, keySecret,
        state, trail, spans, cell, delta, prices, client,
    ]
}

/// What did not hold.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String
}

func promise(
    _ holds: Bool, _ sentence: @autoclosure () -> String
) throws(BrokenPromise) {
    if !holds { throw BrokenPromise(description: sentence()) }
}
