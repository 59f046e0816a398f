import AsyncAlgorithms
import Logging
import NIOCore
import ServiceLifecycle
import StintFeed
import StintMetrics
import StintModel
import StintStorage
import StintWire
import Synchronization

/// Brings what is recorded to those who listen: prepares it, once for all of them, and calls the
/// event loops on which their connections live.
final class LiveFeed: Service {
    let feed: ExecutionFeed
    let limits: ConnectionLimits
    let metrics: ServerMetrics
    private let views: ExecutionViews
    private let keys: any KeyStore
    private let logger: Logger

    private struct Loop: Sendable {
        let events: any EventLoop
        let listeners: NIOLoopBound<FeedLoop>
    }

    /// Whose figures are wanted.
    private struct Audience: Hashable {
        let workspace: Workspace
        let agent: Spelling?
    }

    private let loops = Mutex<[ObjectIdentifier: Loop]>([:])
    private let newcomers = Mutex<Set<Audience>>([])
    private let published = Bell()
    private let joined = Bell()

    init(
        feed: ExecutionFeed = ExecutionFeed(), views: ExecutionViews, keys: any KeyStore,
        limits: ConnectionLimits, logger: Logger, metrics: ServerMetrics
    ) {
        self.feed = feed
        self.limits = limits
        self.views = views
        self.keys = keys
        self.logger = logger
        self.metrics = metrics
    }

    // MARK: What happens

    /// To be told of every change after it is durable, in order of commits.
    func publish(_ changes: [Change]) {
        for (workspace, changes) in Dictionary(grouping: changes, by: \.workspace)
        where feed.isFollowed(workspace) {
            let told = changes.map {
                FeedChange($0.id, from: $0.before.map(FeedStanding.init), to: $0.state)
            }
            feed.publish(told, in: workspace)
            published.ring()
        }
    }

    /// To be told of workspaces whose workers reported.
    func publish(reportsOf workspaces: Set<Workspace>) {
        for workspace in workspaces { feed.publish([], in: workspace) }
    }

    func publish(erased id: ExecutionID, in workspace: Workspace) {
        feed.publish([FeedChange(erased: id)], in: workspace)
        published.ring()
    }

    /// A listener waits for its first figures.
    func welcome(_ workspace: Workspace, agent: Spelling?) {
        newcomers.withLock { _ = $0.insert(Audience(workspace: workspace, agent: agent)) }
        joined.ring()
    }

    /// Ends the feeds that were opened with a key, which was revoked.
    func end(key: String) async {
        await onEachLoop { $0.end { $0.key == key } }
    }

    /// Ends the feeds of a browser's session, which is over.
    func end(session digest: [UInt8]) async {
        await onEachLoop { $0.end { $0.session == digest } }
    }

    /// Ends the feeds of keys and sessions whose time is over, or that another program ended.
    private func endRefused() async {
        let asked = Set(await onEachLoop { $0.identities }.joined()).filter { $0.key != nil }
        if asked.isEmpty { return }
        do {
            let now = views.now()
            let valid = Set(try await keys.keys(in: nil).filter { $0.isValid(at: now) }.map(\.id))
            var refused: Set<Identity> = []
            for identity in asked {
                if let key = identity.key, !valid.contains(key) {
                    refused.insert(identity)
                } else if let digest = identity.session,
                    try await keys.session(digest: digest)?.isValid(at: now) != true
                {
                    refused.insert(identity)
                }
            }
            if refused.isEmpty { return }
            await onEachLoop { [refused] in $0.end(where: refused.contains) }
        } catch {
            logger.error("The keys of listeners could not be looked up", error)
        }
    }

    // MARK: Loops

    /// The listeners of an event loop; to be called on it.
    func loop(on events: any EventLoop) -> FeedLoop {
        loops.withLock { loops in
            if let loop = loops[ObjectIdentifier(events)] { return loop.listeners }
            let listeners = NIOLoopBound(FeedLoop(feed: feed), eventLoop: events)
            loops[ObjectIdentifier(events)] = Loop(events: events, listeners: listeners)
            return listeners
        }.value
    }

    /// Returns once each loop has done it: who prepares more is never ahead of who listens.
    @discardableResult
    private func onEachLoop<Value: Sendable>(
        _ body: @escaping @Sendable (FeedLoop) -> Value
    ) async -> [Value] {
        var values: [Value] = []
        for loop in loops.withLock({ Array($0.values) }) {
            let value = try? await loop.events.submit { body(loop.listeners.value) }.get()
            if let value { values.append(value) }
        }
        return values
    }

    // MARK: Service

    func run() async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.tellNews() }
            tasks.addTask { await self.tellNewcomers() }
            tasks.addTask { await self.keepTime() }
        }
    }

    private func tellNews() async {
        for await _ in published.rings.cancelOnGracefulShutdown() {
            while let (workspace, changes) = feed.takePortion() {
                let prepared = await prepare(changes, in: workspace)
                feed.append(prepared, in: workspace)
                await onEachLoop { $0.tellNews(of: workspace) }
            }
        }
    }

    private func prepare(
        _ changes: [FeedChange], in workspace: Workspace
    ) async -> [(change: FeedChange, data: [UInt8])] {
        let states = changes.compactMap { change in change.state.map { (change.id, $0) } }
        let shown: [Execution]
        do {
            shown = try await views.views(of: states, in: workspace)
        } catch {
            logger.error("The feed goes on without ends to be expected", error)
            shown = states.map { views.view(of: $0, $1, in: workspace) }
        }
        var next = shown.makeIterator()
        return changes.map { change in
            var json = JSONWriter(capacity: 2_048)
            if change.isErasure {
                json.object { json in
                    json.member("id", change.id.rawValue)
                    json.member("erased", true)
                }
            } else {
                next.next()?.writeSummaryJSON(to: &json)
            }
            return (change, json.bytes)
        }
    }

    private func tellNewcomers() async {
        for await _ in joined.rings.cancelOnGracefulShutdown() {
            let audiences = newcomers.withLock { newcomers in
                defer { newcomers = [] }
                return newcomers
            }
            for audience in audiences {
                await tellFigures(to: audience, newcomersOnly: true)
            }
        }
    }

    /// For how long a key is good without another look, as it is for requests.
    private static let keyMemory = Duration.seconds(60)

    /// Once a second: whatever listeners are due, and figures where something changed.
    private func keepTime() async {
        var next = ContinuousClock.now
        var keysAt = next + Self.keyMemory
        for await _ in AsyncTimerSequence(interval: .seconds(1), clock: .continuous)
            .cancelOnGracefulShutdown()
        {
            await onEachLoop { $0.tick() }
            feed.forgetUnheard()
            let start = ContinuousClock.now
            if start >= keysAt {
                await endRefused()
                keysAt = start + Self.keyMemory
            }
            guard start >= next else { continue }
            for (workspace, agent) in feed.takeChanged() {
                await tellFigures(
                    to: Audience(workspace: workspace, agent: agent), newcomersOnly: false)
            }
            // However many figures are wanted, they take a quarter of one core.
            next = start + (ContinuousClock.now - start) * 4
        }
    }

    private func tellFigures(to audience: Audience, newcomersOnly: Bool) async {
        do {
            let data = try await figures(for: audience)
            await onEachLoop { loop in
                loop.tell(
                    FeedUpdate(data: data), agent: audience.agent, in: audience.workspace,
                    newcomersOnly: newcomersOnly)
            }
        } catch {
            logger.error("The feed has no figures to tell", error)
        }
    }

    /// The block `realtime`.
    private func figures(for audience: Audience) async throws(StoreError) -> [UInt8] {
        let (store, remaining, now) = (views.store, views.remaining, views.now())
        let workers = try await store.workersNow(in: audience.workspace, at: now)
        let ingest = metrics.ingestPace.figures(of: audience.workspace)
        let body = try await store.figures(in: audience.workspace) {
            (snapshot) throws(StoreError) in
            try RealtimeFigures(
                workspace: audience.workspace, agent: audience.agent?.text, now: now,
                workers: workers, ingest: ingest, remaining: remaining
            ).body(in: snapshot)
        }
        var json = JSONWriter(capacity: 4_096)
        body.writeJSON(to: &json)
        return json.bytes
    }
}

/// Wakes one who waits; any number of rings that nobody has answered yet are one.
private struct Bell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() { continuation.yield() }
}

extension Logger {
    fileprivate func error(_ message: Message, _ cause: any Error) {
        error(message, metadata: ["error": "\(cause)"])
    }
}
