import HTTPTypes
import Hummingbird
import StintStorage

/// One route, with what a caller must be allowed to do to use it, and its description.
struct Route: Sendable {
    /// What a key must be allowed to do.
    enum Scope: String, Sendable {
        /// Open to everybody.
        case none
        case ingest
        case read
        case admin

        var access: AccessScopes {
            switch self {
            case .none: []
            case .ingest: .ingest
            case .read: .read
            case .admin: .admin
            }
        }
    }

    let method: HTTPRequest.Method
    let path: String
    let scope: Scope
    /// What the interface's description says of it; `nil` for a file of the dashboard.
    let operation: Operation?
    let handle: @Sendable (Request, RequestScope) async throws -> Response
    /// Whether who asks too often is told 503 in place of 429: its usual client sends again after
    /// the one, and gives up after the other.
    var isPatientWith503Alone = false

    static func get(
        _ path: String, _ scope: Scope, _ operation: Operation,
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> Route {
        Route(method: .get, path: path, scope: scope, operation: operation, handle: handle)
    }

    /// Serves a file of the dashboard, to everybody.
    static func page(
        _ path: String,
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> Route {
        Route(method: .get, path: path, scope: .none, operation: nil, handle: handle)
    }

    static func post(
        _ path: String, _ scope: Scope, _ operation: Operation,
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> Route {
        Route(method: .post, path: path, scope: scope, operation: operation, handle: handle)
    }

    static func options(
        _ path: String, _ scope: Scope, _ operation: Operation,
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> Route {
        Route(method: .options, path: path, scope: scope, operation: operation, handle: handle)
    }

    static func delete(
        _ path: String, _ scope: Scope, _ operation: Operation,
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> Route {
        Route(method: .delete, path: path, scope: scope, operation: operation, handle: handle)
    }
}

extension Router<RequestScope> {
    /// Adds routes, each behind what its scope asks for; a known path asked with another method
    /// answers 405 and says which it takes.
    func add(_ routes: [Route], access: AccessControl) {
        for (path, routes) in Dictionary(grouping: routes, by: \.path) {
            for route in routes {
                on(RouterPath(path), method: route.method) { request, scope in
                    var scope = scope
                    do {
                        try await access.admit(request, to: route.scope, &scope)
                        var response = try await route.handle(request, scope)
                        scope.allowance?.describe(in: &response.headers)
                        return response
                    } catch var problem as Problem
                        where route.isPatientWith503Alone && problem.status == .tooManyRequests
                    {
                        problem.status = .serviceUnavailable
                        throw problem
                    }
                }
            }
            var allowed = routes.map(\.method)
            if allowed.contains(.get) { allowed.append(.head) }
            let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            let others: [HTTPRequest.Method] = [
                .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect, .query,
            ]
            for method in others where !allowed.contains(method) {
                on(RouterPath(path), method: method) { _, _ -> Response in
                    throw Problem(
                        .methodNotAllowed, "method_not_allowed", "This path takes \(names).",
                        headers: [.allow: names])
                }
            }
        }
    }
}

extension HTTPRequest.Method {
    /// Asks like GET, with a body: draft-ietf-httpbis-safe-method-w-body.
    fileprivate static let query = HTTPRequest.Method("QUERY")!
}
