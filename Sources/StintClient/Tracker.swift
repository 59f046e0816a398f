import Foundation
import StintModel
import Synchronization

/// A program's handle on the server that keeps the truth about its executions.
///
/// It never throws into the program and never makes it wait: events are left in memory, and a task of
/// its own brings them to the server, in order and as often as it takes. What waits is bounded, in
/// memory and on disk; past that the least important events go first, and are counted.
///
/// What is in memory is lost when the process is killed. A process that ends should let it flush:
/// ``shared`` does so for a quarter of a second when the process exits, ``run()`` when a service group
/// shuts down, ``flush(within:)`` when asked.
public final class Tracker: Sendable {
    /// As the environment says; see ``TrackerSettings/init(environment:)``.
    public static let shared: Tracker = {
        let tracker = Tracker(
            settings: TrackerSettings(environment: ProcessInfo.processInfo.environment))
        if tracker.isEnabled { atexit { Tracker.flushAtExit() } }
        return tracker
    }()

    public var isEnabled: Bool { settings.isEnabled }
    public let settings: TrackerSettings
    /// Under which the server counts what came of this client's events: 32 hex digits.
    public let client = randomHex()

    private let intake: Intake
    /// Ends with what became of everything.
    private let sending: Task<Delivery, Never>?

    public convenience init(settings: TrackerSettings) {
        self.init(settings: settings) { HTTPTransport(settings) }
    }

    init(settings: TrackerSettings, transport: @escaping @Sendable () -> any Transport) {
        self.settings = settings
        let intake = Intake(bytes: settings.memoryBytes / 2)
        self.intake = intake
        guard settings.isEnabled else {
            sending = nil
            return
        }
        let client = client
        // Of nobody's task: what one who makes a tracker works for does not end with it.
        sending = Task.detached {
            let spool = settings.spoolRoot.map {
                Spool(root: $0, client: client, isSynced: settings.storesFirst)
            }
            var sender = Sender(
                client: client, intake: intake, transport: transport(), spool: spool,
                settings: settings.outbox)
            return await sender.run()
        }
    }

    deinit { intake.end() }

    // MARK: Executions

    /// Begins an execution whose end is told by hand, with ``ExecutionScope/finish(_:)``, where no
    /// closure fits around it. It is a part of its `parent`, which is the current execution by default.
    /// See ``withExecution(_:id:attempt:name:user:correlation:source:environment:attributes:steps:deadline:heartbeat:tracker:_:)``.
    public func begin(
        _ agent: String, id: String? = nil, attempt: Int = 1, name: String? = nil,
        user: String? = nil, correlation: String? = nil, source: String? = nil,
        environment: String? = nil, parent: String? = nil,
        attributes: [String: AttributeValue] = [:], steps: [String] = [],
        deadline: Duration? = nil, heartbeat: Duration? = .seconds(60)
    ) -> ExecutionScope {
        let around = ExecutionScope.current
        let outside = around?.id ?? settings.joins
        let isJoined = around == nil && id == nil && outside != nil
        let text = (isJoined ? outside : id) ?? randomHex()
        let clipped = text.isEmpty ? randomHex() : text.cut(toBytes: Limits.executionIDBytes)
        guard let identity = ExecutionID(rawValue: clipped) else { preconditionFailure() }
        let execution = ExecutionScope(
            tracker: self, id: identity, attempt: UInt16(clamping: max(1, attempt)),
            deadline: deadline, isJoined: isJoined, traceID: around?.traceID ?? outerTrace?.traceID)
        guard isEnabled else { return execution }
        var facts = [Fact(.agent, .string(agent.asName))]
        let names: [(FactName, String?)] = [
            (.name, name), (.user, user), (.correlation, correlation), (.source, source),
            (.environment, environment ?? settings.environment), (.parent, parent ?? outside),
        ]
        for case (let fact, let text?) in names where !text.isEmpty {
            let isID = fact == .parent
            facts.append(
                Fact(
                    fact,
                    .string(isID ? text.cut(toBytes: Limits.executionIDBytes) : text.asName)))
        }
        if !steps.isEmpty {
            facts.append(
                Fact(.steps, .list(steps.prefix(Limits.plannedSteps).map(\.asName))))
        }
        for (fact, span) in [(FactName.timeoutSeconds, deadline), (.heartbeatSeconds, heartbeat)] {
            guard let span, span > .zero else { continue }
            facts.append(Fact(fact, Scalar(number: span.inSeconds)))
        }
        let trace = around == nil ? outerTrace?.attributes : nil
        execution.start(
            facts, attributes: (trace ?? [:]).merging(attributes) { $1 }.attributes,
            heartbeat: heartbeat.flatMap { $0 > .zero ? $0 : nil })
        return execution
    }

    /// Under which this process runs.
    var outerTrace: TraceParent? { settings.traceParent.flatMap(TraceParent.init) }

    // MARK: Delivery

    /// Waits until what was made before is settled, or written to disk, for so long at most.
    ///
    /// - Returns: What has become of all events so far, truthfully.
    @discardableResult
    public func flush(within limit: Duration) async -> Delivery {
        await ask(within: limit) { .flush($0) }
    }

    /// As ``flush(within:)``; what is not delivered then stays on disk, where there is one, for the
    /// next process. What is told afterwards is not sent.
    @discardableResult
    public func close(within limit: Duration) async -> Delivery {
        _ = await ask(within: limit) { .close($0) }
        return await sending?.value ?? Delivery()
    }

    private func ask(
        within limit: Duration, _ signal: (Waiter) -> Signal
    ) async -> Delivery {
        guard isEnabled else { return Delivery() }
        let number = intake.buffer.withLock(\.made)
        let delivery: Delivery? = await withCheckedContinuation { continuation in
            let waiter = Waiter(number: number, deadline: .now + limit, answer: continuation)
            if !intake.tell(signal(waiter)) { continuation.resume(returning: nil) }
        }
        if let delivery { return delivery }
        return await sending?.value ?? Delivery()
    }

    /// The pause at the end of a process that was not told to flush.
    private static let exitPause = Duration.milliseconds(250)

    private static func flushAtExit() {
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            await shared.flush(within: exitPause)
            end.signal()
        }
        _ = end.wait(timeout: .now() + .milliseconds(300))
    }

    // MARK: Scopes

    func hand(_ event: consuming Event, _ importance: Importance) {
        intake.hand(event, importance)
    }

    func keepHeard(_ pulse: Pulse) -> Int { intake.pulses.withLock { $0.add(pulse) } }

    func forget(_ pulse: Int) { intake.pulses.withLock { $0.remove(pulse) } }
}
