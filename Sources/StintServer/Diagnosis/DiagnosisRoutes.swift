import Hummingbird
import StintModel
import StintStorage
import StintWire

/// What is wrong, how certain that is, and what leads on.
struct DiagnosisRoutes: Sendable {
    let store: any ExecutionStore
    let remaining: RemainingTimes
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [.get("/v1/diagnosis", .read, .diagnosis, diagnosis)]
    }

    @Sendable private func diagnosis(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        var parameters = try QueryParameters(request)
        let now = now()
        let question = DiagnosisQuestion(
            workspace: scope.identity.workspace,
            range: try AskedRange(otherwise: .day, now: now, &parameters),
            agent: try parameters.one("agent"), by: try parameters.one("by"), now: now)
        try parameters.finish()
        guard question.by?.isEmpty != true else {
            throw Problem.parameter("by", "the key of an attribute is due, or `agent`.")
        }
        let (remaining, prices) = (remaining, store.prices)
        let body = try await store.figures(in: question.workspace) {
            (snapshot) throws(StoreError) in
            try Diagnosis(question, remaining: remaining, prices: prices, in: snapshot).body()
        }
        var json = JSONWriter(capacity: 16 << 10)
        body.writeJSON(to: &json)
        return Answer.tagged(json, for: request)
    }
}

/// What a diagnosis is asked for.
struct DiagnosisQuestion: Sendable {
    let workspace: Workspace
    let range: AskedRange
    let agent: String?
    /// The attribute whose values success is compared by; `nil` for no comparison.
    let by: String?
    /// The server's clock when it was asked.
    let now: Instant
}
