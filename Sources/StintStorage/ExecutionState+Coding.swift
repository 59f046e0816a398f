public import StintModel

// The stored form of a state, version 1. A newer version keeps reading the older ones.

extension ExecutionState {
    private static let version: UInt8 = 1

    /// - Parameter withSteps: `false` leaves the steps out, for a store that keeps those of large
    ///   executions in rows of their own; see ``encodedStep(_:_:)``.
    public func encoded(withSteps: Bool = true) -> [UInt8] {
        var writer = BinaryWriter()
        writer.reserve(256)
        writer.byte(Self.version)
        writer.zigzag(first.microseconds)
        writer.byte(isTruncated ? 1 : 0)
        writer.optional(queued) { $0.instant($1, from: first) }
        writer.optional(started) { $0.instant($1, from: first) }
        writer.facts(facts, from: first)
        writer.attributes(attributes, from: first)
        writer.count(attempts.count)
        for entry in attempts.entries {
            writer.varint(UInt64(entry.key))
            writer.attempt(entry.value, from: first)
        }
        writer.usage(usage, from: first)
        writer.count(withSteps ? steps.count : 0)
        if withSteps {
            for entry in steps.entries { writer.step(entry.key, entry.value, from: first) }
        }
        return writer.bytes
    }

    /// One step in the stored form, its times relative to the epoch.
    public static func encodedStep(_ id: StepID, _ step: Step) -> [UInt8] {
        var writer = BinaryWriter()
        writer.byte(version)
        writer.step(id, step, from: Instant(microseconds: 0))
        return writer.bytes
    }

    public static func decodedStep(
        _ bytes: UnsafeRawBufferPointer
    ) throws(DamagedBytes) -> SortedMap<StepID, Step>.Entry {
        var reader = BinaryReader(bytes)
        guard try reader.byte() == version else { throw DamagedBytes() }
        return try reader.step(from: Instant(microseconds: 0))
    }

    /// Reads what ``encoded(withSteps:)`` wrote.
    public init(encoded bytes: UnsafeRawBufferPointer) throws(DamagedBytes) {
        var reader = BinaryReader(bytes)
        guard try reader.byte() == Self.version else { throw DamagedBytes() }
        let first = try reader.instant(from: Instant(microseconds: 0))
        let isTruncated = try reader.byte() != 0
        let queued = try reader.optionalInstant(from: first)
        let started = try reader.optionalInstant(from: first)
        let facts = try reader.facts(from: first)
        let attributes = try reader.attributes(from: first)
        var attempts: [SortedMap<UInt16, Attempt>.Entry] = []
        for _ in 0..<(try reader.count()) {
            attempts.append(
                .init(key: try reader.counter(), value: try reader.attempt(from: first)))
        }
        let usage = try reader.usage(from: first)
        var steps: [SortedMap<StepID, Step>.Entry] = []
        for _ in 0..<(try reader.count()) { steps.append(try reader.step(from: first)) }
        guard reader.isAtEnd, let attempts = SortedMap(ifAscending: attempts),
            let steps = SortedMap(ifAscending: steps)
        else { throw DamagedBytes() }
        self.init(
            first: first, queued: queued, started: started, facts: facts, attributes: attributes,
            attempts: attempts, steps: steps, usage: usage, isTruncated: isTruncated)
    }
}

extension BinaryWriter {
    fileprivate mutating func register(_ value: Register, from base: Instant) {
        byte(value.authority.rawValue)
        instant(value.at, from: base)
        scalar(value.value)
    }

    fileprivate mutating func facts(_ facts: Facts, from base: Instant) {
        count(facts.count)
        for entry in facts.entries {
            byte(entry.key.rawValue)
            register(entry.value, from: base)
        }
    }

    fileprivate mutating func attributes(_ attributes: Attributes, from base: Instant) {
        count(attributes.count)
        for entry in attributes.entries {
            string(entry.key)
            register(entry.value, from: base)
        }
    }

    fileprivate mutating func run(_ run: RunState, from base: Instant) {
        // Which of the five optional parts follow, then the phase, in one byte each.
        var known: UInt8 = 0
        if run.queued != nil { known |= 1 }
        if run.started != nil { known |= 2 }
        if run.seen != nil { known |= 4 }
        if run.end != nil { known |= 8 }
        if run.failure != nil { known |= 16 }
        byte(known)
        byte(run.phase.rawValue)
        byte(run.claimed.bits)
        if let queued = run.queued { instant(queued, from: base) }
        if let started = run.started { instant(started, from: base) }
        if let seen = run.seen { instant(seen, from: base) }
        if let end = run.end {
            varint(UInt64(end.revision))
            byte(end.authority.rawValue)
            instant(end.at, from: base)
            byte(end.outcome.rawValue)
            optional(end.failure) { $0.failure($1, from: base) }
        }
        if let register = run.failure {
            varint(UInt64(register.revision))
            byte(register.authority.rawValue)
            instant(register.at, from: base)
            failure(register.failure, from: base)
        }
    }

    fileprivate mutating func attempt(_ attempt: ExecutionState.Attempt, from base: Instant) {
        run(attempt.run, from: base)
        optional(attempt.wait) {
            $0.instant($1.at, from: base)
            $0.byte($1.isWaiting ? 1 : 0)
        }
        optional(attempt.lost) { $0.lost($1, from: base) }
    }

    fileprivate mutating func usage(_ usage: UsageState, from base: Instant) {
        byte(usage.isTruncated ? 1 : 0)
        optional(usage.cumulative) {
            $0.varint(UInt64($1.revision))
            $0.tokens($1.tokens)
        }
        count(usage.calls.count)
        for entry in usage.calls.entries {
            string(entry.key)
            tokens(entry.value.tokens)
            optional(entry.value.latency) { $0.zigzag($1.microseconds) }
            optional(entry.value.costNanos) { $0.zigzag($1) }
            instant(entry.value.at, from: base)
            optional(entry.value.model) { $0.register($1, from: base) }
        }
    }

    fileprivate mutating func step(
        _ id: ExecutionState.StepID, _ step: ExecutionState.Step, from base: Instant
    ) {
        varint(UInt64(id.attempt))
        string(id.key)
        varint(UInt64(id.number))
        instant(step.first, from: base)
        byte(step.isTruncated ? 1 : 0)
        run(step.run, from: base)
        facts(step.facts, from: base)
        attributes(step.attributes, from: base)
        usage(step.usage, from: base)
    }
}

extension BinaryReader {
    fileprivate mutating func register(from base: Instant) throws(DamagedBytes) -> Register {
        Register(
            authority: try Authority(stored: &self), at: try instant(from: base),
            value: try scalar())
    }

    fileprivate mutating func facts(from base: Instant) throws(DamagedBytes) -> Facts {
        var entries: [Facts.Entry] = []
        let size = try count()
        entries.reserveCapacity(size)
        for _ in 0..<size {
            entries.append(
                .init(key: try FactName(stored: &self), value: try register(from: base)))
        }
        guard let facts = Facts(ifAscending: entries) else { throw DamagedBytes() }
        return facts
    }

    fileprivate mutating func attributes(from base: Instant) throws(DamagedBytes) -> Attributes {
        var entries: [Attributes.Entry] = []
        let size = try count()
        entries.reserveCapacity(size)
        for _ in 0..<size {
            entries.append(.init(key: try string(), value: try register(from: base)))
        }
        guard let attributes = Attributes(ifAscending: entries) else { throw DamagedBytes() }
        return attributes
    }

    fileprivate mutating func run(from base: Instant) throws(DamagedBytes) -> RunState {
        let known = try byte()
        var run = RunState()
        run.phase = try RunState.Phase(stored: &self)
        run.claimed = OutcomeSet(bits: try byte())
        if known & 1 != 0 { run.queued = try instant(from: base) }
        if known & 2 != 0 { run.started = try instant(from: base) }
        if known & 4 != 0 { run.seen = try instant(from: base) }
        if known & 8 != 0 {
            run.end = End(
                revision: try counter(), authority: try Authority(stored: &self),
                at: try instant(from: base), outcome: try Outcome(stored: &self),
                failure: try optionalFailure(from: base))
        }
        if known & 16 != 0 {
            run.failure = FailureRegister(
                revision: try counter(), authority: try Authority(stored: &self),
                at: try instant(from: base), failure: try failure(from: base))
        }
        return run
    }

    fileprivate mutating func attempt(
        from base: Instant
    ) throws(DamagedBytes) -> ExecutionState.Attempt {
        var attempt = ExecutionState.Attempt()
        attempt.run = try run(from: base)
        attempt.wait = try optional { (reader) throws(DamagedBytes) in
            ExecutionState.Wait(
                at: try reader.instant(from: base), isWaiting: try reader.byte() != 0)
        }
        attempt.lost = try optional { (reader) throws(DamagedBytes) in
            try reader.lost(from: base)
        }
        return attempt
    }

    fileprivate mutating func usage(from base: Instant) throws(DamagedBytes) -> UsageState {
        var usage = UsageState()
        usage.isTruncated = try byte() != 0
        usage.cumulative = try optional { (reader) throws(DamagedBytes) in
            UsageState.Cumulative(revision: try reader.counter(), tokens: try reader.tokens())
        }
        var calls: [SortedMap<String, UsageState.Call>.Entry] = []
        for _ in 0..<(try count()) {
            let id = try string()
            let tokens = try tokens()
            let latency = try optionalTimeSpan()
            let costNanos = try optionalNumber()
            var call = UsageState.Call(at: try instant(from: base))
            call.tokens = tokens
            call.latency = latency
            call.costNanos = costNanos
            call.model = try optional { (reader) throws(DamagedBytes) in
                try reader.register(from: base)
            }
            calls.append(.init(key: id, value: call))
        }
        guard let sorted = SortedMap(ifAscending: calls) else { throw DamagedBytes() }
        usage.calls = sorted
        return usage
    }

    fileprivate mutating func step(
        from base: Instant
    ) throws(DamagedBytes) -> SortedMap<ExecutionState.StepID, ExecutionState.Step>.Entry {
        let id = ExecutionState.StepID(
            attempt: try counter(), key: try string(), number: try counter())
        var step = ExecutionState.Step(first: try instant(from: base))
        step.isTruncated = try byte() != 0
        step.run = try run(from: base)
        step.facts = try facts(from: base)
        step.attributes = try attributes(from: base)
        step.usage = try usage(from: base)
        return .init(key: id, value: step)
    }
}
