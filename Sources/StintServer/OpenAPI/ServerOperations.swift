import HTTPTypes
import StintModel
import StintStorage

// What is asked by those who run the server: keys, books, health, and this description.

extension Operation {
    static let keys = Operation(
        id: "listKeys", group: .keys, summary: "The keys of the workspace",
        success: .json(.keyList, "Everything about them but their secrets."))

    static let createKey = Operation(
        id: "createKey", group: .keys, summary: "Make a key",
        description: "From the first key on, nobody is let in without one.",
        body: [.json(.ref(.keyOrder))],
        success: .json(.newKey, "The key, with its secret.", status: .created),
        problems: [(.conflict, "The workspace has as many keys as it may have.")])

    static let revokeKey = Operation(
        id: "revokeKey", group: .keys, summary: "Revoke a key",
        parameters: [.path("id", "The key's id.", .string)],
        success: .noContent("It is not valid any more."))

    static let audit = Operation(
        id: "audit", group: .operations, summary: "Whether the books balance",
        description: "Reads everything; one at a time, while another runs the answer is 503.",
        success: .json(.audit, "Each law, how often it was tested, and what is at odds."))

    static let clients = Operation(
        id: "listClients", group: .operations,
        summary: "What came of the events of each client",
        description: """
            Of the clients that number their events, those heard last first: `made` is `stored` + \
            `rejected` + `dropped` + `inFlight`. A client is the life of one process. It is kept as \
            long as the trail since it was heard of, and of a workspace so are the newest \
            \(ClientLedger.clientsPerWorkspace).
            """,
        parameters: [.limit, .cursor],
        success: .tagged(.clientPage, "One page of clients."))

    static let scrape = Operation(
        id: "scrape", group: .operations,
        summary: "The server's own figures, and the executions since it started",
        description: """
            In the text format of Prometheus, or of OpenMetrics where Accept asks for it. Of each \
            workspace 100 agents and 50 models are told apart, the others are `other`.
            """,
        success: Success(
            description: "A sample a line; names begin with `stint_`.",
            content: [Content(type: "text/plain", schema: .string)]))

    static let live = Operation(
        id: "isLive", group: .operations, summary: "Whether the process lives",
        success: .json(.health, "It does."))

    static let ready = Operation(
        id: "isReady", group: .operations, summary: "Whether it can read and write",
        success: .json(.health, "It can."))

    static let description = Operation(
        id: "describe", group: .operations, summary: "This description of the interface",
        success: Success(
            description: "OpenAPI 3.1.", content: [.json(.map(.any))], isTagged: true))
}
