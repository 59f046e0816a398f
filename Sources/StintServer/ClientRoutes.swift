import HTTPTypes
import Hummingbird
import StintModel
import StintStorage
import StintWire

/// What came of the events of each client that numbers them.
///
/// For whoever may read: it tells counts of the workspace's own clients, as `/metrics` does in sum.
struct ClientRoutes: Sendable {
    let store: any ExecutionStore
    let cursor: Cursor

    var routes: [Route] { [.get("/v1/clients", .read, .clients, list)] }

    // MARK: GET /v1/clients

    @Sendable private func list(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        let workspace = scope.identity.workspace
        var parameters = try QueryParameters(request)
        let limit = try parameters.integer("limit", in: 1...500) ?? 50
        let list = Array("clients\u{0}\(workspace.rawValue)".utf8)
        let position = try parameters.position(by: cursor, in: list)
        try parameters.finish()

        let page = try await store.clients(in: workspace, after: position, limit: limit)
        var json = JSONWriter(capacity: 320 * page.items.count + 64)
        json.object { json in
            json.key("items")
            json.array(page.items) { json, client in client.writeJSON(to: &json) }
            if let next = page.next {
                json.member("nextCursor", cursor.text(for: next, in: list))
            }
        }
        return Answer.tagged(json, for: request)
    }
}

extension StoredClient {
    fileprivate func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("client", id.rawValue)
            json.member("firstSeenAt", ledger.firstSeenAt)
            json.member("lastSeenAt", ledger.lastSeenAt)
            json.member("made", ledger.made)
            json.member("stored", ledger.stored)
            json.member("rejected", ledger.rejected)
            json.member("dropped", ledger.dropped)
            json.member("inFlight", ledger.inFlight)
            json.member("unknown", ledger.unknown)
            json.key("gaps")
            json.array(ledger.gaps) { json, gap in
                json.array([gap.lowerBound, gap.upperBound]) { json, number in
                    json.integer(number)
                }
            }
        }
    }
}
