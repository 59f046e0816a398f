/// One page of `GET /v1/executions`.
public struct ExecutionPageBody: Decodable, Hashable, Sendable {
    public var items: [ExecutionBody]
    /// Where the next page begins; `nil` on the last one. A page may hold fewer items than were
    /// asked for, even none, and still have a next one.
    public var nextCursor: String?
}
