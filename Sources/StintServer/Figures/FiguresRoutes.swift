import HTTPTypes
import Hummingbird
import StintMetrics
import StintModel
import StintStorage
import StintWire

/// Figures out: of a range of time, of one block of it, and of each agent.
struct FiguresRoutes: Sendable {
    let store: any ExecutionStore
    let remaining: RemainingTimes
    let cursor: Cursor
    let metrics: ServerMetrics
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .get("/v1/metrics", .read, .metrics, metrics),
            .get("/v1/metrics/:block", .read, .metricsBlock, block),
            .get("/v1/agents", .read, .agents, agents),
        ]
    }

    // MARK: GET /v1/metrics

    @Sendable private func metrics(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try await answer(Set(MetricsBody.Block.allCases), request, scope)
    }

    @Sendable private func block(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        let name = try scope.parameters.require("block")
        guard let block = MetricsBody.Block(rawValue: name) else {
            let words = MetricsBody.Block.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(
                .notFound, "unknown_block", "There is no block of this name. There are \(words).")
        }
        return try await answer([block], request, scope)
    }

    private func answer(
        _ blocks: Set<MetricsBody.Block>, _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        var parameters = try QueryParameters(request)
        let query = try MetricsQuery(
            workspace: scope.identity.workspace, now: now(), &parameters)
        try parameters.finish()
        let body = try await figures(blocks, query)
        var json = JSONWriter(capacity: 64 << 10)
        body.writeJSON(to: &json)
        return Answer.tagged(json, for: request)
    }

    /// All from one moment, but for the load of workers, which is read beside it.
    private func figures(
        _ blocks: Set<MetricsBody.Block>, _ query: MetricsQuery
    ) async throws -> MetricsBody {
        let previous = query.compare == .previous ? query.previous : nil
        async let load = workerLoad(
            blocks.isDisjoint(with: [.throughput, .resources]) ? nil : query)
        async let previousLoad = workerLoad(blocks.contains(.throughput) ? previous : nil)
        let workers =
            blocks.contains(.realtime)
            ? try await store.workersNow(in: query.workspace, at: query.now)
            : WorkersNow(workers: [], hosts: [])
        let ingest = metrics.ingestPace.figures(of: query.workspace)
        let remaining = remaining
        var body = try await store.figures(in: query.workspace) {
            (snapshot) throws(StoreError) in
            var body = try WindowFigures(query, blocks, in: snapshot).body(blocks)
            if blocks.contains(.realtime) {
                body.realtime = try RealtimeFigures(
                    workspace: query.workspace, agent: query.agent, now: query.now,
                    workers: workers, ingest: ingest, remaining: remaining
                ).body(in: snapshot)
            }
            if let previous {
                body.previous = try WindowFigures.previous(previous, blocks, in: snapshot)
            }
            return body
        }
        body.add(try await load, query)
        body.previous?.throughput?.add(try await previousLoad)
        body.resources?.databaseLoad = ResourcesBody.DatabaseLoad(store.load)
        return body
    }

    /// - Parameter query: `nil` where nobody asks.
    private func workerLoad(_ query: MetricsQuery?) async throws(StoreError) -> [LoadBucket] {
        guard let query else { return [] }
        return try await store.workerLoad(
            in: query.workspace, from: query.from, to: min(query.to, query.now),
            by: query.grid)
    }

    // MARK: GET /v1/agents

    @Sendable private func agents(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        var parameters = try QueryParameters(request)
        let limit = try parameters.integer("limit", in: 1...500) ?? 50
        let workspace = scope.identity.workspace
        let list = Array("agents\u{0}\(workspace.rawValue)".utf8)
        let last = try parameters.position(by: cursor, in: list)?.key
        try parameters.finish()
        let now = now()
        let (page, next) = try await store.figures(in: workspace) {
            (snapshot) throws(StoreError) in
            try AgentPage(after: last, limit: limit, now: now).read(from: snapshot)
        }
        var body = page
        body.nextCursor = next.map {
            cursor.text(for: PagePosition(key: $0, tie: 0), in: list)
        }
        var json = JSONWriter(capacity: 512 * page.items.count + 64)
        body.writeJSON(to: &json)
        return Answer.tagged(json, for: request)
    }
}

/// A page of the agents of a workspace that have any executions, by the bytes of their names.
private struct AgentPage {
    /// The number of the agent before the first; names never change, so neither does its place.
    let after: Int64?
    let limit: Int
    let now: Instant

    /// - Returns: The page without its cursor, and the number of its last agent where more follow.
    func read(
        from snapshot: any FiguresSnapshot
    ) throws(StoreError) -> (AgentPageBody, next: Int64?) {
        var agents = try snapshot.agents()[...]
        if let after, let place = agents.firstIndex(where: { $0.number == after }) {
            agents = agents[(place + 1)...]
        }
        var page: [KnownAgent] = []
        var hasMore = false
        for agent in agents where try snapshot.holdsExecutions(of: agent) {
            hasMore = page.count == limit
            if hasMore { break }
            page.append(agent)
        }
        let from = now - .days(1)
        let finished = try snapshot.sum(of: RollUpSeries(), from: from, to: now).finished
        let isExact = finished <= WindowFigures.mostForExact
        var items: [AgentBody] = []
        for agent in page {
            let figures = try AgentFigures(
                of: agent.name, in: snapshot, from: from, to: now, isExact: isExact)
            let counts = try snapshot.openCounts(of: agent.name)
            items.append(
                AgentBody(
                    figures: figures.body, p99: figures.p99, lastSeenAt: agent.seenAt,
                    currentlyRunning: counts.running, queueDepth: counts.queued))
        }
        return (
            AgentPageBody(items: items, nextCursor: nil, method: isExact ? .exact : .sketch),
            hasMore ? page.last?.number : nil
        )
    }
}

extension ResourcesBody.DatabaseLoad {
    /// - Parameter load: `nil` of a store that does not tell.
    init(_ load: StoreLoad?) {
        self.init(
            connections: load.map { Int64($0.connections) }, queryRate: load?.queriesPerSecond,
            avgQueryTime: load?.meanSeconds,
            n: load.map { Int64(($0.queriesPerSecond * 60).rounded()) })
    }
}
