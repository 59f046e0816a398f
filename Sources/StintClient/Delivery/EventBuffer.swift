import StintModel

/// An event as the program handed it over, not yet written down.
///
/// A reference, since what moves it about is held against the program.
final class HandedEvent: Sendable {
    /// Counts what this client made, from 1; what is given up has a number too.
    let number: UInt64
    let importance: Importance
    let event: Event
    /// About what it takes in memory.
    let bytes: Int

    init(number: UInt64, importance: Importance, event: consuming Event, bytes: Int) {
        self.number = number
        self.importance = importance
        self.event = event
        self.bytes = bytes
    }
}

/// Where the program leaves its events. It has a bound in bytes; past it the least important go, and
/// of these the oldest. What the program pays for an event does not grow with what waits.
struct EventBuffer: Sendable {
    /// What the sender takes at once.
    struct Portion: Sendable {
        /// By importance; of each in order of their numbers.
        fileprivate var queues: [EventQueue]
        var missing: MissingEvents

        /// Writes all of them down, in order of their numbers. Each is let go of as it is written, so
        /// that they do not take their place twice.
        mutating func write() -> [MadeEvent] {
            var written: [MadeEvent] = []
            written.reserveCapacity(queues.reduce(0) { $0 + $1.count })
            while let next = queues.indices.min(by: { queues[$0].next < queues[$1].next }),
                let event = queues[next].removeFirst()
            {
                written.append(MadeEvent(event))
            }
            return written
        }
    }

    let limit: Int
    /// How many events were made.
    private(set) var made: UInt64 = 0
    private var queues = Self.emptyQueues
    private var bytes = 0
    private var missing = MissingEvents()
    private var isHalfFull = false

    private static let emptyQueues = Importance.allCases.map { _ in EventQueue() }

    init(limit: Int) { self.limit = limit }

    /// - Returns: Whether the sender should be told: of the first event, or that it is half full.
    mutating func append(_ event: consuming Event, _ importance: Importance) -> Bool {
        made += 1
        let size = event.memoryBytes
        if bytes + size > limit { makeRoom(for: size, below: importance) }
        guard bytes + size <= limit else {
            missing.note(event.execution, attempt: event.attempt, at: event.at)
            return false
        }
        let isFirst = bytes == 0
        bytes += size
        queues[Int(importance.rawValue)].append(
            HandedEvent(number: made, importance: importance, event: event, bytes: size))
        guard !isHalfFull, bytes > limit / 2 else { return isFirst }
        isHalfFull = true
        return true
    }

    mutating func takeAll() -> Portion {
        defer {
            queues = Self.emptyQueues
            bytes = 0
            isHalfFull = false
            missing = MissingEvents()
        }
        return Portion(queues: queues, missing: missing)
    }

    private mutating func makeRoom(for size: Int, below importance: Importance) {
        for least in 0..<Int(importance.rawValue) {
            while bytes + size > limit, let given = queues[least].removeFirst() {
                bytes -= given.bytes
                missing.note(
                    given.event.execution, attempt: given.event.attempt, at: given.event.at)
            }
        }
    }
}

/// Events of one importance, from which the oldest may be taken.
struct EventQueue: Sendable {
    private(set) var slots: [HandedEvent?] = []
    private var start = 0

    var count: Int { slots.count - start }
    /// The number of the oldest; beyond all where there is none.
    var next: UInt64 { start < slots.count ? slots[start]?.number ?? .max : .max }

    mutating func append(_ event: HandedEvent) { slots.append(event) }

    mutating func removeFirst() -> HandedEvent? {
        guard start < slots.count else { return nil }
        let first = slots[start].take()
        start += 1
        if start >= 1_024, start > slots.count / 2 {
            slots.removeFirst(start)
            start = 0
        }
        return first
    }
}

extension Event {
    /// About what it takes in memory.
    var memoryBytes: Int {
        var bytes = MemoryLayout<Event>.stride + 64 + (execution?.rawValue.utf8.count ?? 0)
        for fact in facts {
            bytes += MemoryLayout<Fact>.stride
            switch fact.value {
            case .string(let text): bytes += text.utf8.count
            case .list(let names): bytes += names.reduce(0) { $0 + $1.utf8.count + 16 }
            case .integer, .double, .boolean: break
            }
        }
        for attribute in attributes {
            bytes += MemoryLayout<Attribute>.stride + attribute.key.utf8.count
            if case .string(let text) = attribute.value { bytes += text.utf8.count }
        }
        if let failure {
            for text in [failure.type, failure.message, failure.cause, failure.stack] {
                bytes += text?.utf8.count ?? 0
            }
        }
        return bytes
    }
}
