import HTTPTypes
import Hummingbird
import StintStorage

/// Executions out, as many as there are: `GET /v1/export/executions`.
struct ExportRoutes: Sendable {
    let store: any ExecutionStore
    let views: ExecutionViews

    var routes: [Route] {
        [.get("/v1/export/executions", .read, .exportExecutions, executions)]
    }

    @Sendable private func executions(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        var parameters = try QueryParameters(request)
        let form = try parameters.word("format", of: ExecutionLines.Form.self) ?? .ndjson
        let query = try ExecutionQuery(workspace: scope.identity.workspace, &parameters)
        try parameters.finish()
        // A store that is away is found out while there is still a status to say so.
        _ = try await store.page(query, after: nil, limit: 1)

        let isCompressed = AnswerCompression.isTaken(by: request)
        var headers: HTTPFields = [
            .contentType: form.contentType, .vary: "Accept-Encoding",
            .contentDisposition: "attachment; filename=\"executions.\(form.rawValue)\"",
        ]
        if isCompressed { headers[.contentEncoding] = "gzip" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { [store, views] writer in
                var export = ExecutionExport(
                    query, as: form, isCompressed: isCompressed, from: store, views: views)
                while let part = try await export.next() { try await writer.write(part) }
                try await writer.finish(nil)
            })
    }
}

extension HTTPField.Name {
    fileprivate static let contentDisposition = HTTPField.Name("Content-Disposition")!
}
