import HTTPTypes
import Hummingbird
import StintModel
public import StintStorage
public import StintWire
import Synchronization

/// Whether the books balance.
final class AuditRoutes: Sendable {
    private let store: any ExecutionStore
    private let isRunning = Mutex(false)

    init(store: any ExecutionStore) {
        self.store = store
    }

    var routes: [Route] { [.get("/v1/audit", .admin, .audit, audit)] }

    /// One at a time: it reads everything.
    @Sendable private func audit(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        let isFirst = isRunning.withLock { running in
            defer { running = true }
            return !running
        }
        guard isFirst else {
            throw Problem.unavailable("audit_running", "Another audit is running. Ask again later.")
        }
        defer { isRunning.withLock { $0 = false } }
        let start = ContinuousClock.now
        let report = try await store.audit(scope.identity.workspace)
        let passed = (ContinuousClock.now - start).components
        return Answer.json { json in
            report.writeJSON(
                to: &json, seconds: Double(passed.seconds) + Double(passed.attoseconds) / 1e18)
        }
    }
}

extension AuditReport {
    /// - Parameter seconds: How long it took.
    public func writeJSON(to json: inout JSONWriter, seconds: Double) {
        json.object { json in
            json.member("balanced", isBalanced)
            json.member("executions", Int64(executions))
            json.member("tookSeconds", Scalar(number: seconds))
            json.key("laws")
            json.array(AuditLaw.allCases) { json, law in
                json.object { json in
                    json.member("law", law.rawValue)
                    json.member("title", law.title)
                    json.member("checked", Int64(self[law].checked))
                    json.member("violations", Int64(self[law].violations))
                }
            }
            json.key("differences")
            json.array(differences) { json, difference in
                json.object { json in
                    json.member("law", difference.law.rawValue)
                    if let workspace = difference.workspace {
                        json.member("workspace", workspace.rawValue)
                    }
                    if let execution = difference.execution {
                        json.member("execution", execution.rawValue)
                    }
                    if let agent = difference.agent { json.member("agent", agent) }
                    if let at = difference.at { json.member("at", at) }
                    json.member("detail", difference.detail)
                }
            }
        }
    }
}
