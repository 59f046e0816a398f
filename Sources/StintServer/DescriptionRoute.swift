import Hummingbird

extension [Route] {
    /// With one more, that serves the description of them all, itself included. It is written once.
    func described(version: String, cookie: SessionCookie) -> [Route] {
        func route(
            _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
        ) -> Route {
            .get("/openapi.json", .none, .description, handle)
        }
        let all = self + [route { _, _ in throw Problem.notFound }]
        let json = OpenAPIDocument(routes: all, version: version, cookie: cookie).json
        let tag = Answer.tag(of: json)
        return self + [
            route { request, _ in
                try QueryParameters(request).finish()
                return Answer.tagged(json, tag, for: request)
            }
        ]
    }
}
