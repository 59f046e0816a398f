import NIOHTTP1
import StintAWS
import StintModel
import StintWire

/// Brings what Step Functions said of executions to a server: the executions as events of
/// EventBridge, whose word is the controller's, and their steps as native events.
struct OriginDelivery {
    let client: ServerClient
    let console: Console

    /// Executions and events that the server took, and refused.
    private(set) var executions = 0
    private(set) var events = 0
    private(set) var refused = 0
    /// The first few that were refused, in words.
    private(set) var refusals: [String] = []

    private var details: [(id: ExecutionID, json: [UInt8])] = []
    private var bytes = 0
    private var steps: [Event] = []

    private static let detailsPerRequest = 500
    private static let bytesPerRequest = 4 << 20

    init(client: ServerClient, console: Console) {
        self.client = client
        self.console = console
    }

    /// Takes a report; what has gathered goes out where it fills a request.
    ///
    /// - Throws: ``CommandFailure``.
    mutating func add(_ report: OriginReport) async throws {
        details.append((report.execution, report.detail))
        bytes += report.detail.count
        steps += report.events
        let isFull =
            details.count >= Self.detailsPerRequest || bytes >= Self.bytesPerRequest
            || steps.count >= EventSender.eventsPerRequest
        if isFull { try await flush() }
    }

    /// Sends what has gathered. The executions go first, so that steps do not stand for an execution
    /// that the server does not take.
    mutating func flush() async throws {
        let untaken = try await sendDetails()
        let sender = EventSender(client: client, console: console)
        var rest = steps[...].filter { event in
            event.execution.map { !untaken.contains($0) } ?? false
        }[...]
        while !rest.isEmpty {
            let result = try await sender.send(Array(rest.prefix(EventSender.eventsPerRequest)))
            events += result.accepted
            note(result.refused, result.refusals)
            rest = rest.dropFirst(EventSender.eventsPerRequest)
        }
        details = []
        steps = []
        bytes = 0
    }

    /// - Returns: The executions that were refused.
    private mutating func sendDetails() async throws -> Set<ExecutionID> {
        guard !details.isEmpty else { return [] }
        var body: [UInt8] = [UInt8(ascii: "[")]
        body += details.map(\.json).joined(separator: [UInt8(ascii: ",")])
        body.append(UInt8(ascii: "]"))
        let answer = try await client.patiently(
            .POST, path: ["v1", "eventbridge"], body: ("application/json", body), in: console)
        if answer.status == 400,
            let problem = try? answer.decoded(
                ProblemBody.self, at: client.address), problem.errors?.isEmpty == false
        {
            // Not one could be taken.
            note(details.count, (problem.errors ?? []).prefix(3).compactMap(\.detail))
            return Set(details.map(\.id))
        }
        guard answer.status == 200 else { throw answer.failure(at: client.address) }
        let told = try answer.decoded(EventsAnswerBody.self, at: client.address)
        let rejected = told.rejected ?? []
        executions += told.accepted
        note(
            rejected.count,
            rejected.prefix(3).map { "\(details[$0.index].id.rawValue) \($0.detail ?? "")" })
        return Set(
            rejected.compactMap { details.indices.contains($0.index) ? details[$0.index].id : nil })
    }

    private mutating func note(_ count: Int, _ words: [String]) {
        refused += count
        refusals = Array((refusals + words).prefix(3))
    }

    /// Tells of what the server did not take.
    func tellRefusals() {
        guard refused > 0 else { return }
        for refusal in refusals {
            console.writeErrorLine(refusal.plainLine(ascii: !console.isUnicode))
        }
        console.writeErrorLine("the server refused \(refused)")
    }
}
