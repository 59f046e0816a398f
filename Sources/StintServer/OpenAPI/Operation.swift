import HTTPTypes

/// What the description of the interface says of one route, beside what every route shares: those
/// problems, headers and keys are derived from the route itself.
struct Operation: Sendable {
    /// Groups of operations, as readers see them.
    enum Group: String, CaseIterable, Sendable {
        case events = "Events in"
        case executions = "Executions out"
        case live = "Live"
        case metrics = "Metrics out"
        case keys = "Keys"
        case sessions = "Sessions of browsers"
        case operations = "Operations"
    }

    /// Where a parameter stands.
    enum Place: String, Sendable {
        case path, query, header
    }

    struct Parameter: Sendable {
        var name: String
        var place: Place
        var description: String
        var schema: Schema
    }

    /// A body and the media type that it has.
    struct Content: Sendable {
        var type: String
        var schema: Schema

        static func json(_ schema: Schema) -> Content {
            Content(type: "application/json", schema: schema)
        }
    }

    /// The answer where nothing went wrong.
    struct Success: Sendable {
        var status = HTTPResponse.Status.ok
        var description: String
        /// The forms that its body may have; empty where it has none.
        var content: [Content] = []
        /// Whether it has an `ETag`, and is 304 where the caller has it already.
        var isTagged = false

        static func json(
            _ component: Component, _ description: String, status: HTTPResponse.Status = .ok
        ) -> Success {
            Success(status: status, description: description, content: [.json(.ref(component))])
        }

        static func tagged(_ component: Component, _ description: String) -> Success {
            Success(description: description, content: [.json(.ref(component))], isTagged: true)
        }

        static func noContent(_ description: String) -> Success {
            Success(status: .noContent, description: description)
        }
    }

    /// Names it in programs that are made from the description.
    let id: String
    let group: Group
    let summary: String
    var description: String?
    var parameters: [Parameter] = []
    /// The forms that a body may have; empty where none is read.
    var body: [Content] = []
    let success: Success
    /// Problems of its own, beside those that are derived.
    var problems: [(status: HTTPResponse.Status, cause: String)] = []
    /// In which forms it tells of a problem; empty for that which all others have.
    var refusals: [Content] = []
}

extension Operation.Parameter {
    static func path(_ name: String, _ description: String, _ schema: Schema) -> Self {
        Self(name: name, place: .path, description: description, schema: schema)
    }

    /// Where the schema is an array the parameter may be repeated.
    static func query(_ name: String, _ schema: Schema, _ description: String) -> Self {
        Self(name: name, place: .query, description: description, schema: schema)
    }

    static func header(_ name: String, _ description: String) -> Self {
        Self(name: name, place: .header, description: description, schema: .string)
    }

    static let ifNoneMatch = header(
        "If-None-Match", "The ETag of the answer that the caller has; 304 where it is the same.")

    static let limit = query(
        "limit", .integer(in: 1...500).with("default", 50), "The most items of the page.")
    static let cursor = query(
        "cursor", .string, "`nextCursor` of the page before, asked with the same parameters.")
}
