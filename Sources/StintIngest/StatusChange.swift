import StintModel

/// The `detail` of a "Step Functions Execution Status Change", and what it amounts to.
///
/// An attempt is one more than `redriveCount`. Absent, `null` and empty mean the same. The start of
/// the first attempt stands in every change and is stated every time, so that an end that arrives
/// first, or alone, knows when the execution began.
///
/// Beyond what EventBridge sends it may say what `DescribeExecution` knows (`mapRunArn`,
/// `traceHeader`), what the tags of the state machine say (`tags`, and `agentName`, which stands
/// before the machine's own name), and that it was `described`: made of an answer of that operation,
/// which leaves nothing out.
struct StatusChange {
    private let envelope: EventBridgeEnvelope
    /// Where the detail stands in the event: `/detail`, or nothing where it came alone.
    private let place: String
    private let execution: ExecutionID
    private let name: AmazonResourceName

    private let status: Status
    private let startDate: Instant?
    private let stopDate: Instant?
    private let redriveDate: Instant?
    private let redriveCount: UInt16
    private let texts: Texts
    private let inputBytes: Int64?
    private let outputBytes: Int64?
    private let attributes: [Attribute]
    private let origin: ExecutionInput
    private let isDescribed: Bool

    private enum Status {
        case running
        case ended(Outcome)
        case pendingRedrive

        init?(_ word: JSONWord) {
            if word.spells("RUNNING") {
                self = .running
            } else if word.spells("SUCCEEDED") {
                self = .ended(.succeeded)
            } else if word.spells("FAILED") {
                self = .ended(.failed)
            } else if word.spells("TIMED_OUT") {
                self = .ended(.timedOut)
            } else if word.spells("ABORTED") {
                self = .ended(.aborted)
            } else if word.spells("PENDING_REDRIVE") {
                self = .pendingRedrive
            } else {
                return nil
            }
        }
    }

    /// Reads the detail that stands next.
    init(
        _ reader: inout JSONReader, in envelope: EventBridgeEnvelope, at place: String
    ) throws(IngestFault) {
        try reader.enterObject()
        var keys = JSONKeySet()
        var id: ExecutionID?
        var status: Status?
        var startDate: Instant?
        var stopDate: Instant?
        var redriveDate: Instant?
        var redriveCount: UInt16 = 0
        var texts = Texts()
        var input = Payload()
        var output = Payload()
        var origin = ExecutionInput()
        var tags: [Attribute] = []
        var isDescribed = false
        while let key = try reader.nextKey() {
            try keys.insertOnce(key, of: reader, in: place)
            if try reader.skipNull() { continue }
            let word = reader.word(key)
            if word.spells("executionArn") {
                id = try Self.id(&reader, place + "/executionArn")
            } else if word.spells("status") {
                status = try Self.status(&reader, place + "/status")
            } else if word.spells("startDate") {
                startDate = try reader.foreignInstant(place + "/startDate")
            } else if word.spells("stopDate") {
                stopDate = try reader.foreignInstant(place + "/stopDate")
            } else if word.spells("redriveDate") {
                redriveDate = try reader.foreignInstant(place + "/redriveDate")
            } else if word.spells("redriveCount") {
                redriveCount = try Self.redriveCount(&reader, place + "/redriveCount")
            } else if word.spells("inputDetails") {
                input.isIncluded = try Self.isIncluded(&reader, place + "/inputDetails")
            } else if word.spells("outputDetails") {
                output.isIncluded = try Self.isIncluded(&reader, place + "/outputDetails")
            } else if word.spells("described"), try reader.peek() == .boolean {
                isDescribed = try reader.boolean()
            } else if word.spells("tags"), try reader.peek() == .object {
                tags = try Self.tags(&reader, place + "/tags")
            } else if try reader.peek() != .string {
                try reader.skip(tolerant: true)
            } else if word.spells("input") {
                let text = try reader.string()
                input.bytes = reader.decodedCount(text)
                origin = ExecutionInput(reader.decode(text))
            } else if word.spells("output") {
                output.bytes = reader.decodedCount(try reader.string())
            } else if try !texts.read(key, &reader) {
                try reader.skip(tolerant: true)
            }
        }
        guard let id else {
            throw .unfit(
                pointer: place + "/executionArn", detail: "A change says of which execution it is.")
        }
        guard let status else {
            throw .unfit(pointer: place + "/status", detail: "A change says what the status is.")
        }
        self.envelope = envelope
        self.place = place
        execution = id
        name = AmazonResourceName(id.rawValue)
        self.status = status
        self.startDate = startDate
        self.stopDate = stopDate
        self.redriveDate = redriveDate
        self.redriveCount = redriveCount
        self.texts = texts
        inputBytes = input.told
        outputBytes = output.told
        attributes = Self.attributes(texts, envelope, name, origin) + tags
        self.origin = origin
        self.isDescribed = isDescribed
    }

    /// Members that are texts, and may as well be missing.
    private struct Texts {
        var name: String?
        var error: String?
        var cause: String?
        var stateMachineArn: String?
        var stateMachineVersionArn: String?
        var stateMachineAliasArn: String?
        var mapRunArn: String?
        var traceHeader: String?
        var agentName: String?

        /// - Returns: Whether it is one of them; else nothing has been read.
        mutating func read(
            _ key: JSONText, _ reader: inout JSONReader
        ) throws(IngestFault) -> Bool {
            let word = reader.word(key)
            if word.spells("name") {
                name = try reader.foreignText()
            } else if word.spells("error") {
                error = try reader.foreignText()
            } else if word.spells("cause") {
                cause = try reader.foreignText()
            } else if word.spells("stateMachineArn") {
                stateMachineArn = try reader.foreignText()
            } else if word.spells("stateMachineVersionArn") {
                stateMachineVersionArn = try reader.foreignText()
            } else if word.spells("stateMachineAliasArn") {
                stateMachineAliasArn = try reader.foreignText()
            } else if word.spells("mapRunArn") {
                mapRunArn = try reader.foreignText()
            } else if word.spells("traceHeader") {
                traceHeader = try reader.foreignText()
            } else if word.spells("agentName") {
                agentName = try reader.foreignText()
            } else {
                return false
            }
            return true
        }
    }

    /// The input or the output, of which the size is kept and nothing else.
    private struct Payload {
        var bytes = 0
        var isIncluded = true

        /// `nil` where it was left out, which is not the same as 0 bytes.
        var told: Int64? { isIncluded && bytes > 0 ? Int64(bytes) : nil }
    }

    private static func id(
        _ reader: inout JSONReader, _ pointer: String
    ) throws(IngestFault) -> ExecutionID {
        let slice = try reader.nameSlice(atMost: Limits.executionIDBytes, pointer)
        guard let id = ExecutionID(rawValue: reader.decode(slice)) else {
            throw .unfit(pointer: pointer, detail: "A change says of which execution it is.")
        }
        return id
    }

    private static func status(
        _ reader: inout JSONReader, _ pointer: String
    ) throws(IngestFault) -> Status {
        if try reader.peek() == .string, let status = Status(reader.word(try reader.string())) {
            return status
        }
        throw .unfit(
            pointer: pointer,
            detail: "RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE is expected."
        )
    }

    private static func redriveCount(
        _ reader: inout JSONReader, _ pointer: String
    ) throws(IngestFault) -> UInt16 {
        // Two more than the count is the attempt that a pending redrive is about.
        guard let count = try reader.foreignInteger() ?? 0,
            (0...Int64(Limits.counter - 2)).contains(count)
        else {
            throw .unfit(
                pointer: pointer,
                detail: "An integer from 0 through \(Limits.counter - 2) is expected.")
        }
        return UInt16(count)
    }

    /// Reads `{"included": …}`.
    private static func isIncluded(
        _ reader: inout JSONReader, _ place: String
    ) throws(IngestFault) -> Bool {
        guard try reader.peek() == .object else {
            try reader.skip(tolerant: true)
            return true
        }
        try reader.enterObject()
        var keys = JSONKeySet()
        var isIncluded = true
        while let key = try reader.nextKey() {
            try keys.insertOnce(key, of: reader, in: place)
            if reader.slice(key).spells("included"), try reader.peek() == .boolean {
                isIncluded = try reader.boolean()
            } else {
                try reader.skip(tolerant: true)
            }
        }
        return isIncluded
    }

    /// Reads `{"team": "blue", …}`, of which each becomes an attribute `tag.team`.
    private static func tags(
        _ reader: inout JSONReader, _ place: String
    ) throws(IngestFault) -> [Attribute] {
        try reader.enterObject()
        var keys = JSONKeySet()
        var tags: [Attribute] = []
        while let key = try reader.nextKey() {
            try keys.insertOnce(key, of: reader, in: place)
            let name = "tag." + reader.decode(key)
            guard try reader.peek() == .string, name.utf8.count <= Limits.nameBytes,
                tags.count < Limits.attributesPerEvent / 2
            else {
                try reader.skip(tolerant: true)
                continue
            }
            let isSecret = Redaction.covers(key, of: reader)
            guard let text = try reader.foreignText() else { continue }
            tags.append(Attribute(name, .string(isSecret ? Redaction.mask : text)))
        }
        return tags
    }

    private static func attributes(
        _ texts: Texts, _ envelope: EventBridgeEnvelope, _ name: AmazonResourceName,
        _ origin: ExecutionInput
    ) -> [Attribute] {
        let told = [
            ("account", envelope.account ?? name.account),
            ("region", envelope.region ?? name.region),
            ("stateMachineArn", texts.stateMachineArn),
            ("stateMachineVersionArn", texts.stateMachineVersionArn),
            ("stateMachineAliasArn", texts.stateMachineAliasArn),
            ("mapRunArn", texts.mapRunArn),
            ("traceId", texts.traceHeader.flatMap(Self.traceID)),
            ("messageId", origin.messageID),
        ]
        return told.compactMap { key, text in
            text.map { Attribute(key, .string($0.cut(toBytes: Limits.attributeBytes))) }
        }
    }

    /// The 32 digits of an X-Ray header, `Root=1-{8}-{24};…`, as OpenTelemetry writes them.
    private static func traceID(_ header: String) -> String? {
        let root = header.split(separator: ";").first { $0.hasPrefix("Root=1-") }
        let digits = root?.dropFirst("Root=1-".count).filter { $0 != "-" }.lowercased()
        guard let digits, digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else {
            return nil
        }
        return digits
    }
}

extension StatusChange {
    /// The native events that say the same, of one to four sorts; in any order and number they
    /// make the same record.
    ///
    /// - Throws: Where the change's own time, the newest it speaks of, lies outside the window. A
    ///   start may lie before it: that of a long run.
    func events(
        within window: AdmissionWindow, agentNames: AgentNames? = nil
    ) throws(IngestFault) -> [Event] {
        let attempt = redriveCount + 1
        var events: [Event] = []
        let agent =
            texts.agentName ?? texts.stateMachineArn.flatMap { agentNames?($0) }
            ?? name.stateMachine
        func event(_ kind: EventKind, at: Instant, attempt: UInt16) -> Event {
            self.event(kind, of: agent, at: at, attempt: attempt)
        }
        // A caller may write anything into an input: a message waits 14 days at most, and starts
        // nothing before it was sent, as far as two clocks agree.
        if let sentAt = origin.sentAt, let startDate,
            (startDate - .days(14)...startDate + .seconds(300)).contains(sentAt)
        {
            events.append(event(.executionQueued, at: sentAt, attempt: 1))
        }
        if let startDate { events.append(event(.executionStarted, at: startDate, attempt: 1)) }
        switch status {
        case .running:
            let begin = redriveCount == 0 ? startDate : redriveDate
            guard let at = begin ?? envelope.time ?? startDate else {
                throw missing("startDate")
            }
            if attempt > 1 || startDate == nil {
                events.append(event(.executionStarted, at: at, attempt: attempt))
            }
        case .ended(let outcome):
            if attempt > 1, let at = redriveDate ?? envelope.time {
                events.append(event(.executionStarted, at: at, attempt: attempt))
            }
            guard let at = stopDate ?? envelope.time else { throw missing("stopDate") }
            var end = event(.executionFinished, at: at, attempt: attempt)
            end.outcome = outcome
            end.failure = failure(outcome)
            events.append(end)
        case .pendingRedrive:
            // The envelope's time is that of the order, not of the attempt before it.
            if attempt > 1, let redriveDate {
                events.append(event(.executionStarted, at: redriveDate, attempt: attempt))
            }
            guard let at = envelope.time ?? stopDate else { throw missing("stopDate") }
            events.append(event(.executionQueued, at: at, attempt: attempt + 1))
        }
        if let newest = events.map(\.at).max(), let objection = window.objection(to: newest) {
            throw .unfit(pointer: place + "/" + member(of: newest), detail: objection)
        }
        if let id = events.first?.execution, let objection = window.objection(to: id) {
            throw .unfit(pointer: place + "/executionArn", detail: objection)
        }
        return events
    }

    private func missing(_ member: String) -> IngestFault {
        .unfit(
            pointer: place + "/" + member,
            detail: "A change says when it happened, in milliseconds since 1970.")
    }

    /// The member that an instant came from.
    private func member(of at: Instant) -> String {
        if at == stopDate { return "stopDate" }
        if at == redriveDate { return "redriveDate" }
        return at == startDate ? "startDate" : ""
    }

    private func failure(_ outcome: Outcome) -> Failure? {
        guard outcome != .succeeded else { return nil }
        let isUntold = outcome == .timedOut && !isDescribed
        let type = texts.error ?? (isUntold ? "States.Timeout" : nil)
        guard type != nil || texts.cause != nil else { return nil }
        return Failure(
            type: type?.cut(toBytes: Limits.nameBytes),
            message: texts.cause?.cut(toBytes: Limits.textBytes), at: stopDate)
    }

    /// Each event says all that the change says of the execution itself, so that whichever arrives
    /// first, or alone, tells it.
    private func event(
        _ kind: EventKind, of agent: String?, at: Instant, attempt: UInt16
    ) -> Event {
        var event = Event(
            kind, execution: execution, at: at, attempt: attempt, authority: .controller)
        if let id = envelope.id, id.utf8.count <= Limits.nameBytes { event.id = id }
        func add(_ fact: FactName, _ text: String?) {
            guard let text, !text.isEmpty else { return }
            event.add(fact, .string(text.cut(toBytes: Limits.nameBytes)))
        }
        add(.agent, agent)
        add(.name, texts.name ?? name.execution)
        add(.source, "stepfunctions")
        if let parent = origin.parent { event.add(.parent, .string(parent.rawValue)) }
        if let inputBytes { event.add(.inputBytes, .integer(inputBytes)) }
        if let outputBytes { event.add(.outputBytes, .integer(outputBytes)) }
        event.attributes = attributes
        return event
    }
}

extension JSONReader {
    /// A whole number, or a text of digits, which some transformers make of one. An empty text says
    /// nothing.
    ///
    /// - Returns: `nil` where nothing was said; within that, `nil` where it is something else.
    fileprivate mutating func foreignInteger() throws(IngestFault) -> Int64?? {
        switch try peek() {
        case .number:
            return .some(try number().integer)
        case .string:
            let text = try string()
            guard text.count > 0 else { return nil }
            let digits = slice(text)
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return .some(nil) }
            return .some(Int64(String(decoding: digits, as: UTF8.self)))
        default:
            return .some(nil)
        }
    }

    /// An instant in milliseconds since 1970, also as a text of digits, or as RFC 3339 writes it.
    ///
    /// - Returns: `nil` where the text is empty, which says nothing.
    fileprivate mutating func foreignInstant(
        _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> Instant? {
        let start = self
        guard let told = try foreignInteger() else { return nil }
        if let instant = told.flatMap(Instant.init(milliseconds:)) { return instant }
        self = start
        return try instant(pointer())
    }
}
