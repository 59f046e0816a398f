import StintModel
import StintWire

/// An event as it goes out: written down, with what is needed to give it up by its importance.
struct MadeEvent: Hashable, Sendable {
    var number: UInt64
    var importance: Importance
    var execution: ExecutionID?
    var attempt: UInt16
    var at: Instant
    /// One JSON object.
    var json: [UInt8]

    init(
        number: UInt64, importance: Importance, execution: ExecutionID?, attempt: UInt16 = 1,
        at: Instant, json: [UInt8]
    ) {
        self.number = number
        self.importance = importance
        self.execution = execution
        self.attempt = attempt
        self.at = at
        self.json = json
    }

    init(_ handed: HandedEvent) {
        var writer = JSONWriter(capacity: 320)
        handed.event.writeJSON(to: &writer, receivedAt: nil)
        self.init(
            number: handed.number, importance: handed.importance,
            execution: handed.event.execution, attempt: handed.event.attempt,
            at: handed.event.at, json: writer.bytes)
    }

    /// About what it takes in memory.
    var memoryBytes: Int { json.count + 96 }
}

/// What one request brings. Sent again, it is the same to the byte.
struct Parcel: Hashable, Sendable {
    /// Whose events they are: 32 hex digits.
    var client: String
    /// In order of their numbers; never empty.
    var events: [MadeEvent]

    /// The most events and bytes of one.
    static let events = 2_000
    static let bytes = 1 << 20

    var first: UInt64 { events.first?.number ?? 0 }
    var last: UInt64 { events.last?.number ?? 0 }

    /// One line an event.
    var body: [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(events.reduce(0) { $0 + $1.json.count + 1 })
        for event in events {
            body += event.json
            body.append(0x0A)
        }
        return body
    }
}
