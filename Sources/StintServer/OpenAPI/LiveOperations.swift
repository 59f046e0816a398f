import HTTPTypes
import StintModel

extension Operation {
    static let listen = Operation(
        id: "listen", group: .live, summary: "Follow executions as they change",
        description: """
            Server-sent events, or, where the request asks to upgrade, the same as text messages of \
            a WebSocket: `{"event": …, "data": …, "id": …}`.

            - `execution`: an execution that changed, as an item of `GET /v1/executions`; one that \
            was deleted as `{"id": …, "erased": true}`.
            - `execution_update`: the block `realtime` of `GET /v1/metrics`; at the start, and at \
            most once a second while anything changes.
            - `reset`, with `{}`: more changed than can be told. Load anew, and follow.

            Whoever falls behind is told less, not later: each execution once, as it is then. An \
            `id` is opaque; with the last one the feed goes on where it was, or says `reset`. What is \
            told together bears the id of the start, but for the last of it. Every 15 seconds there \
            is a comment, or a ping; who takes nothing for 30 seconds, or answers two pings with \
            no pong, is cut off.
            """,
        parameters: [
            .query(
                "agent", .string,
                """
                Executions of this agent, and its figures. An execution is told where it matched \
                before the change, or matches after it.
                """),
            .query(
                "status", .array(.words(ExecutionStatus.allCases.map(\.word))),
                "Executions in one of these statuses. Synonyms in common use are understood."),
            .query("execution", .string(1...Limits.executionIDBytes), "The execution of this id."),
            .query(
                "since", .string, "The last `id` that was heard; `Last-Event-ID` says the same."),
            Parameter(
                name: "Last-Event-ID", place: .header,
                description: "The last `id` that was heard; it stands before `since`.",
                schema: .string),
        ],
        success: Success(
            description: "The feed, which does not end by itself.",
            content: [Content(type: "text/event-stream", schema: .string)]),
        problems: [
            (.upgradeRequired, "It asks for a WebSocket of another version than 13.")
        ])
}
