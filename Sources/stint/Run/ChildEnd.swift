import Foundation
import StintClient

/// How a command ended, and what is known of why.
struct ChildEnd: Hashable, Sendable {
    enum Way: Hashable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)

        /// - Parameter status: As `waitpid` gives it, of a process that has ended.
        init(waitStatus status: Int32) {
            let signal = status & 0x7F
            self = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
        }
    }

    var way: Way
    /// The last signal by which somebody asked it to stop.
    var asked: Int32?
    /// The deadline, where it was ended for running past it.
    var passed: SpanArgument?
    /// How many processes of its control group were killed for want of memory while it ran.
    var memoryKills = 0

    /// What a shell would say: 128 and the signal where one ended it.
    var exitCode: Int32 {
        switch way {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    }

    /// What is told of it.
    ///
    /// A command that was asked to stop and left with 0 did its work. One that the deadline ended
    /// timed out, however it left.
    ///
    /// - Parameter lastLines: Of its standard error.
    func ending(lastLines: String?) -> Ending {
        if let passed {
            return .timedOut(
                type: "Deadline", message: "Ended for running longer than \(passed.text). \(words)",
                cause: lastLines)
        }
        switch way {
        case .exited(0):
            return .succeeded
        case .killed(SIGKILL) where memoryKills > 0:
            return .failed(
                type: "OutOfMemory", message: "Killed by the system for want of memory.",
                cause: lastLines)
        case .exited(let code):
            if let asked {
                return .aborted(
                    type: Self.name(of: asked), message: "Asked to stop. \(words)", cause: lastLines
                )
            }
            return .failed(type: "ExitCode.\(code)", message: words, cause: lastLines)
        case .killed(let signal):
            let name = Self.name(of: signal)
            // A supervisor that loses patience kills what it had asked to stop.
            return asked == nil
                ? .failed(type: name, message: words, cause: lastLines)
                : .aborted(type: name, message: words, cause: lastLines)
        }
    }

    private var words: String {
        switch way {
        case .exited(let code): "Exited with code \(code)."
        case .killed(let signal): "Killed by \(Self.name(of: signal))."
        }
    }

    static func name(of signal: Int32) -> String {
        names[signal] ?? "Signal.\(signal)"
    }

    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL",
        SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
        SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
        SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
        SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]
}
