import StintModel
import Synchronization

/// Brings what the program made to the server: the shell around ``Outbox`` and ``Spool``. All it
/// holds is used by one task.
struct Sender {
    let client: String
    let intake: Intake
    let transport: any Transport
    private var outbox: Outbox
    private let spool: Spool?
    /// A disk that failed is left alone for a while.
    private var spoolUsableAt = ContinuousClock.now
    private let start = ContinuousClock.now
    /// When events that came are taken: a little later than the first, so that many go out together.
    private var takeAt: ContinuousClock.Instant?
    private var adoptAt = ContinuousClock.now
    /// Those to come.
    private var ticks: Set<ContinuousClock.Instant> = []
    private var retryAt: ContinuousClock.Instant?
    private var waiters: [Waiter] = []
    private var closing: Waiter?

    private static let linger = Duration.milliseconds(20)
    private static let spoolPause = Duration.seconds(10)
    private static let adoptionPause = Duration.seconds(60)

    init(
        client: String, intake: Intake, transport: any Transport, spool: Spool?,
        settings: Outbox.Settings
    ) {
        self.client = client
        self.intake = intake
        self.transport = transport
        self.spool = spool
        outbox = Outbox(settings: settings)
    }

    /// Sends until it is told to close, or nobody can hand over any more.
    ///
    /// - Returns: What became of everything.
    mutating func run() async -> Delivery {
        await withDiscardingTaskGroup { group in
            for await signal in intake.signals {
                heed(signal)
                work(in: &group)
                if isDone { break }
                tick(in: &group)
            }
            group.cancelAll()
        }
        await end()
        return delivery
    }

    private var now: ContinuousClock.Instant { .now }

    // MARK: Signals

    private mutating func heed(_ signal: Signal) {
        switch signal {
        case .wake:
            // The second time it is because they are many.
            takeAt = takeAt == nil ? now + Self.linger : now
        case .flush(let waiter):
            waiters.append(waiter)
            takeAt = now
            outbox.hurry()
        case .close(let waiter):
            if let closing { waiters.append(closing) }
            closing = waiter
            takeAt = now
            outbox.hurry()
        case .answered(let answer, let count):
            settle(answer, count: count)
        case .tick(let due):
            ticks.remove(due)
        }
    }

    private mutating func settle(_ answer: Outbox.Answer, count: Int) {
        let wasSegment = outbox.isSendingSegment
        outbox.answered(
            answer, count: count, now: now - start, share: Double.random(in: 0..<1))
        if case .failed = answer { return }
        if wasSegment { spool?.removeOldest() }
        for event in outbox.missing.untold() { intake.hand(event, .execution) }
    }

    // MARK: Work

    private mutating func work(in group: inout DiscardingTaskGroup) {
        beat()
        take()
        if let closing, closing.deadline <= now { outbox.storesAll = true }
        if let spool, adoptAt <= now, !outbox.isAway {
            spool.adopt()
            adoptAt = now + Self.adoptionPause
        }
        act(in: &group)
        // Who waits no longer is told where the events are: on disk, where that can be.
        if waiters.contains(where: { $0.deadline <= now }), closing == nil {
            outbox.storesAll = true
            act(in: &group)
            outbox.storesAll = false
            act(in: &group)
        }
        if outbox.storesAll, outbox.isSending { group.cancelAll() }
        answerWaiters()
    }

    private mutating func beat() {
        for pulse in intake.pulses.withLock({ $0.beat(at: now) }) {
            let event = Event(
                .executionHeartbeat, execution: pulse.execution, at: .current,
                attempt: pulse.attempt)
            intake.hand(event, .heartbeat)
            takeAt = now
        }
    }

    private mutating func take() {
        guard let takeAt, takeAt <= now else { return }
        self.takeAt = nil
        var portion = intake.buffer.withLock { $0.takeAll() }
        outbox.missing.add(portion.missing)
        outbox.take(portion.write())
    }

    private var spoolState: Outbox.SpoolState {
        guard let spool else { return Outbox.SpoolState() }
        return Outbox.SpoolState(
            bytes: spool.bytes, isEmpty: spool.isEmpty, isUsable: spoolUsableAt <= now)
    }

    private mutating func act(in group: inout DiscardingTaskGroup) {
        while true {
            switch nextAction() {
            case .send(let events):
                spool?.closeSegment()
                send(Parcel(client: client, events: events), in: &group)
            case .sendOldestSegment:
                let oldest = spool?.oldest()
                outbox.missing.note(unknown: spool?.takeLost() ?? 0)
                guard let oldest else {
                    outbox.segmentVanished()
                    continue
                }
                send(oldest.parcel, dropped: oldest.dropped, in: &group)
            case .wait(let until):
                retryAt = until.map { start + $0 }
                return
            case .store, .trim:
                return
            }
        }
    }

    /// What is next, once what concerns the disk alone has been done.
    private mutating func nextAction() -> Outbox.Action {
        var isTrimmed = false
        while true {
            var state = spoolState
            // Once is enough: what is left then is on its way.
            if isTrimmed { state.bytes = 0 }
            switch outbox.next(now: now - start, spool: state) {
            case .store(let events, let asOne):
                store(events, asOne: asOne)
            case .trim(let bytes):
                isTrimmed = true
                trim(toBytes: bytes)
            case let action:
                return action
            }
        }
    }

    private mutating func trim(toBytes bytes: Int) {
        guard let spool else { return }
        let missing = spool.trim(
            toBytes: bytes, sparesOldest: outbox.isSendingSegment, dropped: outbox.missing.total)
        outbox.missing.add(missing)
    }

    private mutating func store(_ events: [MadeEvent], asOne: Bool) {
        guard let spool else { return outbox.notStored(events, asOne: asOne) }
        let (stored, error) = spool.store(events, asOne: asOne, dropped: outbox.missing.total)
        guard error != nil else { return }
        spoolUsableAt = now + Self.spoolPause
        outbox.notStored(Array(events.dropFirst(stored)), asOne: asOne)
    }

    /// - Parameter dropped: By another client, where it is that one's.
    private func send(
        _ parcel: Parcel, dropped: Int? = nil, in group: inout DiscardingTaskGroup
    ) {
        let (transport, intake) = (transport, intake)
        let dropped = dropped ?? outbox.missing.total
        let count = parcel.client == client ? parcel.events.count : 0
        group.addTask {
            let answer = await transport.send(parcel, dropped: dropped)
            intake.tell(.answered(answer, count: count))
        }
    }

    // MARK: Who waits

    private var delivery: Delivery {
        var delivery = Delivery()
        delivery.made = Int(clamping: intake.buffer.withLock(\.made))
        delivery.delivered = outbox.delivered
        delivery.rejected = outbox.rejected
        delivery.dropped = outbox.missing.total
        delivery.spooled = spool?.ownCount ?? 0
        delivery.waiting =
            delivery.made - delivery.delivered - delivery.rejected - delivery.dropped
            - delivery.spooled
        delivery.firstRefusal = outbox.firstRefusal
        delivery.failure = outbox.lastFailure
        return delivery
    }

    private func isSettled(_ number: UInt64) -> Bool {
        let first = [outbox.firstWaiting, spool?.firstOwn].compactMap(\.self).min()
        return first.map { $0 > number } ?? true
    }

    private mutating func answerWaiters() {
        let now = now
        let delivery = delivery
        var waiting: [Waiter] = []
        for waiter in waiters {
            if isSettled(waiter.number) || waiter.deadline <= now {
                waiter.answer.resume(returning: delivery)
            } else {
                waiting.append(waiter)
            }
        }
        waiters = waiting
    }

    private var isDone: Bool {
        guard let closing else { return false }
        if isSettled(closing.number) { return true }
        return outbox.storesAll && !outbox.isSending
    }

    /// Sees to it that something is heard when the next thing is due.
    private mutating func tick(in group: inout DiscardingTaskGroup) {
        var due = waiters.map(\.deadline) + [takeAt, closing?.deadline].compactMap(\.self)
        if let pulse = intake.pulses.withLock(\.next) { due.append(pulse) }
        if let retryAt { due.append(retryAt) }
        guard let next = due.min(), ticks.min().map({ next < $0 }) ?? true else { return }
        ticks.insert(next)
        let intake = intake
        group.addTask {
            // Cancelled, it is because everything ends.
            do { try await Task.sleep(until: next) } catch { return }
            intake.tell(.tick(next))
        }
    }

    private mutating func end() async {
        intake.end()
        takeAt = now
        take()
        if outbox.isSending {
            settle(.failed(reason: "the program ended", retryAfter: nil), count: 0)
        }
        outbox.storesAll = true
        _ = nextAction()
        // Those who asked while it closed.
        for await signal in intake.signals {
            switch signal {
            case .flush(let waiter), .close(let waiter): waiters.append(waiter)
            case .wake, .answered, .tick: break
            }
        }
        await transport.close()
        for waiter in waiters + [closing].compactMap(\.self) {
            waiter.answer.resume(returning: delivery)
        }
        spool?.close()
    }
}
