import StintIngest
import StintModel

/// The clock of the tests, and a retention of 90 days.
let window = AdmissionWindow(
    receivedAt: Instant(rfc3339: "2026-11-20T15:00:00Z")!, retention: .days(90))

/// What became of a body: the result, and the events that were handed on.
struct Decoded {
    var result: IngestResult
    var events: [Event]

    init(
        _ body: [UInt8], as form: BodyForm = .json, window: AdmissionWindow = window,
        maximumEvents: Int = 10_000
    ) throws {
        var events: [Event] = []
        result = try body.withUnsafeBytes { (bytes) throws(BodyError) in
            try NativeEventDecoder.decode(
                bytes, as: form, window: window, maximumEvents: maximumEvents
            ) { events.append(copy $0) }
        }
        self.events = events
    }

    init(_ body: String, as form: BodyForm = .json, maximumEvents: Int = 10_000) throws {
        try self.init(Array(body.utf8), as: form, maximumEvents: maximumEvents)
    }

    init(
        eventBridge body: [UInt8], window: AdmissionWindow = window, maximumEvents: Int = 10_000
    ) throws {
        var events: [Event] = []
        result = try body.withUnsafeBytes { (bytes) throws(BodyError) in
            try EventBridgeDecoder.decode(bytes, window: window, maximumEvents: maximumEvents) {
                events.append(copy $0)
            }
        }
        self.events = events
    }

    init(eventBridge body: String) throws {
        try self.init(eventBridge: Array(body.utf8))
    }

    /// Where and why the only event was refused.
    var refusal: Rejection? {
        result.accepted == 0 && events.isEmpty && result.rejected.count == 1
            ? result.rejected[0] : nil
    }
}

/// One accepted event of a type, with further members.
func event(_ type: String, _ members: String = "") throws -> Event? {
    try Decoded(body(type, members)).events.first
}

/// A body of one event that has all that its type must have, unless the members say it first.
func body(_ type: String, _ members: String = "") -> String {
    var all = ["\"type\":\"\(type)\""]
    func add(_ name: String, _ value: String) {
        if !members.contains("\"\(name)\":") { all.append("\"\(name)\":\"\(value)\"") }
    }
    if type != "worker.reported" { add("execution", "e") }
    if type.hasPrefix("step.") { add("step", "s") }
    if type.hasSuffix(".finished") { add("status", "succeeded") }
    if type == "model.called" { add("call", "c") }
    if type == "worker.reported" { add("worker", "w") }
    if !members.isEmpty { all.append(members) }
    return "{" + all.joined(separator: ",") + "}"
}
