import HTTPTypes
import Hummingbird
import ServiceLifecycle
import StintModel
import StintStorage
import StintWire

/// Executions out: the history, one execution, its status, its trail; and gone for good.
struct ExecutionRoutes: Sendable {
    let store: any ExecutionStore
    let cursor: Cursor
    let watch: ExecutionWatch
    let live: LiveFeed
    let views: ExecutionViews
    let links: ExecutionLinks
    let retention: TimeSpan
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .get("/v1/executions", .read, .executions, history),
            .get("/v1/executions/:id", .read, .execution, execution),
            .get("/v1/executions/:id/status", .read, .status, status),
            .get("/v1/executions/:id/events", .read, .trail, events),
            .delete("/v1/executions/:id", .admin, .erase, erase),
        ]
    }

    // MARK: GET /v1/executions

    @Sendable private func history(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        var parameters = try QueryParameters(request)
        let query = try ExecutionQuery(workspace: scope.identity.workspace, &parameters)
        let limit = try parameters.integer("limit", in: 1...500) ?? 50
        let list = query.listIdentity
        let position = try parameters.position(by: cursor, in: list)
        try parameters.finish()

        let page = try await store.page(query, after: position, limit: limit)
        let views = try await views(page.items, scope)
        var json = JSONWriter(capacity: 2_048 * page.items.count + 64)
        json.object { json in
            json.key("items")
            json.array(views) { $1.writeSummaryJSON(to: &$0) }
            write(next: page.next, in: list, to: &json)
        }
        return Answer.tagged(json, for: request)
    }

    // MARK: GET /v1/executions/{id}

    @Sendable private func execution(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        let id = try id(scope)
        try QueryParameters(request).finish()
        guard let found = try await store.execution(id, in: scope.identity.workspace) else {
            throw Problem.unknownExecution(id.rawValue)
        }
        var json = JSONWriter(capacity: 4_096)
        let now = now()
        for view in try await views([found], scope) {
            view.writeJSON(
                to: &json, links: links.pages(of: view, at: now),
                commands: links.commandLines(of: view, at: now))
        }
        return Answer.tagged(json, for: request)
    }

    // MARK: GET /v1/executions/{id}/status

    @Sendable private func status(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        let id = try id(scope)
        var parameters = try QueryParameters(request)
        let wait = try parameters.integer("wait", in: 0...60) ?? 0
        try parameters.finish()

        if wait == 0 {
            return Answer.tagged(try await statusJSON(id, scope).json, for: request)
        }
        let workspace = scope.identity.workspace
        return try await watch.watching(id, in: workspace) { watcher in
            let (first, isFinal) = try await statusJSON(id, scope)
            let tag = Answer.tag(of: first)
            // Without a tag the caller knows nothing yet, and waits for a change from now on.
            let isNew = request.headers[.ifNoneMatch] != nil && !Answer.isHeld(tag, by: request)
            if isFinal || isNew { return Answer.tagged(first, for: request) }

            let deadline = ContinuousClock.now + .seconds(wait)
            var json = first
            while Answer.tag(of: json) == tag, ContinuousClock.now < deadline,
                !Task.isShuttingDownGracefully
            {
                await Self.changed(watcher, before: deadline)
                try Task.checkCancellation()
                json = try await statusJSON(id, scope).json
            }
            return Answer.tagged(json, for: request)
        }
    }

    /// Returns at the next change, at the deadline, or when the server stops.
    private static func changed(
        _ watcher: ExecutionWatch.Watcher, before deadline: ContinuousClock.Instant
    ) async {
        await withTaskGroup { group in
            group.addTask { await watcher.changed() }
            group.addTask { try? await Task.sleep(until: deadline, clock: .continuous) }
            group.addTask { try? await gracefulShutdown() }
            await group.next()
            group.cancelAll()
        }
    }

    private func statusJSON(
        _ id: ExecutionID, _ scope: RequestScope
    ) async throws(StoreError) -> (json: JSONWriter, isFinal: Bool) {
        var json = JSONWriter()
        guard let found = try await store.execution(id, in: scope.identity.workspace) else {
            Execution.writePendingStatusJSON(of: id, to: &json)
            return (json, false)
        }
        views.view(of: id, found.state, in: scope.identity.workspace).writeStatusJSON(to: &json)
        return (json, found.state.status.isFinal)
    }

    // MARK: GET /v1/executions/{id}/events

    @Sendable private func events(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        let id = try id(scope)
        let workspace = scope.identity.workspace
        var parameters = try QueryParameters(request)
        let limit = try parameters.integer("limit", in: 1...500) ?? 50
        let list = Array("events\u{0}\(workspace.rawValue)\u{0}\(id.rawValue)".utf8)
        let position = try parameters.position(by: cursor, in: list)
        try parameters.finish()

        let page = try await store.trail(of: id, in: workspace, after: position, limit: limit)
        if page.entries.isEmpty, try await store.execution(id, in: workspace) == nil {
            throw Problem.unknownExecution(id.rawValue)
        }
        var json = JSONWriter(capacity: 512 * page.entries.count + 64)
        json.object { json in
            json.key("items")
            json.array(page.entries) { json, entry in
                entry.event.writeJSON(to: &json, receivedAt: entry.receivedAt)
            }
            write(next: page.next, in: list, to: &json)
        }
        return Answer.tagged(json, for: request)
    }

    // MARK: DELETE /v1/executions/{id}

    @Sendable private func erase(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        let id = try id(scope)
        try QueryParameters(request).finish()
        // As late as an event of today may still be sent.
        let horizon = now() + retention + Limits.eventsAhead + .days(1)
        guard try await store.erase(id, in: scope.identity.workspace, until: horizon) else {
            throw Problem.unknownExecution(id.rawValue)
        }
        live.publish(erased: id, in: scope.identity.workspace)
        return Response(status: .noContent)
    }

    // MARK: Parts

    private func views(
        _ stored: [StoredExecution], _ scope: RequestScope
    ) async throws(StoreError) -> [Execution] {
        try await views.views(
            of: stored.map { ($0.id, $0.state) }, in: scope.identity.workspace)
    }

    /// The id in the path. One that no execution can have is unknown, like any other.
    private func id(_ scope: RequestScope) throws -> ExecutionID {
        let raw = try scope.parameters.require("id")
        guard let text = PercentEncoding.decode(raw.utf8), let id = ExecutionID(rawValue: text)
        else { throw Problem.unknownExecution(raw) }
        return id
    }

    private func write(next: PagePosition?, in list: [UInt8], to json: inout JSONWriter) {
        if let next { json.member("nextCursor", cursor.text(for: next, in: list)) }
    }
}
