import StintModel

/// What the data of a CloudEvent says of an execution, by the names in common use.
struct CloudEventOutline {
    var executionID: String?
    /// As our own events name it.
    var execution: String?
    var status: String?
    var workspace: String?
    var parent: String?
    var facts: [(name: FactName, text: String)] = []
    var failure: Failure?

    /// - Parameter data: Stands at the data, whatever that is.
    init(_ data: JSONReader) throws(IngestFault) {
        var reader = data
        try reader.members(at: "/data") { (word, reader) throws(IngestFault) in
            if word.spells("executionId") {
                executionID = try reader.identifierIfAny()
            } else if word.spells("execution") {
                execution = try reader.identifierIfAny()
            } else if word.spells("status") {
                status = try reader.textIfAny()
            } else if word.spells("workspace") {
                workspace = try reader.textIfAny()
            } else if word.spells("parent") {
                parent = try reader.textIfAny()
            } else if word.spells("error") {
                failure = try Self.failure(&reader)
            } else if let fact = Self.fact(word) {
                if let text = try reader.textIfAny() { facts.append((fact, text)) }
            } else {
                return false
            }
            return true
        }
    }

    private static func fact(_ word: JSONWord) -> FactName? {
        if word.spells("agent") { return .agent }
        if word.spells("name") { return .name }
        if word.spells("user") { return .user }
        if word.spells("correlation") { return .correlation }
        if word.spells("environment") { return .environment }
        return nil
    }

    /// Reads `{type, message, …}`, or a message alone.
    private static func failure(_ reader: inout JSONReader) throws(IngestFault) -> Failure? {
        var failure = Failure()
        guard try reader.peek() == .object else {
            failure.message = try reader.textIfAny()?.cut(toBytes: Limits.textBytes)
            return failure.message == nil ? nil : failure
        }
        try reader.members(at: "/data/error") { (word, reader) throws(IngestFault) in
            if word.spells("type") {
                failure.type = try reader.identifierIfAny()?.cut(toBytes: Limits.nameBytes)
            } else if word.spells("message") {
                failure.message = try reader.textIfAny()?.cut(toBytes: Limits.textBytes)
            } else if word.spells("cause") {
                failure.cause = try reader.textIfAny()?.cut(toBytes: Limits.textBytes)
            } else if word.spells("stack") {
                failure.stack = try reader.textIfAny()?.cut(toBytes: Limits.textBytes)
            } else {
                return false
            }
            return true
        }
        return failure.type == nil && failure.message == nil ? nil : failure
    }
}

/// One step of the life of an execution, told by the end of a CloudEvent's type or by its data.
struct LifecycleChange {
    let id: String
    let kind: EventKind
    var outcome: Outcome?

    /// - Returns: `nil` where the event tells of no execution.
    init?(_ event: CloudEvent, _ outline: CloudEventOutline?) {
        guard let id = outline?.executionID ?? outline?.execution ?? event.subject,
            let status = Self.status(ofType: event.type ?? "")
                ?? outline?.status.flatMap(ExecutionStatus.init(word:))
        else { return nil }
        self.id = id
        switch status {
        case .pending, .queued: kind = .executionQueued
        case .running: kind = .executionStarted
        case .waiting: kind = .executionWaiting
        case .succeeded, .failed, .timedOut, .aborted: kind = .executionFinished
        case .lost: return nil
        }
        outcome =
            switch status {
            case .succeeded: .succeeded
            case .failed: .failed
            case .timedOut: .timedOut
            case .aborted: .aborted
            default: nil
            }
    }

    /// What the last word of a type says, behind it a version (`.v1`) or not.
    ///
    /// Only words that speak of a run are known: many things are `created` or `active`.
    private static func status(ofType type: String) -> ExecutionStatus? {
        var parts = type.split { ".:/".contains($0) }[...]
        if let last = parts.last, last.wholeMatch(of: /[vV][0-9]+/) != nil {
            parts = parts.dropLast()
        }
        guard let word = parts.last else { return nil }
        switch word.lowercased().filter({ $0 != "_" && $0 != "-" }) {
        case "queued": return .queued
        case "started", "running": return .running
        case "completed", "succeeded": return .succeeded
        case "failed": return .failed
        case "timedout": return .timedOut
        case "aborted", "cancelled", "canceled": return .aborted
        default: return nil
        }
    }
}
