import Foundation
import StintModel
import StintWire

/// One execution that is followed: the feed says that it changed, its document says how.
struct FollowedExecution: Sendable {
    let id: String
    /// Everything about it, as it was last told.
    private(set) var execution: ExecutionBody?
    /// The same as it was sent.
    private(set) var document = Data()
    private(set) var isGone = false
    private(set) var usualSteps: UsualSteps?

    /// Whether it changed since its document was asked for.
    private var isStale = true
    private var hasAskedForSteps = false

    init(id: String) {
        self.id = id
    }

    /// Whether there is nothing more to follow.
    var isOver: Bool { isGone || execution?.standing?.isFinal ?? false }

    mutating func receive(_ report: LiveFeed.Report) {
        switch report {
        case .connected(isResumed: false), .message(.reset):
            isStale = true
        case .message(.execution(let changed, _)) where changed.id == id:
            isStale = true
        case .message(.erased(id)):
            isGone = true
        default:
            break
        }
    }

    mutating func receive(_ answer: LiveAnswer) {
        switch answer {
        case .execution(let execution, let document) where execution.id == id:
            self.execution = execution
            self.document = document
        case .gone(id):
            isGone = true
        case .usualSteps(let steps):
            usualSteps = steps
        default:
            break
        }
    }

    /// What is to be asked for next; it counts as asked from then on.
    mutating func nextQuestion() -> LiveQuestion? {
        guard !isOver else { return nil }
        if isStale {
            isStale = false
            return .execution(id: id)
        }
        if !hasAskedForSteps, let agent = execution?.agent {
            hasAskedForSteps = true
            return .usualSteps(agent: agent)
        }
        return nil
    }
}
