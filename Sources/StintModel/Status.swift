/// Where an execution stands, as readers see it. Derived, never stored as a fact.
public enum ExecutionStatus: UInt8, CaseIterable, Sendable {
    case pending = 0
    case queued = 1
    case running = 2
    case waiting = 3
    /// Inferred from silence; a later real event overrules it.
    case lost = 4
    case succeeded = 5
    case failed = 6
    case timedOut = 7
    case aborted = 8

    /// The word of the interface: `timed_out`.
    public var word: String {
        switch self {
        case .pending: "pending"
        case .queued: "queued"
        case .running: "running"
        case .waiting: "waiting"
        case .lost: "lost"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .timedOut: "timed_out"
        case .aborted: "aborted"
        }
    }

    /// Whether nothing but a redrive or a correction can change it any more.
    public var isFinal: Bool {
        switch self {
        case .succeeded, .failed, .timedOut, .aborted: true
        case .pending, .queued, .running, .waiting, .lost: false
        }
    }

    /// Whether an error is shown beside it.
    public var isFailure: Bool {
        switch self {
        case .failed, .timedOut, .aborted: true
        default: false
        }
    }

    public init(_ outcome: Outcome) {
        switch outcome {
        case .succeeded, .skipped: self = .succeeded
        case .aborted: self = .aborted
        case .failed: self = .failed
        case .timedOut: self = .timedOut
        }
    }

    /// Reads a word of the interface or one of its synonyms in common use; case, `-`, `_` and
    /// blanks do not count.
    public init?(word: String) {
        if let outcome = Outcome(word: word), outcome != .skipped {
            self.init(outcome)
            return
        }
        switch Outcome.folded(word) {
        case "pending", "initializing", "created", "scheduled": self = .pending
        case "queued", "enqueued", "pendingredrive": self = .queued
        case "running", "inprogress", "started", "processing", "active": self = .running
        case "waiting", "blocked", "paused", "suspended": self = .waiting
        case "lost": self = .lost
        default: return nil
        }
    }
}

/// Where one try of a step stands.
public enum StepStatus: UInt8, CaseIterable, Sendable {
    case pending = 0
    case running = 1
    /// Open when its execution was lost.
    case lost = 2
    case succeeded = 3
    case failed = 4
    case timedOut = 5
    case aborted = 6
    case skipped = 7

    public var word: String {
        switch self {
        case .pending: "pending"
        case .running: "running"
        case .lost: "lost"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .timedOut: "timed_out"
        case .aborted: "aborted"
        case .skipped: "skipped"
        }
    }

    public var isFailure: Bool { self == .failed || self == .timedOut || self == .aborted }

    public init(_ outcome: Outcome) {
        switch outcome {
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .timedOut: self = .timedOut
        case .aborted: self = .aborted
        case .skipped: self = .skipped
        }
    }
}

/// How something ended. The raw value is the severity by which contradictory ends of the same
/// instant are settled: the gravest stands.
public enum Outcome: UInt8, CaseIterable, Sendable, Comparable {
    /// Of steps alone.
    case skipped = 0
    case succeeded = 1
    case aborted = 2
    case failed = 3
    case timedOut = 4

    public static func < (left: Outcome, right: Outcome) -> Bool { left.rawValue < right.rawValue }

    public var word: String {
        switch self {
        case .skipped: "skipped"
        case .succeeded: "succeeded"
        case .aborted: "aborted"
        case .failed: "failed"
        case .timedOut: "timed_out"
        }
    }

    /// Reads a terminal word or one of its synonyms; case, `-`, `_` and blanks do not count.
    ///
    /// - Returns: `nil` for a word that is unknown or not terminal.
    public init?(word: String) {
        switch Self.folded(word) {
        case "succeeded", "success", "successful", "completed", "complete", "done", "ok", "passed":
            self = .succeeded
        case "failed", "failure", "fail", "error", "errored":
            self = .failed
        case "timedout", "timeout":
            self = .timedOut
        case "aborted", "abort", "cancelled", "canceled", "cancel", "stopped", "terminated":
            self = .aborted
        case "skipped", "skip":
            self = .skipped
        default:
            return nil
        }
    }

    static func folded(_ word: String) -> String {
        String(
            String.UnicodeScalarView(
                word.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" && $0 != " " }))
    }
}

/// How much a statement weighs against another about the same thing.
public enum Authority: UInt8, Sendable, Comparable {
    /// Concluded by a server of ours.
    case inferred = 0
    /// Told by the program itself.
    case reported = 1
    /// Told by the orchestrator that runs it.
    case controller = 2

    public static func < (left: Authority, right: Authority) -> Bool {
        left.rawValue < right.rawValue
    }
}
