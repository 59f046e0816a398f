import StintModel
import StintWire

/// The commands by which one looks on from a finding.
struct DiagnosisCommands {
    /// The range and the agent that were asked for, as options of `stint list`.
    private let narrowing: [String]

    init(_ question: DiagnosisQuestion) {
        var words = Self.option("--agent", question.agent)
        if let timeframe = question.range.timeframe {
            words += ["--since", timeframe.rawValue]
        } else {
            words += ["--from", question.range.from.rfc3339, "--to", question.range.to.rfc3339]
        }
        narrowing = words
    }

    func show(_ id: ExecutionID) -> CommandBody {
        CommandBody(title: "Show it", words: ["stint", "show"] + Self.argument(id))
    }

    func logs(_ id: ExecutionID) -> CommandBody {
        CommandBody(title: "Find its logs", words: ["stint", "logs"] + Self.argument(id))
    }

    func close(_ id: ExecutionID, reason: String) -> CommandBody {
        let options = ["--as", "failed", "--reason", reason]
        let argument = Self.argument(id)
        return CommandBody(
            title: "Close it",
            words: ["stint", "close"]
                + (argument.count == 1 ? argument + options : options + argument))
    }

    /// What finished in the range.
    func list(_ title: String, _ options: [[String]]) -> CommandBody {
        CommandBody(
            title: title, words: ["stint", "list"] + options.flatMap(\.self) + narrowing + finish)
    }

    /// What began in the range.
    func listBegun(_ title: String, _ options: [[String]]) -> CommandBody {
        CommandBody(title: title, words: ["stint", "list"] + options.flatMap(\.self) + narrowing)
    }

    /// What is queued for an agent, whenever it was queued.
    func listQueued(for agent: String) -> CommandBody {
        CommandBody(
            title: "List what waits",
            words: ["stint", "list"] + Self.option("--agent", agent)
                + ["--status", "queued", "--order", "asc"])
    }

    private var finish: [String] { ["--on", "finish"] }

    /// A value that begins like an option is written as a part of its own.
    static func option(_ name: String, _ value: String?) -> [String] {
        guard let value else { return [] }
        return value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
    }

    private static func argument(_ id: ExecutionID) -> [String] {
        id.rawValue.hasPrefix("-") ? ["--", id.rawValue] : [id.rawValue]
    }
}
