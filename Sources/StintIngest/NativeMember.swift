public import StintModel

/// The members that an event of ours may have. A case is named as its member is.
public enum NativeMember: UInt8, CaseIterable, Sendable {
    case type
    case at
    case execution
    case attempt
    case id
    case revision
    case agent
    case name
    case parent
    case user
    case correlation
    case source
    case environment
    case attributes
    case steps
    case priority
    case queue
    case estimatedStartAt
    case timeoutSeconds
    case heartbeatSeconds
    case status
    case error
    case goalMet
    case summary
    case turns
    case inputBytes
    case outputBytes
    case missingEvents
    case waitingFor
    case step
    case `try`
    case kind
    case activity
    case tokens
    case call
    case model
    case latencySeconds
    case costUsd
    case worker
    case capacity
    case busy
    case cpu
    case memory
    case gpu

    public var word: String { String(describing: self) }

    /// The members that a sort of event has, in the order in which they are declared.
    public static func all(of kind: EventKind) -> [NativeMember] {
        let members = NativeMemberSet(of: kind)
        return allCases.filter { members.contains($0) }
    }

    var pointer: String { "/" + word }

    /// Finds a member by the bytes of its name, without building a string: by length first.
    @inline(__always)
    init?(_ key: UnsafeBufferPointer<UInt8>) {
        switch key.count {
        case 2:
            if key.spells("at") {
                self = .at
            } else if key.spells("id") {
                self = .id
            } else {
                return nil
            }
        case 3:
            if key.spells("try") {
                self = .try
            } else if key.spells("cpu") {
                self = .cpu
            } else if key.spells("gpu") {
                self = .gpu
            } else {
                return nil
            }
        case 4:
            if key.spells("type") {
                self = .type
            } else if key.spells("step") {
                self = .step
            } else if key.spells("name") {
                self = .name
            } else if key.spells("user") {
                self = .user
            } else if key.spells("kind") {
                self = .kind
            } else if key.spells("call") {
                self = .call
            } else if key.spells("busy") {
                self = .busy
            } else {
                return nil
            }
        case 5:
            if key.spells("agent") {
                self = .agent
            } else if key.spells("model") {
                self = .model
            } else if key.spells("error") {
                self = .error
            } else if key.spells("steps") {
                self = .steps
            } else if key.spells("queue") {
                self = .queue
            } else if key.spells("turns") {
                self = .turns
            } else {
                return nil
            }
        case 6:
            if key.spells("tokens") {
                self = .tokens
            } else if key.spells("status") {
                self = .status
            } else if key.spells("source") {
                self = .source
            } else if key.spells("parent") {
                self = .parent
            } else if key.spells("worker") {
                self = .worker
            } else if key.spells("memory") {
                self = .memory
            } else {
                return nil
            }
        case 7:
            if key.spells("attempt") {
                self = .attempt
            } else if key.spells("costUsd") {
                self = .costUsd
            } else if key.spells("summary") {
                self = .summary
            } else if key.spells("goalMet") {
                self = .goalMet
            } else {
                return nil
            }
        case 8:
            if key.spells("activity") {
                self = .activity
            } else if key.spells("revision") {
                self = .revision
            } else if key.spells("priority") {
                self = .priority
            } else if key.spells("capacity") {
                self = .capacity
            } else {
                return nil
            }
        case 9:
            if key.spells("execution") { self = .execution } else { return nil }
        case 10:
            if key.spells("attributes") {
                self = .attributes
            } else if key.spells("inputBytes") {
                self = .inputBytes
            } else if key.spells("waitingFor") {
                self = .waitingFor
            } else {
                return nil
            }
        case 11:
            if key.spells("correlation") {
                self = .correlation
            } else if key.spells("environment") {
                self = .environment
            } else if key.spells("outputBytes") {
                self = .outputBytes
            } else {
                return nil
            }
        case 13:
            if key.spells("missingEvents") { self = .missingEvents } else { return nil }
        case 14:
            if key.spells("latencySeconds") {
                self = .latencySeconds
            } else if key.spells("timeoutSeconds") {
                self = .timeoutSeconds
            } else {
                return nil
            }
        case 16:
            if key.spells("heartbeatSeconds") {
                self = .heartbeatSeconds
            } else if key.spells("estimatedStartAt") {
                self = .estimatedStartAt
            } else {
                return nil
            }
        default:
            return nil
        }
    }
}

/// A set of members, one bit each.
struct NativeMemberSet: ExpressibleByArrayLiteral {
    private var bits: UInt64 = 0

    init(arrayLiteral members: NativeMember...) {
        for member in members { insert(member) }
    }

    @inline(__always)
    func contains(_ member: NativeMember) -> Bool { bits & (1 << UInt64(member.rawValue)) != 0 }

    @inline(__always)
    mutating func insert(_ member: NativeMember) { bits |= 1 << UInt64(member.rawValue) }

    func union(_ other: NativeMemberSet) -> NativeMemberSet {
        var union = self
        union.bits |= other.bits
        return union
    }

    /// The members that a sort of event has. Another sort's are passed over.
    init(of kind: EventKind) {
        let all: NativeMemberSet = [.type, .at, .attempt, .id]
        let execution: NativeMemberSet = [
            .execution, .agent, .name, .parent, .user, .correlation, .source, .environment,
            .attributes,
        ]
        let promises: NativeMemberSet = [.steps, .timeoutSeconds, .heartbeatSeconds]
        let result: NativeMemberSet = [
            .error, .goalMet, .summary, .turns, .inputBytes, .outputBytes, .missingEvents,
        ]
        let step: NativeMemberSet = [
            .execution, .step, .try, .name, .kind, .parent, .activity, .attributes,
        ]
        let own: NativeMemberSet =
            switch kind {
            case .executionQueued:
                execution.union(promises).union([.priority, .queue, .estimatedStartAt])
            case .executionStarted: execution.union(promises)
            case .executionHeartbeat, .executionResumed: execution
            case .executionWaiting: execution.union([.waitingFor])
            case .executionUpdated: execution.union(result)
            case .executionFinished: execution.union(result).union([.status, .revision])
            case .stepStarted: step
            case .stepUpdated: step.union([.error, .tokens, .revision])
            case .stepFinished: step.union([.error, .tokens, .revision, .status])
            case .modelCalled:
                [.execution, .step, .try, .call, .model, .tokens, .latencySeconds, .costUsd]
            case .workerReported: [.worker, .capacity, .busy, .cpu, .memory, .gpu]
            case .executionLost: []
            }
        self = all.union(own)
    }
}

extension EventKind {
    /// Finds a sort of event by the bytes of its word; ``executionLost`` too, which nobody may send.
    @inline(__always)
    init?(_ word: UnsafeBufferPointer<UInt8>) {
        switch word.count {
        case 12:
            if word.spells("step.started") {
                self = .stepStarted
            } else if word.spells("step.updated") {
                self = .stepUpdated
            } else if word.spells("model.called") {
                self = .modelCalled
            } else {
                return nil
            }
        case 13:
            if word.spells("step.finished") { self = .stepFinished } else { return nil }
        case 14:
            if word.spells("execution.lost") { self = .executionLost } else { return nil }
        case 15:
            if word.spells("worker.reported") { self = .workerReported } else { return nil }
        case 16:
            if word.spells("execution.queued") { self = .executionQueued } else { return nil }
        case 17:
            if word.spells("execution.started") {
                self = .executionStarted
            } else if word.spells("execution.updated") {
                self = .executionUpdated
            } else if word.spells("execution.waiting") {
                self = .executionWaiting
            } else if word.spells("execution.resumed") {
                self = .executionResumed
            } else {
                return nil
            }
        case 18:
            if word.spells("execution.finished") { self = .executionFinished } else { return nil }
        case 19:
            if word.spells("execution.heartbeat") {
                self = .executionHeartbeat
            } else {
                return nil
            }
        default:
            return nil
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of the word, all of them.
    @inline(__always)
    func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != word.utf8Start[index] { return false }
        return true
    }
}
