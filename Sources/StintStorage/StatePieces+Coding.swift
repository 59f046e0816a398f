import StintModel

// The parts that states, events and spans have in common, in the stored form.

extension BinaryWriter {
    mutating func scalar(_ value: Scalar) {
        switch value {
        case .string(let text):
            byte(0)
            string(text)
        case .integer(let number):
            byte(1)
            zigzag(number)
        case .double(let number):
            byte(2)
            fixed64(number.bitPattern)
        case .boolean(let flag):
            byte(flag ? 4 : 3)
        case .list(let names):
            byte(5)
            count(names.count)
            for name in names { string(name) }
        }
    }

    mutating func failure(_ value: Failure, from base: Instant) {
        optional(value.type) { $0.string($1) }
        optional(value.message) { $0.string($1) }
        optional(value.cause) { $0.string($1) }
        optional(value.stack) { $0.string($1) }
        optional(value.at) { $0.instant($1, from: base) }
    }

    mutating func tokens(_ value: Tokens) {
        let buckets = [value.input, value.output, value.cachedInput, value.reasoning]
        var known: UInt8 = 0
        for (index, bucket) in buckets.enumerated() where bucket != nil { known |= 1 << index }
        byte(known)
        for bucket in buckets { if let bucket { zigzag(bucket) } }
    }

    mutating func facts(_ facts: [Fact]) {
        count(facts.count)
        for fact in facts {
            byte(fact.name.rawValue)
            scalar(fact.value)
        }
    }

    mutating func attributes(_ attributes: [Attribute]) {
        count(attributes.count)
        for attribute in attributes {
            string(attribute.key)
            scalar(attribute.value)
        }
    }

    mutating func call(_ value: ModelCall) {
        string(value.id)
        optional(value.model) { $0.string($1) }
        optional(value.latency) { $0.zigzag($1.microseconds) }
        optional(value.costNanos) { $0.zigzag($1) }
    }

    mutating func lost(_ value: LostVerdict, from base: Instant) {
        instant(value.seen, from: base)
        byte(value.rule.rawValue)
        optional(value.limit) { $0.zigzag($1.microseconds) }
    }
}

extension BinaryReader {
    mutating func scalar() throws(DamagedBytes) -> Scalar {
        switch try byte() {
        case 0: return .string(try string())
        case 1: return .integer(try zigzag())
        case 2:
            let number = Double(bitPattern: try fixed64())
            guard number.isFinite else { throw DamagedBytes() }
            return .double(number)
        case 3: return .boolean(false)
        case 4: return .boolean(true)
        case 5:
            var names: [String] = []
            for _ in 0..<(try count()) { names.append(try string()) }
            return .list(names)
        default: throw DamagedBytes()
        }
    }

    mutating func optionalString() throws(DamagedBytes) -> String? {
        try optional { (reader) throws(DamagedBytes) in try reader.string() }
    }

    mutating func optionalInstant(from base: Instant) throws(DamagedBytes) -> Instant? {
        try optional { (reader) throws(DamagedBytes) in try reader.instant(from: base) }
    }

    mutating func failure(from base: Instant) throws(DamagedBytes) -> Failure {
        Failure(
            type: try optionalString(), message: try optionalString(),
            cause: try optionalString(), stack: try optionalString(),
            at: try optionalInstant(from: base))
    }

    mutating func optionalFailure(from base: Instant) throws(DamagedBytes) -> Failure? {
        try optional { (reader) throws(DamagedBytes) in try reader.failure(from: base) }
    }

    mutating func tokens() throws(DamagedBytes) -> Tokens {
        let known = try byte()
        return Tokens(
            input: known & 1 != 0 ? try zigzag() : nil,
            output: known & 2 != 0 ? try zigzag() : nil,
            cachedInput: known & 4 != 0 ? try zigzag() : nil,
            reasoning: known & 8 != 0 ? try zigzag() : nil)
    }

    mutating func facts() throws(DamagedBytes) -> [Fact] {
        var facts: [Fact] = []
        for _ in 0..<(try count()) {
            facts.append(Fact(try FactName(stored: &self), try scalar()))
        }
        return facts
    }

    mutating func attributes() throws(DamagedBytes) -> [Attribute] {
        var attributes: [Attribute] = []
        for _ in 0..<(try count()) { attributes.append(Attribute(try string(), try scalar())) }
        return attributes
    }

    mutating func call() throws(DamagedBytes) -> ModelCall {
        ModelCall(
            id: try string(), model: try optionalString(), latency: try optionalTimeSpan(),
            costNanos: try optionalNumber())
    }

    mutating func lost(from base: Instant) throws(DamagedBytes) -> LostVerdict {
        LostVerdict(
            seen: try instant(from: base), rule: try LostVerdict.Rule(stored: &self),
            limit: try optionalTimeSpan())
    }

    mutating func optionalTimeSpan() throws(DamagedBytes) -> TimeSpan? {
        try optional { (reader) throws(DamagedBytes) in
            TimeSpan(microseconds: try reader.zigzag())
        }
    }

    mutating func optionalNumber() throws(DamagedBytes) -> Int64? {
        try optional { (reader) throws(DamagedBytes) in try reader.zigzag() }
    }

    /// A counter of the model: attempt, try, revision.
    mutating func counter() throws(DamagedBytes) -> UInt16 {
        guard let value = UInt16(exactly: try varint()) else { throw DamagedBytes() }
        return value
    }
}
