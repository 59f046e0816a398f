import HTTPTypes
import StintWire

/// The description of the interface: OpenAPI 3.1, made of the routes.
///
/// A route tells what is its own. What all have in common is told here, once. The dashboard's files
/// are no part of the interface.
struct OpenAPIDocument {
    /// The routes that have an operation, each with it.
    private let described: [(route: Route, operation: Operation)]
    private let version: String
    private let cookie: SessionCookie

    init(routes: [Route], version: String, cookie: SessionCookie) {
        described = routes.compactMap { route in route.operation.map { (route, $0) } }
        self.version = version
        self.cookie = cookie
    }

    var json: JSONWriter {
        var json = JSONWriter(capacity: 128 << 10)
        node.write(to: &json)
        return json
    }

    private var node: JSONNode {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Stint", "version": .text(version), "description": .text(Self.text),
            ],
            "servers": [["url": "/"]],
            "tags": .array(Operation.Group.allCases.map { ["name": .text($0.rawValue)] }),
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "key": [
                        "type": "http", "scheme": "bearer",
                        "description":
                            "A key, as `stint keys create` prints it. Each operation names the scope it takes; `admin` includes the others.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": .text(cookie.name),
                        "description":
                            "What `POST /v1/session` gives a browser in place of a key. With it anything but GET and HEAD takes the header `Stint-Token` too, and comes from a page of this server.",
                    ],
                ],
                "headers": .object(Self.headers),
                "responses": .object(Self.problems.map { ($0.name, Self.response(to: $0)) }),
                "schemas": .object(Component.all.map { ($0.name, $0.schema.node) }),
            ],
        ]
    }

    private static let text = """
        The truth about executions of agents and workflows. Everything that happens to an \
        execution is an event; what readers see follows from the events alone.

        A member that is not known is null or missing; readers treat the two alike. Durations are \
        numbers in seconds. Every path that takes GET takes HEAD. A path asked with a method that \
        it does not take answers 405, one that is not there 404. Without any key configured a \
        server takes requests without one, on its own machine alone.
        """

    /// By path, in the order of the routes.
    private var paths: [(name: String, value: JSONNode)] {
        var names: [String] = []
        for (route, _) in described where !names.contains(route.path) { names.append(route.path) }
        return names.map { path in
            let operations = described.filter { $0.route.path == path }.map { route, operation in
                (
                    name: route.method.rawValue.lowercased(),
                    value: node(of: operation, at: route)
                )
            }
            return (name: Self.template(path), value: .object(operations))
        }
    }

    /// `/v1/executions/{id}` for `/v1/executions/:id`.
    static func template(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map {
            $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0)
        }.joined(separator: "/")
    }

    private func node(of operation: Operation, at route: Route) -> JSONNode {
        var members: [(name: String, value: JSONNode)] = [
            ("operationId", .text(operation.id)),
            ("tags", [.text(operation.group.rawValue)]),
            ("summary", .text(operation.summary)),
        ]
        if let text = operation.description { members.append(("description", .text(text))) }
        let parameters = operation.parameters + (operation.success.isTagged ? [.ifNoneMatch] : [])
        if !parameters.isEmpty {
            members.append(("parameters", .array(parameters.map(\.node))))
        }
        if !operation.body.isEmpty {
            members.append(
                ("requestBody", ["required": true, "content": .object(operation.body.map(\.node))]))
        }
        members.append(("responses", .object(responses(to: operation, at: route))))
        let scopes: JSONNode = [.text(route.scope.rawValue)]
        let needed: JSONNode = route.scope == .none ? [] : [["key": scopes], ["session": scopes]]
        members.append(("security", needed))
        return .object(members)
    }

    // MARK: Answers

    private func responses(
        to operation: Operation, at route: Route
    ) -> [(name: String, value: JSONNode)] {
        let success = operation.success
        var headers = ["X-Request-Id"]
        if success.isTagged { headers.append("ETag") }
        if route.scope != .none { headers += ["RateLimit", "RateLimit-Policy"] }
        var good: [(name: String, value: JSONNode)] = [
            ("description", .text(success.description)), ("headers", Self.references(headers)),
        ]
        let contents = [success.content, success.otherContent].compactMap(\.self)
        if !contents.isEmpty { good.append(("content", .object(contents.map(\.node)))) }
        var responses: [(name: String, value: JSONNode)] = [
            (String(success.status.code), .object(good))
        ]
        if success.isTagged {
            responses.append(
                (
                    "304",
                    [
                        "description": "The caller has it already.",
                        "headers": Self.references(headers),
                    ]
                ))
        }
        for problem in Self.problems where problem.isDue(operation, route) {
            responses.append(
                (
                    String(problem.status.code),
                    ["$ref": .text("#/components/responses/\(problem.name)")]
                ))
        }
        for (status, cause) in operation.problems {
            let shared = SharedProblem(name: "", status: status, cause: cause) { _, _ in true }
            responses.append((String(status.code), Self.response(to: shared)))
        }
        return responses
    }

    /// A problem that routes of one sort have in common.
    private struct SharedProblem: Sendable {
        var name: String
        var status: HTTPResponse.Status
        var cause: String
        var headers: [String] = []
        /// Whether a route may answer so.
        var isDue: @Sendable (Operation, Route) -> Bool
    }

    private static let problems: [SharedProblem] = [
        SharedProblem(
            name: "BadRequest", status: .badRequest,
            cause: "The body or a query parameter is not understood, or not known."
        ) { _, _ in true },
        SharedProblem(
            name: "Unauthorized", status: .unauthorized, cause: "No valid key was given.",
            headers: ["WWW-Authenticate"]
        ) { $1.scope != .none },
        SharedProblem(
            name: "Forbidden", status: .forbidden,
            cause:
                "The key has another scope; or the server has no keys, and another name; or a cookie was sent by a page that is none of its own."
        ) { _, _ in true },
        SharedProblem(
            name: "NotFound", status: .notFound,
            cause: "It is not known, has expired, or belongs to another workspace."
        ) { $1.path.contains(":") },
        SharedProblem(
            name: "ContentTooLarge", status: .contentTooLarge,
            cause: "The body, decompressed, is larger than the server takes."
        ) { operation, _ in !operation.body.isEmpty },
        SharedProblem(
            name: "UnsupportedMediaType", status: .unsupportedMediaType,
            cause: "The body's type or encoding is not one of those taken."
        ) { operation, _ in !operation.body.isEmpty },
        SharedProblem(
            name: "TooManyRequests", status: .tooManyRequests,
            cause: "The key asks too often, or its address tried too many wrong ones.",
            headers: ["Retry-After", "RateLimit", "RateLimit-Policy"]
        ) { $1.scope != .none },
        SharedProblem(
            name: "ServiceUnavailable", status: .serviceUnavailable,
            cause: "Too much waits, or the store does not answer. Send the same again later.",
            headers: ["Retry-After"]
        ) { _, _ in true },
    ]

    private static func response(to problem: SharedProblem) -> JSONNode {
        [
            "description": .text(problem.cause),
            "headers": references(["X-Request-Id"] + problem.headers),
            "content": [
                "application/problem+json": ["schema": Schema.ref(.problem).node]
            ],
        ]
    }

    // MARK: Headers

    private static let headers: [(name: String, value: JSONNode)] = [
        ("X-Request-Id", header("Names the request in the server's log.", isAlways: true)),
        ("ETag", header("Changes with the answer.", isAlways: true)),
        ("Retry-After", header("Seconds to wait.", .integer(in: 1...86_400), isAlways: true)),
        ("WWW-Authenticate", header("The scheme: `Bearer`.", isAlways: true)),
        ("RateLimit", header("What is left: `\"read\";r=199;t=1`. With keys alone.")),
        ("RateLimit-Policy", header("What a key may ask for: `\"read\";q=200;w=1`.")),
    ]

    private static func header(
        _ text: String, _ schema: Schema = .string, isAlways: Bool = false
    ) -> JSONNode {
        [
            "description": .text(text), "required": .flag(isAlways),
            "schema": schema.node,
        ]
    }

    private static func references(_ names: [String]) -> JSONNode {
        .object(names.map { ($0, ["$ref": .text("#/components/headers/\($0)")]) })
    }
}

extension Operation.Parameter {
    fileprivate var node: JSONNode {
        [
            "name": .text(name), "in": .text(place.rawValue),
            "required": .flag(place == .path),
            "description": .text(description), "schema": schema.node,
        ]
    }
}

extension Operation.Content {
    fileprivate var node: (name: String, value: JSONNode) { (type, ["schema": schema.node]) }
}
