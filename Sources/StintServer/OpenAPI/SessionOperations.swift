import HTTPTypes
import StintStorage

// How a browser is let in, and how it leaves.

extension Operation {
    static let session = Operation(
        id: "getSession", group: .sessions, summary: "Whom the server takes the caller for",
        success: .json(
            .session, "Whether a key is due, and whose was shown, by cookie or by itself."),
        problems: [(.tooManyRequests, "Too many wrong keys came from this address.")])

    static let beginSession = Operation(
        id: "beginSession", group: .sessions, summary: "Log in",
        description: """
            Shows a key once. The cookie that is set stands for it until the session is not used for \
            12 hours, after 7 days in any case, or until the key expires or is revoked.
            """,
        body: [.json(.ref(.sessionOrder))],
        success: .json(.session, "The session, in place of the one that the browser may have had."),
        problems: [
            (.unauthorized, "The key is not known, has expired or was revoked."),
            (.tooManyRequests, "The key asks too often, or its address tried too many wrong ones."),
        ])

    static let endSession = Operation(
        id: "endSession", group: .sessions, summary: "Log out",
        description: "With a session it takes the header `Stint-Token`, like any change.",
        success: .noContent("There is no session any more."))
}

extension Schema {
    static let session = object([
        "required": boolean.describing("Whether anybody needs a key."),
        "authenticated": boolean.describing("Whether the caller is let in."),
        "workspace": string.optional,
        "scopes": array(words(AccessScopes.words.map(\.word))).optional,
        "token": string.optional.describing(
            "What goes into the header Stint-Token of a change under the cookie."),
        "expiresAt": instant.optional.describing("When it ends however much it is used."),
    ])

    static let sessionOrder = object(["key": string.describing("The secret of a key.")])
        .with("additionalProperties", false)
}
