import StintModel

/// Decides what the sender does next with the events it has: it has no clock, no socket and no disk.
///
/// Whatever it holds is in one of two places: in memory, or under way in one request. The third, the
/// spool, is the shell's, which says of it what ``SpoolState`` holds.
struct Outbox: Sendable {
    /// What becomes of a request.
    enum Answer: Hashable, Sendable {
        /// - refusal: Why the first of those refused was.
        case taken(rejected: Int, refusal: String?)
        /// It would be refused again.
        case refused(reason: String)
        /// It may be taken later.
        case failed(reason: String, retryAfter: Duration?)
    }

    enum Action: Hashable, Sendable {
        case send([MadeEvent])
        case sendOldestSegment
        /// Write to the spool. `asOne` is a request that may have arrived: it must be sent again as
        /// it was.
        case store([MadeEvent], asOne: Bool)
        /// Give up the least important of what is spooled, down to so many bytes.
        case trim(toBytes: Int)
        /// There is nothing to do before then; `nil` where nothing is to be done at all.
        case wait(until: Duration?)
    }

    struct SpoolState: Hashable, Sendable {
        var bytes = 0
        var isEmpty = true
        var isUsable = false
    }

    struct Settings: Hashable, Sendable {
        /// The most bytes in memory here.
        var memory = 4 << 20
        var spool = 64 << 20
        /// Whether events go to the spool before they go out.
        var storesFirst = false
    }

    private enum Underway: Hashable {
        case memory([MadeEvent])
        case segment
    }

    let settings: Settings
    /// Times are since the sender began.
    private(set) var retryAt = Duration.zero
    /// Until when the server asked to be left alone.
    private var askedUntil = Duration.zero
    private var delay = RetryDelay()
    private var gathered: [MadeEvent] = []
    private var gatheredBytes = 0
    /// A request that failed, to be sent again as it was.
    private var held: [MadeEvent]?
    private var underway: Underway?
    private var wasSegment = false
    /// Whether all in memory is to be written down, as the program ends or waits no longer.
    var storesAll = false

    private(set) var delivered = 0
    private(set) var rejected = 0
    private(set) var firstRefusal: String?
    private(set) var lastFailure: String?
    var missing = MissingEvents()

    init(settings: Settings) { self.settings = settings }

    /// Whether the server did not take what was last sent.
    var isAway: Bool { delay.failures > 0 }

    var isSending: Bool { underway != nil }

    /// Whether what is under way is a segment of the spool.
    var isSendingSegment: Bool { underway == .segment }

    /// How many events are in memory, those under way included.
    var waiting: Int {
        var count = gathered.count + (held?.count ?? 0)
        if case .memory(let events) = underway { count += events.count }
        return count
    }

    /// The smallest number of what is in memory or under way from there.
    var firstWaiting: UInt64? {
        var first = [held?.first?.number, gathered.first?.number].compactMap(\.self).min()
        if case .memory(let events) = underway, let number = events.first?.number {
            first = min(first ?? number, number)
        }
        return first
    }

    mutating func take(_ events: [MadeEvent]) {
        gathered += events
        gatheredBytes += events.reduce(0) { $0 + $1.memoryBytes }
    }

    /// Tries again as soon as the server allows, as somebody waits for it.
    mutating func hurry() { retryAt = min(retryAt, askedUntil) }

    // MARK: What to do

    mutating func next(now: Duration, spool: SpoolState) -> Action {
        if spool.bytes > settings.spool { return .trim(toBytes: settings.spool / 8 * 7) }
        if spool.isUsable {
            if let held {
                self.held = nil
                return .store(held, asOne: true)
            }
            if !gathered.isEmpty, mustStore { return .store(takeGathered(), asOne: false) }
        }
        if gatheredBytes > settings.memory { makeRoom() }
        guard underway == nil, !storesAll else { return .wait(until: nil) }
        let hasMemory = held != nil || !gathered.isEmpty
        guard hasMemory || !spool.isEmpty else { return .wait(until: nil) }
        guard now >= retryAt else { return .wait(until: retryAt) }
        // In turn, so that neither what is new nor what is old waits for all of the other.
        wasSegment = !spool.isEmpty && (!hasMemory || !wasSegment)
        if wasSegment {
            underway = .segment
            return .sendOldestSegment
        }
        let events = held ?? takeParcel()
        held = nil
        underway = .memory(events)
        return .send(events)
    }

    /// What is kept for a server that is away, or slower than what comes.
    private var mustStore: Bool {
        settings.storesFirst || storesAll || isAway || gatheredBytes > settings.memory / 2
    }

    private mutating func takeGathered() -> [MadeEvent] {
        defer {
            gathered = []
            gatheredBytes = 0
        }
        return gathered
    }

    private mutating func takeParcel() -> [MadeEvent] {
        var count = 0
        var bytes = 0
        for event in gathered.prefix(Parcel.events) {
            bytes += event.json.count + 1
            if count > 0, bytes > Parcel.bytes { break }
            count += 1
        }
        let parcel = Array(gathered[..<count])
        gathered.removeFirst(count)
        gatheredBytes -= parcel.reduce(0) { $0 + $1.memoryBytes }
        return parcel
    }

    // MARK: What came of it

    /// - Parameters:
    ///   - count: How many events of this client the request brought.
    ///   - share: From 0 up to 1, by chance.
    mutating func answered(_ answer: Answer, count: Int, now: Duration, share: Double) {
        let sent = underway
        underway = nil
        switch answer {
        case .taken(let refused, let refusal):
            delay.reset()
            lastFailure = nil
            delivered += max(0, count - refused)
            rejected += min(refused, count)
            if refused > 0 { firstRefusal = firstRefusal ?? refusal }
        case .refused(let reason):
            delay.reset()
            lastFailure = nil
            rejected += count
            firstRefusal = firstRefusal ?? reason
        case .failed(let reason, let retryAfter):
            lastFailure = reason
            askedUntil = now + RetryDelay.asked(retryAfter)
            retryAt = now + delay.pause(share: share, retryAfter: retryAfter)
            if case .memory(let events) = sent { held = events }
        }
    }

    /// The oldest segment could not be read, or was not there.
    mutating func segmentVanished() { underway = nil }

    /// The spool did not take them.
    mutating func notStored(_ events: [MadeEvent], asOne: Bool) {
        if asOne {
            held = events
        } else {
            gathered = events + gathered
            gatheredBytes += events.reduce(0) { $0 + $1.memoryBytes }
            if gatheredBytes > settings.memory { makeRoom() }
        }
    }

    private mutating func makeRoom() {
        let goal = settings.memory / 8 * 7
        for least in Importance.allCases where gatheredBytes > goal {
            gathered = gathered.filter { event in
                guard event.importance == least, gatheredBytes > goal else { return true }
                gatheredBytes -= event.memoryBytes
                missing.note(event.execution, attempt: event.attempt, at: event.at)
                return false
            }
        }
    }
}
