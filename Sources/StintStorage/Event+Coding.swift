public import StintModel

// The stored form of an event in the trail, version 1. Its execution is known from where it stands.

extension Event {
    private static let version: UInt8 = 1

    /// Appends the event without its execution's id.
    ///
    /// Equal events have equal bytes, so a digest of them recognises a repetition.
    public func encode(to writer: inout BinaryWriter) {
        let epoch = Instant(microseconds: 0)
        writer.byte(Self.version)
        writer.byte(kind.rawValue)
        writer.zigzag(at.microseconds)
        writer.varint(UInt64(attempt))
        writer.varint(UInt64(revision))
        writer.byte(authority.rawValue)
        writer.optional(id) { $0.string($1) }
        writer.facts(facts)
        writer.attributes(attributes)
        writer.optional(outcome) { $0.byte($1.rawValue) }
        writer.optional(failure) { $0.failure($1, from: epoch) }
        writer.optional(step) { $0.string($1) }
        writer.varint(UInt64(stepTry))
        writer.optional(tokens) { $0.tokens($1) }
        writer.optional(call) { $0.call($1) }
        writer.optional(lost) { $0.lost($1, from: epoch) }
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(
        encoded reader: inout BinaryReader, of execution: ExecutionID
    ) throws(DamagedBytes) {
        let epoch = Instant(microseconds: 0)
        guard try reader.byte() == Self.version else { throw DamagedBytes() }
        let kind = try EventKind(stored: &reader)
        // No trail holds one, and no execution's state can take it.
        guard kind != .workerReported else { throw DamagedBytes() }
        self.init(
            kind, execution: execution,
            at: try reader.instant(from: epoch), attempt: try reader.counter(),
            revision: try reader.counter(), authority: try Authority(stored: &reader))
        id = try reader.optionalString()
        facts = try reader.facts()
        attributes = try reader.attributes()
        outcome = try reader.optional { (reader) throws(DamagedBytes) in
            try Outcome(stored: &reader)
        }
        failure = try reader.optionalFailure(from: epoch)
        step = try reader.optionalString()
        stepTry = try reader.counter()
        tokens = try reader.optional { (reader) throws(DamagedBytes) in try reader.tokens() }
        call = try reader.optional { (reader) throws(DamagedBytes) in try reader.call() }
        lost = try reader.optional { (reader) throws(DamagedBytes) in
            try reader.lost(from: epoch)
        }
    }
}
