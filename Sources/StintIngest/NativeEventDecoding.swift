import StintModel

/// Reads events of our own interface, one after the other.
///
/// Names repeat from one event of a body to the next, so the last of each member is remembered and
/// shared instead of built again.
struct NativeEventDecoding {
    private let window: AdmissionWindow
    /// By the raw value of the sort of event.
    private let members: [NativeMemberSet]
    private var unknown = JSONKeySet()
    var inner = JSONKeySet()
    /// By the raw value of the member: where in the body its last long name stood, and that name.
    var names: [(slice: JSONText, name: String)]

    init(window: AdmissionWindow) {
        self.window = window
        let kinds = EventKind.allCases.sorted { $0.rawValue < $1.rawValue }
        // Raw values begin at 1.
        members = [[]] + kinds.map { NativeMemberSet(of: $0) }
        names = Array(
            repeating: (JSONText(start: 0, end: 0), ""), count: NativeMember.allCases.count)
    }

    /// Reads the event that stands next, and shows it to the sink.
    ///
    /// It is not returned, because that would copy it, and retain every string in it.
    ///
    /// - Parameter isAlone: Whether nothing may follow it up to the reader's end.
    mutating func read(
        _ reader: inout JSONReader, isAlone: Bool, into sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        guard try reader.peek() == .object else {
            throw .unfit(pointer: "", detail: "An event is an object.")
        }
        try reader.enterObject()
        var seen: NativeMemberSet = []
        let kind = try kind(&reader, &seen)
        var event = blank(kind)
        try readMembers(of: &event, &reader, &seen)
        try complete(&event)
        if isAlone { try reader.finish() }
        sink(event)
    }

    /// Reads the members of an event whose sort, and more, is known from what stands around it. What
    /// they say themselves goes before that; a `type` among them says nothing.
    mutating func read(_ reader: inout JSONReader, onto event: inout Event) throws(IngestFault) {
        guard try reader.peek() == .object else {
            throw .unfit(pointer: "", detail: "An event is an object.")
        }
        try reader.enterObject()
        var seen: NativeMemberSet = []
        try readMembers(of: &event, &reader, &seen)
    }

    /// An event of a sort, of which nothing else is known yet.
    func blank(_ kind: EventKind) -> Event {
        var event = Event(kind, execution: nil, at: window.receivedAt)
        // Their ids are known to be missing as long as they are empty.
        if kind == .modelCalled { event.call = ModelCall(id: "") }
        if kind == .workerReported { event.worker = WorkerReport(worker: "") }
        return event
    }

    @inline(__always)
    private mutating func readMembers(
        of event: inout Event, _ reader: inout JSONReader, _ seen: inout NativeMemberSet
    ) throws(IngestFault) {
        let members = members[Int(event.kind.rawValue)]
        unknown.removeAll()
        while let key = try reader.nextKey() {
            guard let member = try member(key, reader) else {
                try unknown.insertOnce(key, of: reader, in: "")
                try reader.skip()
                continue
            }
            guard !seen.contains(member) else { throw .duplicateKey(member.pointer) }
            seen.insert(member)
            if try reader.skipNull() { continue }
            if members.contains(member) {
                try read(member, of: &event, &reader)
            } else {
                try reader.skip()
            }
        }
    }

    /// Finds the sort of event, on which depends what the other members mean.
    ///
    /// Most senders put `type` first; else the object is passed over up to it, and read again.
    @inline(__always)
    private mutating func kind(
        _ reader: inout JSONReader, _ seen: inout NativeMemberSet
    ) throws(IngestFault) -> EventKind {
        let start = reader
        var isFirst = true
        while let key = try reader.nextKey() {
            if try member(key, reader) == .type {
                if try reader.skipNull() { break }
                let kind = try kind(&reader)
                if isFirst { seen.insert(.type) } else { reader = start }
                return kind
            }
            isFirst = false
            try reader.skip()
        }
        throw .unfit(
            pointer: "/type", detail: "An event says its `type`: `execution.started`, say.")
    }

    private func kind(_ reader: inout JSONReader) throws(IngestFault) -> EventKind {
        guard try reader.peek() == .string else {
            throw .unfit(
                pointer: "/type", detail: "A string is expected: `execution.started`, say.")
        }
        let word = try reader.string()
        var kind = EventKind(reader.slice(word))
        if kind == nil, word.isEscaped {
            var decoded = reader.decode(word)
            kind = decoded.withUTF8 { EventKind($0) }
        }
        guard let kind else {
            throw .unfit(
                pointer: "/type",
                detail: "No event has this type. The types are "
                    + EventKind.allCases.filter { $0 != .executionLost }.map(\.word)
                    .joined(separator: ", ") + ".")
        }
        guard kind != .executionLost else {
            throw .unfit(
                pointer: "/type", detail: "`execution.lost` is concluded here and never sent.")
        }
        return kind
    }

    @inline(__always)
    private func member(
        _ key: JSONText, _ reader: JSONReader
    ) throws(IngestFault) -> NativeMember? {
        guard key.isEscaped else { return NativeMember(reader.slice(key)) }
        if key.hasLoneSurrogate { throw .loneSurrogate() }
        var decoded = reader.decode(key, keepsNUL: true)
        return decoded.withUTF8 { NativeMember($0) }
    }

    /// Checks that nothing is missing that this sort of event must have.
    @inline(__always)
    func complete(_ event: inout Event) throws(IngestFault) {
        if event.kind == .workerReported {
            guard event.worker?.worker.isEmpty == false else {
                throw .unfit(pointer: "/worker", detail: "A report says which `worker` it is of.")
            }
            return
        }
        guard event.execution != nil else {
            throw .unfit(
                pointer: "/execution", detail: "An event says which `execution` it is about.")
        }
        if event.kind.isAboutStep, event.step == nil {
            throw .unfit(pointer: "/step", detail: "An event of a step says which `step` it is.")
        }
        if event.kind.isFinish, event.outcome == nil {
            throw .unfit(pointer: "/status", detail: "A finish says its `status`.")
        }
        if event.kind == .modelCalled, event.call?.id.isEmpty != false {
            throw .unfit(pointer: "/call", detail: "A model call has an id, its `call`.")
        }
        // A correction of totals that are not told corrects nothing.
        if event.kind == .stepUpdated, event.tokens == nil { event.revision = 0 }
    }

    @inline(__always)
    private mutating func read(
        _ member: NativeMember, of event: inout Event, _ reader: inout JSONReader
    ) throws(IngestFault) {
        switch member {
        case .type:
            try reader.skip()
        case .at:
            let isInteger = try reader.peek() == .number
            event.at = try reader.instant("/at")
            if let objection = window.objection(to: event.at) {
                let hint = isInteger ? " An integer is milliseconds since 1970." : ""
                throw .unfit(pointer: "/at", detail: objection + hint)
            }
        case .execution:
            let id = try executionID(&reader)
            if let objection = window.objection(to: id) {
                throw .unfit(pointer: "/execution", detail: objection)
            }
            event.execution = id
        case .attempt:
            event.attempt = UInt16(try reader.integer(in: 1...Self.counter, "/attempt"))
        case .id:
            event.id = try name(.id, &reader)
        case .revision:
            event.revision = UInt16(try reader.integer(in: 0...Self.counter, "/revision"))
        case .agent: try fact(.agent, .agent, of: &event, &reader)
        case .name: try fact(.name, .name, of: &event, &reader)
        case .parent:
            let limit = event.kind.isAboutStep ? Limits.nameBytes : Limits.executionIDBytes
            try fact(.parent, .parent, of: &event, &reader, atMost: limit)
        case .user: try fact(.user, .user, of: &event, &reader)
        case .correlation: try fact(.correlation, .correlation, of: &event, &reader)
        case .source: try fact(.source, .source, of: &event, &reader)
        case .environment: try fact(.environment, .environment, of: &event, &reader)
        case .queue: try fact(.queue, .queue, of: &event, &reader)
        case .kind: try fact(.kind, .kind, of: &event, &reader)
        case .attributes:
            event.attributes = try attributes(&reader)
        case .steps:
            if let steps = try plan(&reader) { event.add(.steps, .list(steps)) }
        case .priority:
            if let scalar = try reader.finiteNumber("/priority").scalar {
                event.add(.priority, scalar)
            }
        case .estimatedStartAt:
            let instant = try reader.instant("/estimatedStartAt")
            event.add(.estimatedStartAt, .string(instant.rfc3339))
        case .timeoutSeconds:
            event.add(.timeoutSeconds, try promise("/timeoutSeconds", &reader))
        case .heartbeatSeconds:
            event.add(.heartbeatSeconds, try promise("/heartbeatSeconds", &reader))
        case .status:
            event.outcome = try outcome(of: event.kind, &reader)
        case .error:
            event.failure = try failure(&reader)
        case .goalMet:
            event.add(.goalMet, .boolean(try reader.flag("/goalMet")))
        case .summary: try text(.summary, .summary, of: &event, &reader)
        case .activity: try text(.activity, .activity, of: &event, &reader)
        case .waitingFor: try text(.waitingFor, .waitingFor, of: &event, &reader)
        case .turns: try count(.turns, .turns, of: &event, &reader)
        case .inputBytes: try count(.inputBytes, .inputBytes, of: &event, &reader)
        case .outputBytes: try count(.outputBytes, .outputBytes, of: &event, &reader)
        case .missingEvents: try count(.missingEvents, .missingEvents, of: &event, &reader)
        case .step:
            event.step = try requiredName(.step, &reader)
        case .try:
            event.stepTry = UInt16(try reader.integer(in: 1...Self.counter, "/try"))
        case .tokens:
            let tokens = try tokens(&reader)
            event.tokens = tokens.isEmpty ? nil : tokens
        case .call:
            event.call?.id = try requiredName(.call, &reader)
        case .model:
            event.call?.model = try name(.model, &reader)
        case .latencySeconds:
            let latency = try reader.number(upTo: Self.longestSpan, "/latencySeconds")
            event.call?.latency = latency.double.flatMap { TimeSpan(seconds: $0) }
        case .costUsd:
            let cost = try reader.number(upTo: Self.highestCost, "/costUsd")
            event.call?.costNanos = cost.double.map { Int64(($0 * 1e9).rounded()) }
        case .worker:
            event.worker?.worker = try requiredName(.worker, &reader)
        case .capacity:
            event.worker?.capacity = try reader.integer(in: Self.count, "/capacity")
        case .busy:
            event.worker?.busy = try reader.integer(in: Self.count, "/busy")
        case .cpu:
            event.worker?.cpu = try reader.number(upTo: 100, "/cpu").double
        case .memory:
            event.worker?.memory = try reader.number(upTo: 100, "/memory").double
        case .gpu:
            event.worker?.gpu = try reader.number(upTo: 100, "/gpu").double
        }
    }
}
