import StintModel

/// Says what a CloudEvent amounts to: our own event, a status change of Step Functions, a step of a
/// lifecycle, or nothing.
struct CloudEventMeaning {
    private let window: AdmissionWindow
    private var native: NativeEventDecoding

    init(window: AdmissionWindow) {
        self.window = window
        native = NativeEventDecoding(window: window)
    }

    /// - Parameter data: Stands at the data, which is known to be JSON; `nil` where there is none
    ///   that can be read.
    mutating func tell(
        _ event: CloudEvent, _ data: JSONReader?, _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        let outline = try data.map { (data) throws(IngestFault) in
            try CloudEventOutline(data)
        }
        if let kind = Self.kind(of: event), outline?.executionID == nil {
            sink(try nativeEvent(kind, event, data))
        } else if let data, let changes = try changes(in: data, of: event) {
            for change in changes { sink(change) }
        } else if let change = LifecycleChange(event, outline) {
            sink(try lifecycleEvent(change, event, outline))
        }
    }

    // MARK: Our own events

    /// The sort of event that the type names, by itself or behind a dot:
    /// `com.example.step.started`.
    private static func kind(of event: CloudEvent) -> EventKind? {
        guard let parts = event.type?.split(separator: "."), parts.count >= 2 else { return nil }
        let word = parts.suffix(2).joined(separator: ".")
        return EventKind.allCases.first { $0 != .executionLost && $0.word == word }
    }

    /// Reads data that has the members of our own events, and takes from around it what it does not
    /// say itself: `at` is the event's `time`, `execution` its `subject`.
    private mutating func nativeEvent(
        _ kind: EventKind, _ envelope: CloudEvent, _ data: JSONReader?
    ) throws(IngestFault) -> Event {
        var event = native.blank(kind)
        if let at = try envelope.at() {
            event.at = at
            if let objection = window.objection(to: at) {
                throw .unfit(pointer: "/time", detail: objection)
            }
        }
        if kind != .workerReported, let id = envelope.subject.flatMap(ExecutionID.init) {
            event.execution = id
        }
        do throws(IngestFault) {
            if var data, try data.peek() == .object { try native.read(&data, onto: &event) }
            try native.complete(&event)
        } catch {
            throw error.within("/data")
        }
        if let id = event.execution, let objection = window.objection(to: id) {
            throw .unfit(pointer: "/subject", detail: objection)
        }
        decorate(&event, envelope)
        return event
    }

    // MARK: Step Functions

    /// - Returns: `nil` where the data is no status change.
    private func changes(
        in data: JSONReader, of envelope: CloudEvent
    ) throws(IngestFault) -> [Event]? {
        var reader = data
        guard try reader.peek() == .object else { return nil }
        let wrapping: EventBridgeWrapping
        do throws(IngestFault) {
            wrapping = try EventBridgeWrapping(&reader)
        } catch {
            throw error.within("/data")
        }
        if var detail = wrapping.detail, wrapping.envelope.isOfStepFunctions {
            return try StatusChange(&detail, in: wrapping.envelope, at: "/data/detail")
                .events(within: window)
        }
        guard wrapping.isDetail else { return nil }
        var around = EventBridgeEnvelope()
        around.id = envelope.id
        around.time = try envelope.at()
        var detail = data
        return try StatusChange(&detail, in: around, at: "/data").events(within: window)
    }

    // MARK: Lifecycles

    private func lifecycleEvent(
        _ change: LifecycleChange, _ envelope: CloudEvent, _ outline: CloudEventOutline?
    ) throws(IngestFault) -> Event {
        let isNamed = outline?.executionID ?? outline?.execution != nil
        let pointer = isNamed ? "/data/executionId" : "/subject"
        guard let id = ExecutionID(rawValue: change.id) else {
            throw .unfit(
                pointer: pointer,
                detail: "An execution's id is 1 through \(Limits.executionIDBytes) bytes long.")
        }
        if let objection = window.objection(to: id) {
            throw .unfit(pointer: pointer, detail: objection)
        }
        let at = try envelope.at() ?? window.receivedAt
        if let objection = window.objection(to: at) {
            throw .unfit(pointer: "/time", detail: objection)
        }
        var event = Event(change.kind, execution: id, at: at)
        event.outcome = change.outcome
        if let outcome = change.outcome, outcome != .succeeded { event.failure = outline?.failure }
        for (fact, text) in outline?.facts ?? [] { event.add(foreign: fact, text) }
        event.add(foreignParent: outline?.parent)
        event.add(foreignAttribute: "namespace", outline?.workspace)
        decorate(&event, envelope)
        return event
    }

    /// Adds what stands around the data, where an event of this sort can hold it.
    private func decorate(_ event: inout Event, _ envelope: CloudEvent) {
        if event.id == nil, let id = envelope.id, id.utf8.count <= Limits.nameBytes {
            event.id = id
        }
        guard event.kind.isAboutExecution else { return }
        if event[.source] == nil { event.add(.source, .string("cloudevents")) }
        event.add(foreignAttribute: "eventSource", envelope.source)
        if envelope.subject.flatMap(ExecutionID.init) != event.execution {
            event.add(foreignAttribute: "subject", envelope.subject)
        }
        if let trace = envelope.trace {
            event.add(foreignAttribute: "traceId", trace.traceID)
            event.add(foreignAttribute: "parentSpanId", trace.parentID)
            event.add(foreignAttribute: "sampled", .boolean(trace.isSampled))
        }
        for told in envelope.extensions { event.add(foreignAttribute: told.key, told.value) }
    }
}

extension EventKind {
    fileprivate var isAboutExecution: Bool {
        !isAboutStep && self != .modelCalled && self != .workerReported
    }
}

extension EventBridgeEnvelope {
    fileprivate var isOfStepFunctions: Bool {
        source == "aws.states" || detailType == Self.detailType
    }
}

extension IngestFault {
    /// The same of a value that stands at a place.
    fileprivate func within(_ place: String) -> IngestFault {
        guard case .unfit(let pointer, let detail) = self else { return self }
        return .unfit(pointer: place + pointer, detail: detail)
    }
}
