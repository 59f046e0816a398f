/// With what a command ends, as scripts see it.
enum ExitStatus: Int32, Sendable {
    case done = 0
    /// A watched execution failed, timed out or was cancelled; `diagnose --check` found something;
    /// `send` had events refused; `doctor` found a problem.
    case found = 1
    case wrongArguments = 2
    case notFound = 3
    /// The server is not reachable, or gives no permission.
    case unreachable = 4
    /// A watched execution succeeded but missed its goal.
    case goalMissed = 5
    /// `watch --timeout` passed while the execution was open.
    case stillOpen = 6
    case interrupted = 130
}

/// Why a command could not do what it was asked: what, why and what next, a line each.
struct CommandFailure: Error, Hashable {
    var what: String
    var why: String?
    var next: String?
    /// How the server's log names the request that failed.
    var requestID: String?
    var status: ExitStatus

    var lines: [String] {
        var lines = ["stint: \(what)", why, next].compactMap(\.self)
        if let requestID {
            lines[why == nil ? 0 : 1] += " (request \(requestID))"
        }
        return lines
    }

    static func wrongArguments(_ what: String, next: String? = nil) -> CommandFailure {
        CommandFailure(what: what, next: next, status: .wrongArguments)
    }
}
