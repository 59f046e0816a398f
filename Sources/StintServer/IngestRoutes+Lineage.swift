import Hummingbird
import StintIngest

// What the HTTP transport of OpenLineage's clients sends.

extension IngestRoutes {
    var lineageRoutes: [Route] {
        var route = Route.post("/api/v1/lineage", .ingest, .sendLineage, lineage)
        route.isPatientWith503Alone = true
        return [route]
    }

    @Sendable private func lineage(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        try QueryParameters(request).finish()
        _ = try MediaType.form(of: request, among: Self.foreignForms)
        return try await record(foreign: request, scope) {
            (bytes, window, sink) throws(BodyError) in
            try OpenLineageDecoder.decode(
                bytes, window: window, maximumEvents: maximumEvents, into: sink)
        }
    }
}
