import StintModel

// What the single members of an event hold, and their limits.

extension NativeEventDecoding {
    static let counter = Int64(Limits.counter)
    /// Whole numbers that every reader of JSON knows exactly.
    static let count: ClosedRange<Int64> = 0...9_007_199_254_740_992
    /// Seconds, some 31,700 years: added to any instant they still make one.
    static let longestSpan = 1e12
    /// US dollars; in thousand-millionths they fit an `Int64`.
    static let highestCost = 9e9

    mutating func executionID(_ reader: inout JSONReader) throws(IngestFault) -> ExecutionID {
        let slice = try reader.nameSlice(atMost: Limits.executionIDBytes, "/execution")
        guard let id = ExecutionID(rawValue: name(slice, .execution, reader)) else {
            throw .unfit(
                pointer: "/execution",
                detail: "An execution's id is 1 through \(Limits.executionIDBytes) bytes long.")
        }
        return id
    }

    /// - Returns: `nil` where the name is empty, which says as much as none.
    mutating func name(
        _ member: NativeMember, _ reader: inout JSONReader, atMost limit: Int = Limits.nameBytes
    ) throws(IngestFault) -> String? {
        let slice = try reader.nameSlice(atMost: limit, member.pointer)
        return slice.count == 0 ? nil : name(slice, member, reader)
    }

    mutating func requiredName(
        _ member: NativeMember, _ reader: inout JSONReader
    ) throws(IngestFault) -> String {
        guard let name = try name(member, &reader) else {
            throw .unfit(
                pointer: member.pointer,
                detail: "A name of 1 through \(Limits.nameBytes) bytes is expected.")
        }
        return name
    }

    @inline(__always)
    private mutating func name(
        _ slice: JSONText, _ member: NativeMember, _ reader: JSONReader
    ) -> String {
        // Up to 15 bytes a string holds in itself, which is cheaper than looking for the last one.
        guard slice.count > 15, !slice.isEscaped else { return reader.decode(slice) }
        let index = Int(member.rawValue)
        let last = names[index].slice
        if reader.spellTheSame(last, slice) { return names[index].name }
        let name = reader.decode(slice)
        names[index] = (slice, name)
        return name
    }

    mutating func fact(
        _ fact: FactName, _ member: NativeMember, of event: inout Event,
        _ reader: inout JSONReader, atMost limit: Int = Limits.nameBytes
    ) throws(IngestFault) {
        guard let name = try name(member, &reader, atMost: limit) else { return }
        event.add(fact, .string(name))
    }

    func text(
        _ fact: FactName, _ member: NativeMember, of event: inout Event,
        _ reader: inout JSONReader
    ) throws(IngestFault) {
        event.add(fact, .string(try reader.text(atMost: Limits.textBytes, member.pointer)))
    }

    func count(
        _ fact: FactName, _ member: NativeMember, of event: inout Event,
        _ reader: inout JSONReader
    ) throws(IngestFault) {
        event.add(fact, .integer(try reader.integer(in: Self.count, member.pointer)))
    }

    /// A span that is promised: it cannot be 0.
    func promise(
        _ pointer: @autoclosure () -> String, _ reader: inout JSONReader
    ) throws(IngestFault) -> Scalar {
        let number = try reader.number(upTo: Self.longestSpan, pointer())
        guard let scalar = number.scalar, let seconds = scalar.number, seconds > 0 else {
            throw .unfit(pointer: pointer(), detail: "A number of seconds above 0 is expected.")
        }
        return scalar
    }

    func outcome(
        of kind: EventKind, _ reader: inout JSONReader
    ) throws(IngestFault) -> Outcome {
        let slice = try reader.nameSlice(atMost: Limits.nameBytes, "/status")
        let isOfStep = kind == .stepFinished
        let exact = Outcome(exactly: reader.slice(slice))
        if let exact, exact != .skipped || isOfStep { return exact }
        let word = reader.decode(slice)
        let ends =
            isOfStep
            ? "`succeeded`, `failed`, `timed_out`, `aborted` or `skipped`"
            : "`succeeded`, `failed`, `timed_out` or `aborted`"
        guard let outcome = exact ?? Outcome(word: word) else {
            let isKnown = ExecutionStatus(word: word) != nil
            throw .unfit(
                pointer: "/status",
                detail: (isKnown ? "This status is no end" : "No status has this name")
                    + "; what has finished is \(ends).")
        }
        guard outcome != .skipped || isOfStep else {
            throw .unfit(
                pointer: "/status", detail: "Only a step is skipped; an execution is \(ends).")
        }
        return outcome
    }

    /// The names of the steps planned, each once.
    ///
    /// - Returns: `nil` where there are none, which says as much as no plan.
    mutating func plan(_ reader: inout JSONReader) throws(IngestFault) -> [String]? {
        guard try reader.peek() == .array else {
            throw .unfit(pointer: "/steps", detail: "An array of names is expected.")
        }
        try reader.enterArray()
        var plan: [String] = []
        inner.removeAll()
        var index = 0
        while try reader.nextElement() {
            guard index < Limits.plannedSteps else {
                throw .unfit(
                    pointer: "/steps",
                    detail: "A plan of at most \(Limits.plannedSteps) steps is expected.")
            }
            let slice = try reader.nameSlice(atMost: Limits.nameBytes, "/steps/\(index)")
            guard slice.count > 0 else {
                throw .unfit(
                    pointer: "/steps/\(index)",
                    detail: "A name of 1 through \(Limits.nameBytes) bytes is expected.")
            }
            if inner.insert(slice, of: reader) { plan.append(reader.decode(slice)) }
            index += 1
        }
        return plan.isEmpty ? nil : plan
    }

    mutating func failure(_ reader: inout JSONReader) throws(IngestFault) -> Failure {
        try reader.enterObject("/error", of: "{type, message, cause?, stack?, at?}")
        inner.removeAll()
        var failure = Failure()
        while let key = try nextKey("/error", &reader) {
            if try reader.skipNull() { continue }
            let word = reader.word(key)
            if word.spells("type") {
                let slice = try reader.nameSlice(atMost: Limits.nameBytes, "/error/type")
                failure.type = slice.count == 0 ? nil : reader.decode(slice)
            } else if word.spells("message") {
                failure.message = try text("/error/message", &reader)
            } else if word.spells("cause") {
                failure.cause = try text("/error/cause", &reader)
            } else if word.spells("stack") {
                failure.stack = try text("/error/stack", &reader)
            } else if word.spells("at") {
                failure.at = try reader.instant("/error/at")
            } else {
                try reader.skip()
            }
        }
        guard failure.type != nil || failure.message != nil else {
            throw .unfit(
                pointer: "/error", detail: "An error has at least a `type` or a `message`.")
        }
        return failure
    }

    /// - Returns: `nil` where the text is empty.
    private func text(
        _ pointer: @autoclosure () -> String, _ reader: inout JSONReader
    ) throws(IngestFault) -> String? {
        let text = try reader.text(atMost: Limits.textBytes, pointer())
        return text.isEmpty ? nil : text
    }

    mutating func tokens(_ reader: inout JSONReader) throws(IngestFault) -> Tokens {
        try reader.enterObject("/tokens", of: "{input, output, cachedInput?, reasoning?}")
        inner.removeAll()
        var tokens = Tokens()
        while let key = try nextKey("/tokens", &reader) {
            if try reader.skipNull() { continue }
            let word = reader.word(key)
            if word.spells("input") {
                tokens.input = try reader.integer(in: Self.count, "/tokens/input")
            } else if word.spells("output") {
                tokens.output = try reader.integer(in: Self.count, "/tokens/output")
            } else if word.spells("cachedInput") {
                tokens.cachedInput = try reader.integer(in: Self.count, "/tokens/cachedInput")
            } else if word.spells("reasoning") {
                tokens.reasoning = try reader.integer(in: Self.count, "/tokens/reasoning")
            } else {
                try reader.skip()
            }
        }
        return tokens
    }

    /// The next key of an object within the event, which stands there once.
    @inline(__always)
    private mutating func nextKey(
        _ object: String, _ reader: inout JSONReader
    ) throws(IngestFault) -> JSONText? {
        guard let key = try reader.nextKey() else { return nil }
        try inner.insertOnce(key, of: reader, in: object)
        return key
    }

    mutating func attributes(_ reader: inout JSONReader) throws(IngestFault) -> [Attribute] {
        try reader.enterObject("/attributes", of: "names with strings, numbers and booleans")
        inner.removeAll()
        var attributes: [Attribute] = []
        while let key = try nextKey("/attributes", &reader) {
            if try reader.skipNull() { continue }
            guard attributes.count < Limits.attributesPerEvent else {
                throw .unfit(
                    pointer: "/attributes",
                    detail: "At most \(Limits.attributesPerEvent) attributes are expected.")
            }
            if attributes.isEmpty { attributes.reserveCapacity(4) }
            let name = try attributeName(key, reader)
            attributes.append(Attribute(name, try attributeValue(key, &reader)))
        }
        return attributes
    }

    private func attributeName(
        _ key: JSONText, _ reader: JSONReader
    ) throws(IngestFault) -> String {
        if key.hasNUL {
            throw .unfit(
                pointer: IngestFault.pointer(to: key, of: reader, in: "/attributes"),
                detail: "A name does not hold the character U+0000.")
        }
        let name = reader.decode(key)
        guard (1...Limits.nameBytes).contains(name.utf8.count) else {
            throw .unfit(
                pointer: "/attributes",
                detail: "An attribute's name is 1 through \(Limits.nameBytes) bytes long.")
        }
        return name
    }

    private func attributeValue(
        _ key: JSONText, _ reader: inout JSONReader
    ) throws(IngestFault) -> Scalar {
        // Where it fails, the reader is set back anyway.
        let keys = reader
        func pointer() -> String { IngestFault.pointer(to: key, of: keys, in: "/attributes") }
        switch try reader.peek() {
        case .string:
            let text = try reader.text(atMost: Limits.attributeBytes, pointer())
            return .string(Redaction.covers(key, of: reader) ? Redaction.mask : text)
        case .number:
            if let scalar = try reader.finiteNumber(pointer()).scalar { return scalar }
        case .boolean:
            return .boolean(try reader.boolean())
        case .object, .array, .null:
            break
        }
        throw .unfit(
            pointer: pointer(), detail: "A string, a number or a boolean is expected.")
    }
}

extension Event {
    @inline(__always)
    mutating func add(_ name: FactName, _ value: Scalar) {
        if facts.isEmpty { facts.reserveCapacity(4) }
        facts.append(Fact(name, value))
    }
}

extension Outcome {
    /// Finds an outcome by the word of the interface, and by none of its synonyms.
    fileprivate init?(exactly word: UnsafeBufferPointer<UInt8>) {
        if word.spells("succeeded") {
            self = .succeeded
        } else if word.spells("failed") {
            self = .failed
        } else if word.spells("timed_out") {
            self = .timedOut
        } else if word.spells("aborted") {
            self = .aborted
        } else if word.spells("skipped") {
            self = .skipped
        } else {
            return nil
        }
    }
}
