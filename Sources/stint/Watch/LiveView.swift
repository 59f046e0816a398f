import Foundation
import StintModel
import StintWire

/// What is shown of a feed: a value without clock, socket or terminal, so that everything that can
/// happen can be told to it by a test.
protocol LiveView: Sendable {
    mutating func receive(_ report: LiveFeed.Report, at now: Instant)
    mutating func receive(_ answer: LiveAnswer, at now: Instant)
    mutating func press(_ key: Key)
    /// What it wants to know next; it counts as asked from then on.
    mutating func nextQuestion(at now: Instant) -> LiveQuestion?
    /// What is to be written now; empty for nothing.
    mutating func output(at now: Instant, size: TerminalSize?) -> LiveOutput
    /// What is left to be written at the end, however it comes.
    mutating func closing(at now: Instant, size: TerminalSize?) -> LiveOutput
    /// With what the command ends; `nil` while it goes on.
    var verdict: Result<ExitStatus, CommandFailure>? { get }
}

struct LiveOutput: Hashable, Sendable {
    var text = ""
    /// For standard error.
    var notes = ""
}

/// What the feed does not tell and has to be asked for.
enum LiveQuestion: Hashable, Sendable {
    /// The agents and the figures of the last hour, those of one agent where it is named.
    case figures(agent: String?)
    /// The open ones of those that are meant.
    case open(ExecutionFilter)
    case execution(id: String)
    case usualSteps(agent: String)
}

enum LiveAnswer: Sendable {
    case figures([AgentBody], MetricsBody)
    /// - Parameter isWhole: Whether these are all.
    case open([ExecutionBody], isWhole: Bool)
    case execution(ExecutionBody, document: Data)
    /// There is no such execution any more.
    case gone(id: String)
    case usualSteps(UsualSteps)
}

/// Asks the server what a view wants to know.
struct LiveQuestions: Sendable {
    let client: ServerClient

    private static let pageLimit = 500

    /// - Throws: ``CommandFailure``, ``NoAnswer``.
    func answer(to question: LiveQuestion) async throws -> LiveAnswer {
        switch question {
        case .figures(let agent):
            let metrics = try await client.get(
                ["v1", "metrics"],
                [QueryItem("timeframe", "1h")] + (agent.map { [QueryItem("agent", $0)] } ?? []))
            return .figures(
                try await agents(), try metrics.decoded(MetricsBody.self, at: client.address))
        case .open(let filter):
            return try await open(filter)
        case .execution(let id):
            let answer = try await client.exchange(path: ["v1", "executions", id])
            if answer.status == 404 { return .gone(id: id) }
            guard answer.status == 200 else { throw answer.failure(at: client.address) }
            return .execution(
                try answer.decoded(ExecutionBody.self, at: client.address), document: answer.body)
        case .usualSteps(let agent):
            let page = try await page([
                QueryItem("agent", agent), QueryItem("status", "succeeded"),
                QueryItem("limit", String(UsualSteps.asked)),
            ])
            return .usualSteps(UsualSteps(page.items))
        }
    }

    private func open(_ filter: ExecutionFilter) async throws -> LiveAnswer {
        let statuses = ExecutionStatus.allCases.filter { !$0.isFinal && filter.admits($0) }
        guard !statuses.isEmpty else { return .open([], isWhole: true) }
        let parameters =
            filter.parameters.filter { $0.name != "status" }
            + statuses.map { QueryItem("status", $0.word) }
            + [QueryItem("limit", String(Self.pageLimit))]
        var items: [ExecutionBody] = []
        var cursor: String?
        repeat {
            let page = try await page(parameters + (cursor.map { [QueryItem("cursor", $0)] } ?? []))
            items += page.items
            if page.nextCursor == cursor { break }
            cursor = page.nextCursor
        } while cursor != nil && items.count < FollowedExecutions.capacity
        return .open(items, isWhole: cursor == nil)
    }

    private func agents() async throws -> [AgentBody] {
        var items: [AgentBody] = []
        var cursor: String?
        repeat {
            let answer = try await client.get(
                ["v1", "agents"],
                [QueryItem("limit", String(Self.pageLimit))]
                    + (cursor.map { [QueryItem("cursor", $0)] } ?? []))
            let page = try answer.decoded(AgentPageBody.self, at: client.address)
            items += page.items
            if page.nextCursor == cursor { break }
            cursor = page.nextCursor
        } while cursor != nil && items.count < FollowedExecutions.capacity
        return items
    }

    private func page(_ parameters: [QueryItem]) async throws -> ExecutionPageBody {
        let answer = try await client.get(["v1", "executions"], parameters)
        return try answer.decoded(ExecutionPageBody.self, at: client.address)
    }
}
