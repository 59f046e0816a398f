import StintModel

/// By what a status is told: shape, word and colour, in this order.
struct StatusSign: Hashable, Sendable {
    var shape: Character
    var word: String
    /// The word where the locale has no UTF-8.
    var plain: String
    var color: Color?

    static let queued = StatusSign(shape: "○", word: "queued", plain: "WAIT", color: .dim)
    static let running = StatusSign(shape: "◐", word: "running", plain: "RUN", color: .blue)
    static let succeeded = StatusSign(shape: "✓", word: "succeeded", plain: "OK", color: .green)
    static let failed = StatusSign(shape: "✗", word: "failed", plain: "FAIL", color: .red)
    static let timedOut = StatusSign(shape: "◷", word: "timed out", plain: "TIME", color: .yellow)
    static let cancelled = StatusSign(shape: "⊘", word: "cancelled", plain: "STOP", color: .dim)
    static let lost = StatusSign(shape: "▲", word: "lost", plain: "LOST", color: .magenta)
    /// A step that is planned and has not been heard of.
    static let pending = StatusSign(shape: "·", word: "pending", plain: "-", color: .dim)
    static let skipped = StatusSign(shape: "·", word: "skipped", plain: "SKIP", color: .dim)

    /// The sign of a word this version does not know.
    static func unknown(_ word: String?) -> StatusSign {
        StatusSign(shape: "?", word: word ?? "unknown", plain: "?")
    }
}

extension StatusSign {
    init(_ status: ExecutionStatus) {
        switch status {
        case .pending, .queued: self = .queued
        case .running, .waiting: self = .running
        case .lost: self = .lost
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .timedOut: self = .timedOut
        case .aborted: self = .cancelled
        }
    }

    init(_ status: StepStatus) {
        switch status {
        case .pending: self = .pending
        case .running: self = .running
        case .lost: self = .lost
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .timedOut: self = .timedOut
        case .aborted: self = .cancelled
        case .skipped: self = .skipped
        }
    }
}
