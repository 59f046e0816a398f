public import StintModel
import StintWire

/// The operations of Step Functions that tell what there is.
public struct StepFunctionsClient: Sendable {
    public let region: AWSRegion
    private let client: AWSClient

    public init(region: AWSRegion, context: AWSContext) {
        self.region = region
        client = AWSClient(
            AWSClient.Service(name: "states", variable: "SFN", target: "AWSStepFunctions"),
            in: region, context: context, isPaced: true)
    }

    /// Every state machine of the account whose executions can be asked about: those of type
    /// `STANDARD`.
    public func stateMachines() async throws(AWSError) -> [StateMachine] {
        var machines: [StateMachine] = []
        var token: String?
        repeat {
            let page = try await client.ask(
                "ListStateMachines", body(["maxResults": .integer(1_000)], token),
                for: StateMachinePage.self)
            machines += page.stateMachines
            token = page.nextToken
        } while token != nil
        return machines.filter { $0.type != "EXPRESS" }
    }

    /// A page of a machine's executions: those that run first, by their start, then the others by
    /// their end, newest first. A page may be empty and not the last.
    ///
    /// - Parameters:
    ///   - status: Which alone to list, as in `RUNNING`; `nil` for all.
    ///   - token: Where the page before it ended, at most a day ago.
    public func executions(
        of stateMachine: String, status: String? = nil, after token: String? = nil,
        limit: Int = 1_000
    ) async throws(AWSError) -> ExecutionPage {
        var members: [String: Scalar] = [
            "stateMachineArn": .string(stateMachine), "maxResults": .integer(Int64(limit)),
        ]
        if let status { members["statusFilter"] = .string(status) }
        return try await client.ask(
            "ListExecutions", body(members, token), for: ExecutionPage.self)
    }

    /// - Throws: ``AWSError/refused(code:message:status:)`` with `ExecutionDoesNotExist` where it is
    ///   gone: 90 days after its end.
    public func describe(_ execution: ExecutionID) async throws(AWSError) -> ExecutionDescription {
        try await client.ask(
            "DescribeExecution", body(["executionArn": .string(execution.rawValue)]),
            for: ExecutionDescription.self)
    }

    /// The whole history of an execution, at most 25,000 events.
    ///
    /// With what went in and out where that can be read, without where a page is too large: then the
    /// executions that it started are not known.
    public func history(of execution: ExecutionID) async throws(AWSError) -> [HistoryEvent] {
        do throws(AWSError) {
            return try await history(of: execution, withData: true)
        } catch .tooLarge {
            return try await history(of: execution, withData: false)
        }
    }

    private func history(
        of execution: ExecutionID, withData: Bool
    ) async throws(AWSError) -> [HistoryEvent] {
        var events: [HistoryEvent] = []
        var token: String?
        repeat {
            let members: [String: Scalar] = [
                "executionArn": .string(execution.rawValue), "maxResults": .integer(1_000),
                "includeExecutionData": .boolean(withData),
            ]
            let page = try await client.ask(
                "GetExecutionHistory", body(members, token), for: HistoryPage.self)
            events += page.events
            token = page.nextToken
        } while token != nil && events.count < 25_000
        return events
    }

    /// The tags of a state machine, by key.
    public func tags(of stateMachine: String) async throws(AWSError) -> [String: String] {
        let answer = try await client.ask(
            "ListTagsForResource", body(["resourceArn": .string(stateMachine)]),
            for: TagList.self)
        return Dictionary(answer.tags.map { ($0.key, $0.value) }) { first, _ in first }
    }

    private func body(_ members: [String: Scalar], _ token: String? = nil) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.scalar(value)
            }
            if let token {
                json.key("nextToken")
                json.string(token)
            }
        }
        return json.bytes
    }
}

public struct StateMachine: Decodable, Hashable, Sendable {
    public var stateMachineArn: String
    public var name: String
    /// `STANDARD` or `EXPRESS`; the first where nothing is said.
    public var type: String?
}

public struct ExecutionPage: Decodable, Hashable, Sendable {
    public var executions: [ExecutionDescription]
    public var nextToken: String?
}

private struct StateMachinePage: Decodable {
    var stateMachines: [StateMachine]
    var nextToken: String?
}

private struct HistoryPage: Decodable {
    var events: [HistoryEvent]
    var nextToken: String?
}

private struct TagList: Decodable {
    struct Tag: Decodable {
        var key: String
        var value: String
    }
    var tags: [Tag]
}
