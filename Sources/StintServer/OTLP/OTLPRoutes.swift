import HTTPTypes
import Hummingbird
import StintStorage

/// OTLP over HTTP: traces are recorded; metrics, logs and profiles are taken politely and dropped, so
/// that an exporter of all of them needs no second address.
struct OTLPRoutes: Sendable {
    let ingest: OTLPIngest
    let reading: RequestBodyReading

    var routes: [Route] {
        [
            .post("/v1/traces", .ingest, .exportTraces(atMost: ingest.maximumSpans), traces),
            .post("/v1/metrics", .ingest, .exportMetrics, nothing),
            .post("/v1/logs", .ingest, .exportLogs, nothing),
            .post("/v1development/profiles", .ingest, .exportProfiles, nothing),
        ]
    }

    /// Whether a request is one of these, so that it is refused in OTLP's own form.
    static func takes(_ request: Request) -> Bool {
        guard request.method == .post else { return false }
        return switch request.uri.path {
        case "/v1/traces", "/v1/metrics", "/v1/logs", "/v1development/profiles": true
        default: false
        }
    }

    @Sendable private func traces(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        try QueryParameters(request).finish()
        let form = try MediaType.form(of: request, among: OTLPForm.types)
        let (submission, outcome) = try await reading.read(request) { body in
            try body.withUnsafeReadableBytes { (bytes) throws(Problem) in
                try ingest.read(bytes, as: form, of: scope.identity.workspace, scope.allowance)
            }
        }
        try await ingest.record(submission, outcome)
        return form.answer(outcome)
    }

    /// Takes a body within its limits and keeps nothing of it.
    @Sendable private func nothing(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        try QueryParameters(request).finish()
        let form = try MediaType.form(of: request, among: OTLPForm.types)
        try await reading.read(request) { _ in }
        try scope.allowance?.take(1)
        return form.answer(OTLPOutcome())
    }
}
