import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import StintIngest
public import StintModel
public import StintStorage

/// What a server is told at its start.
public struct ServerSettings: Sendable {
    /// The address to listen on. Anything but this machine's own takes ``isOpen``.
    public var host = "127.0.0.1"
    /// 0 takes a free port.
    public var port = 8790
    /// How long executions are kept, and how old an event may be.
    public var retention = TimeSpan.days(90)
    /// How long the events themselves are kept.
    public var trailRetention = TimeSpan.days(7)
    /// How long spans wait for those that say of what execution they are; see
    /// ``Expiry/undecided``.
    public var undecided = TimeSpan.seconds(6 * 3_600)
    /// Whether it may listen beyond this machine though nobody needs a key.
    public var isOpen = false
    /// The most bytes of a request's body, after decompression.
    public var bodyBytes = 16 << 20
    /// The most events of a request.
    public var eventsPerRequest = 10_000
    /// The most bytes of all bodies that are being read at once; at least ``bodyBytes``.
    public var bodiesBytes = 128 << 20
    /// What it shows those who connect over TLS; `nil` for plain connections.
    public var certificate: CertificateFiles?
    public var connections = ConnectionLimits()
    public var recorder = Recorder.Bounds()
    /// How often one key may ask.
    public var rates = RateLimits()
    /// The most bytes the store may take before the oldest executions go; `nil` for any.
    public var storeBytes: Int64?
    /// How often executions that fell silent are looked for.
    public var sweepInterval = Duration.seconds(15)
    /// Whether the load of this machine is recorded.
    public var samplesHost = true
    /// The port of OTLP over gRPC, at the same address; 0 takes a free one, `nil` is for none.
    public var grpcPort: Int? = 4317
    /// How OTLP is read.
    public var otlp = OTLPSettings()
    /// Where one looks on from an execution.
    public var links = ExecutionLinks()
    /// What is asked of AWS; `nil` for nothing.
    public var amazon: AmazonSettings?

    public init() {}

    /// The names by which this machine calls itself.
    static let loopbackNames = ["127.0.0.1", "localhost", "[::1]", "::1"]

    /// - Throws: ``ServerError/needsKeys(host:)`` where it would answer strangers without keys,
    ///   ``ServerError/unusableCertificate(reason:)`` where there is one that cannot be shown.
    public func validate(hasKeys: Bool) throws(ServerError) {
        guard isLoopback || isOpen || hasKeys else { throw .needsKeys(host: host) }
        _ = try readCertificate()
    }

    func readCertificate() throws(ServerError) -> ServerCertificate? {
        guard let certificate else { return nil }
        do {
            return try ServerCertificate(certificate)
        } catch {
            throw .unusableCertificate(reason: "\(error)")
        }
    }

    public var isLoopback: Bool { Self.loopbackNames.contains(host) || host.hasPrefix("127.") }
}

/// Why a server does not start.
public enum ServerError: Error, Hashable, Sendable {
    /// There are no keys, so it may listen on this machine alone.
    case needsKeys(host: String)
    /// A file of the certificate cannot be read, or the key is another's.
    case unusableCertificate(reason: String)
}

/// The whole of a server: recorder, routes and what runs beside them, over a store.
public struct Server: Service {
    private let settings: ServerSettings
    private let store: any ExecutionStore & KeyStore
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let version: String
    private let certificate: ServerCertificate?
    private let metrics = ServerMetrics()
    private let amazon: AmazonServices?
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - now: The server's clock.
    ///   - onListening: Told the port once requests are answered.
    public init(
        settings: ServerSettings, store: any ExecutionStore & KeyStore, logger: Logger,
        version: String,
        now: @escaping @Sendable () -> Instant,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) throws(ServerError) {
        certificate = try settings.readCertificate()
        self.settings = settings
        self.store = store
        self.logger = logger
        self.version = version
        self.now = now
        self.onListening = onListening
        amazon = settings.amazon.map { AmazonServices($0, now: now) }
    }

    /// Serves until asked to stop; then answers what it took, and returns.
    ///
    /// - Throws: ``ServerError/needsKeys(host:)`` where it would answer strangers without keys.
    public func run() async throws {
        let access = try await AccessControl(
            keys: store, limits: settings.rates, isSecure: certificate != nil, now: now,
            logger: logger)
        try settings.validate(hasKeys: access.requiresKeys)
        let watch = ExecutionWatch()
        let remaining = RemainingTimes()
        let live = liveFeed(remaining)
        let recorder = Recorder(
            store: store, bounds: settings.recorder, now: now, logger: logger,
            metrics: metrics,
            onCommit: { [metrics] changes in
                metrics.executions.add(changes)
                watch.publish(changes)
                live.publish(changes)
            },
            onReports: { live.publish(reportsOf: $0) })
        var kept = Expiry(
            retention: settings.retention, trailRetention: settings.trailRetention,
            maximumBytes: settings.storeBytes, now: now())
        kept.undecided = settings.undecided
        let expiry = ExpiryService(
            store: store, expiry: kept, interval: .seconds(60), clock: .continuous, now: now,
            logger: logger)
        let sweeper = LostExecutionSweeper(
            store: store, recorder: recorder, interval: settings.sweepInterval, clock: .continuous,
            now: now, logger: logger, metrics: metrics)
        let routes = routes(
            recorder: recorder, watch: watch, live: live, remaining: remaining, access: access)
        // Stopped from the last to the first: the recorder outlives the requests it answers.
        var services: [any Service] = [
            recorder, expiry, sweeper, live, application(routes, access: access),
        ]
        if let port = settings.grpcPort {
            services.append(
                OTLPGRPCServer(
                    host: settings.host, port: port, ingest: otlp(recorder), access: access,
                    budget: budget, bodyBytes: settings.bodyBytes, limits: settings.connections,
                    certificate: certificate, eventLoops: Self.eventLoops, logger: logger))
        }
        services.append(
            LoadSummingService(
                store: store, interval: .seconds(30), clock: .continuous, now: now, logger: logger))
        if settings.samplesHost {
            services.append(
                HostSampler(
                    recorder: recorder, interval: .seconds(10), clock: .continuous, now: now,
                    logger: logger))
        }
        if let amazon {
            services += amazon.services(
                store: store, recorder: recorder, server: settings, now: now, logger: logger,
                metrics: metrics)
        }
        if let certificate {
            services.append(CertificateReload(certificate: certificate, logger: logger))
        }
        try await ServiceGroup(services: services, logger: logger).run()
    }

    private func application(_ routes: [Route], access: AccessControl) -> some ApplicationProtocol {
        let router = Router(context: RequestScope.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: FrontDoor(
                hosts: hosts, access: access, isSecure: certificate != nil, metrics: metrics))
        router.add(middleware: AnswerCompression())
        router.add(routes, access: access)
        let onListening = onListening
        return Application(
            router: router,
            server: HTTPServerBuilder { [settings, certificate, metrics] responder in
                ConnectionChannel(
                    responder: responder, limits: settings.connections,
                    bodyLimit: settings.bodyBytes, certificate: certificate, metrics: metrics)
            },
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: "stint",
                backlog: 4_096,
                availableConnectionsDelegate: OpenConnections(
                    limit: allowedConnections, metrics: metrics)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(Self.eventLoops),
            logger: logger)
    }

    /// Reading and writing sockets is a lesser part of a request's work; the rest is done on the
    /// concurrency pool, which has a thread a core already.
    private static let eventLoops = MultiThreadedEventLoopGroup(
        numberOfThreads: max(1, System.coreCount / 2))

    private var allowedConnections: Int {
        let allowed = OpenConnections.allowed(settings.connections.open)
        if allowed < settings.connections.open {
            logger.warning(
                "At most \(allowed) connections: this process may not open more files.")
        }
        return allowed
    }

    private var hosts: [String]? {
        settings.isOpen ? nil : ServerSettings.loopbackNames + [settings.host.lowercased()]
    }

    func liveFeed(_ remaining: RemainingTimes) -> LiveFeed {
        LiveFeed(
            views: views(remaining), keys: store, limits: settings.connections, logger: logger,
            metrics: metrics)
    }

    private func views(_ remaining: RemainingTimes) -> ExecutionViews {
        ExecutionViews(
            store: store, remaining: remaining, retention: settings.retention, now: now)
    }

    /// One for bodies over HTTP and messages over gRPC.
    private var budget: BodyBudget {
        BodyBudget(limit: max(settings.bodiesBytes, settings.bodyBytes), metrics: metrics)
    }

    private func otlp(_ recorder: Recorder) -> OTLPIngest {
        OTLPIngest(
            recorder: recorder, erasures: store.erasures, retention: settings.retention,
            maximumSpans: settings.eventsPerRequest, settings: settings.otlp, now: now,
            metrics: metrics)
    }

    /// Every route there is.
    func routes(
        recorder: Recorder, watch: ExecutionWatch, live: LiveFeed, remaining: RemainingTimes,
        access: AccessControl
    ) -> [Route] {
        func reading(_ bytes: Int) -> RequestBodyReading {
            RequestBodyReading(limit: bytes, budget: budget)
        }
        let ingest = IngestRoutes(
            recorder: recorder, erasures: store.erasures, reading: reading(settings.bodyBytes),
            retention: settings.retention, maximumEvents: settings.eventsPerRequest,
            agentNames: amazon?.agentNames, now: now, metrics: metrics)
        let cursor = Cursor(secret: store.cursorSecret)
        let executions = ExecutionRoutes(
            store: store, cursor: cursor, watch: watch, live: live, views: views(remaining),
            links: settings.links, retention: settings.retention, now: now)
        let exports = ExportRoutes(store: store, views: views(remaining))
        let figures = FiguresRoutes(
            store: store, remaining: remaining, cursor: cursor, metrics: metrics, now: now)
        let diagnosis = DiagnosisRoutes(store: store, remaining: remaining, now: now)
        let keys = KeyRoutes(
            keys: store, access: access, live: live, reading: reading(64 << 10), now: now)
        let sessions = SessionRoutes(
            access: access, live: live, reading: reading(4 << 10))
        let audit = AuditRoutes(store: store)
        let clients = ClientRoutes(store: store, cursor: cursor)
        let health = HealthRoutes(store: store, version: version)
        let scrape = MetricsRoutes(
            metrics: metrics, recorder: recorder, store: store, version: version,
            startedAt: now())
        let traces = OTLPRoutes(ingest: otlp(recorder), reading: reading(settings.bodyBytes))
        let routes =
            ingest.routes + traces.routes + executions.routes + exports.routes
            + LiveRoutes(live: live).routes + figures.routes + diagnosis.routes + keys.routes
            + sessions.routes + audit.routes + clients.routes + health.routes
            + scrape.routes + PageRoutes().routes
        return routes.described(version: version, cookie: access.cookie)
    }
}
