import StintModel

/// One event of OpenLineage, and what it amounts to.
struct LineageEvent {
    private var type: String?
    private var time: String?
    private var producer: String?
    private var run: LineageRun?
    private var job: LineageJob?
    /// Whether it is about a set of data.
    private var isOfData = false

    /// Reads the event that stands next.
    init(_ reader: inout JSONReader) throws(IngestFault) {
        guard try reader.peek() == .object else {
            throw .unfit(pointer: "", detail: "An OpenLineage event is an object.")
        }
        try reader.members(at: "") { (word, reader) throws(IngestFault) in
            if word.spells("eventType") {
                type = try reader.textIfAny()
            } else if word.spells("eventTime") {
                time = try reader.textIfAny()
            } else if word.spells("producer") {
                producer = try reader.textIfAny()
            } else if word.spells("run") {
                run = try LineageRun(&reader)
            } else if word.spells("job") {
                job = try LineageJob(&reader, at: "/job")
            } else {
                if word.spells("dataset") { isOfData = true }
                return false
            }
            return true
        }
    }

    /// The native events that say the same; none for an event that is not of a run.
    ///
    /// A run that is `RUNNING` began no later than then: where its `START` comes, however late, that
    /// is the beginning. What is neither a beginning nor an end changes no status.
    func events(within window: AdmissionWindow) throws(IngestFault) -> [Event] {
        guard let run else {
            guard job != nil || isOfData else {
                throw .unfit(
                    pointer: "", detail: "An event of a run, of a job or of a data set is expected."
                )
            }
            return []
        }
        guard let runID = run.id, let id = ExecutionID(rawValue: runID) else {
            throw .unfit(
                pointer: "/run/runId",
                detail: "A run has an id of 1 through \(Limits.executionIDBytes) bytes.")
        }
        if let objection = window.objection(to: id) {
            throw .unfit(pointer: "/run/runId", detail: objection)
        }
        guard let at = time.flatMap({ Instant(rfc3339: $0) }) else {
            throw .unfit(
                pointer: "/eventTime",
                detail: "A time with its zone is expected: 2026-11-20T14:00:05.123Z.")
        }
        if let objection = window.objection(to: at) {
            throw .unfit(pointer: "/eventTime", detail: objection)
        }
        let (kind, outcome) = change
        var event = Event(kind, execution: id, at: at)
        event.outcome = outcome
        if outcome != .succeeded, kind != .executionStarted { event.failure = run.failure }
        event.add(foreign: .agent, job?.name)
        event.add(.source, .string("openlineage"))
        event.add(foreignParent: run.parent)
        event.add(foreignAttribute: "namespace", job?.namespace)
        event.add(foreignAttribute: "producer", producer)
        for (name, text) in run.attributes + (job?.attributes ?? []) {
            event.add(foreignAttribute: name, text)
        }
        return [event]
    }

    private var change: (EventKind, Outcome?) {
        switch type?.uppercased() {
        case "START", "RUNNING": (.executionStarted, nil)
        case "COMPLETE": (.executionFinished, .succeeded)
        case "FAIL": (.executionFinished, .failed)
        case "ABORT": (.executionFinished, .aborted)
        default: (.executionUpdated, nil)
        }
    }
}
