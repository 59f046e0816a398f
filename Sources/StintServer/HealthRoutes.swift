import Hummingbird
import StintStorage
import StintWire

/// Whether the process lives, and whether it can serve.
struct HealthRoutes: Sendable {
    let store: any ExecutionStore
    let version: String

    var routes: [Route] {
        [
            .get("/health/live", .none, .live) { request, _ in
                try QueryParameters(request).finish()
                return Answer.json { json in json.object { $0.member("status", "live") } }
            },
            .get("/health/ready", .none, .ready, ready),
        ]
    }

    /// 200 while reading and writing work, else 503 with the reason.
    @Sendable private func ready(_ request: Request, _ scope: RequestScope) async throws -> Response
    {
        try QueryParameters(request).finish()
        try await store.check()
        return Answer.json { json in
            json.object { json in
                json.member("status", "ready")
                json.member("version", version)
                json.key("store")
                json.object { json in
                    for (name, value) in store.details { json.member(name, value) }
                }
            }
        }
    }
}
