import StintModel
import StintWire

/// When a new frame is due: when something changed or a second has passed.
struct FramePace: Sendable {
    /// Whether something changed since the last frame.
    var isDue = true
    private var last: (at: Instant, size: TerminalSize?)?

    /// Whether a frame is to be drawn now; it counts as drawn from then on.
    mutating func begins(at now: Instant, size: TerminalSize?) -> Bool {
        if let last, !isDue, last.size == size, now < last.at + .seconds(1), now >= last.at {
            return false
        }
        isDue = false
        last = (now, size)
        return true
    }
}

extension Style {
    /// Fits lines to a terminal, one column less than it has: at its edge they differ in what they
    /// do next.
    mutating func fit(_ size: TerminalSize) { width = max(1, size.columns - 1) }
}

extension ExecutionBody {
    /// With what a command that watched it to its end ends; `nil` while it is open.
    var verdict: ExitStatus? {
        switch standing {
        case .succeeded: goalMet == false ? .goalMissed : .done
        case .failed, .timedOut, .aborted: .found
        case .pending, .queued, .running, .waiting, .lost, nil: nil
        }
    }
}

extension CommandFailure {
    /// What was watched is gone for good.
    static func erased(_ id: String) -> CommandFailure {
        CommandFailure(
            what: "no execution '\(id)' any more", why: "It was erased while it was watched.",
            status: .notFound)
    }
}
