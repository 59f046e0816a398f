import HTTPTypes
import Synchronization

/// What a server counts about itself, for `GET /metrics`.
///
/// Whatever happens in the server adds to its own counter here, at a cost far below a microsecond;
/// ``MetricsRoutes`` writes them all down when asked.
public final class ServerMetrics: Sendable {
    // MARK: Connections

    let connectionsOpen = Gauge()
    let connectionsAccepted = Counter()
    /// How often accepting paused, for there were as many connections as may be open.
    let acceptPauses = Counter()
    /// What connections were closed for, by a word: `slow_head`, `idle`, …
    let connectionsCut = CounterFamily<String>()

    // MARK: Feed

    let feedListeners = Gauge()
    /// Messages to listeners, heartbeats not counted; those among them that say to load anew.
    let feedTold = Counter()
    let feedResets = Counter()

    // MARK: Requests

    let requestsInFlight = Gauge()
    /// Bytes of bodies that are being read or decoded.
    let bodyBytes = Gauge()
    /// Problems told to callers, by code.
    let problems = CounterFamily<String>()
    private let requests = Mutex<[String: RouteTally]>([:])

    // MARK: Events

    let eventsAccepted = Counter()
    let eventsRejected = Counter()
    /// Requests whose client numbered its events in a way that was not understood.
    let clientNumbersIgnored = Counter()
    /// Spans of traces, by what became of them: `accepted`, `rejected`.
    let spans = CounterFamily<String>()
    let ingestPace = IngestPace(clock: ContinuousClock())
    /// Executions that were found lost.
    let lostFound = Counter()
    /// One look at what fell silent.
    let sweepSeconds = Histogram(bounds: Distribution.seconds)

    // MARK: Origins

    /// What became of questions to an origin about an execution: `ended`, `running`, `gone`,
    /// `unanswered`.
    let originAnswers = CounterFamily<String>()
    /// What became of messages received from queues: `taken` and of those `undeleted`,
    /// `refused`, `postponed`.
    let queueMessages = CounterFamily<String>()

    // MARK: Executions

    /// Fed by whoever records.
    let executions = ExecutionTallies()

    // MARK: Recorder

    /// Executions, traces and worker samples of each group.
    let groupSizes = Histogram(bounds: Distribution.sizes)
    let commitSeconds = Histogram(bounds: Distribution.seconds)

    public init() {}

    /// What came of the requests to one route.
    struct RouteTally: Sendable {
        struct Outcome: Hashable, Sendable {
            let method: String
            let status: Int
        }

        private(set) var outcomes: [Outcome: Int] = [:]
        private(set) var seconds = Distribution(bounds: Distribution.seconds)

        fileprivate mutating func add(_ outcome: Outcome, _ sample: Double) {
            outcomes[outcome, default: 0] += 1
            seconds.add(sample)
        }
    }

    /// By the route's pattern; `none` where no route took the request.
    var routes: [String: RouteTally] { requests.withLock(\.self) }

    /// - Parameters:
    ///   - route: A pattern of the router's, not a path that a caller chose.
    ///   - latency: From the request's head to the answer that is ready to be sent.
    func count(
        route: String, method: HTTPRequest.Method, status: HTTPResponse.Status, latency: Duration
    ) {
        let outcome = RouteTally.Outcome(method: method.label, status: status.code)
        let seconds = latency.inSeconds
        requests.withLock { $0[route, default: RouteTally()].add(outcome, seconds) }
    }
}

extension HTTPRequest.Method {
    /// A caller may invent methods; the invented ones are counted as one.
    fileprivate var label: String {
        switch self {
        case .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect: rawValue
        default: "other"
        }
    }
}
