import StintModel

@testable import StintIngest

// Bodies of requests.

/// The clock of the targets, so that a kept input means the same for ever.
private let window = AdmissionWindow(
    receivedAt: Instant(microseconds: 1_795_186_800_000_000), retention: .days(90))

extension FuzzTarget {
    /// A document, as our reader sees it and as Foundation does.
    static let json = FuzzTarget("json") { (bytes) throws(BrokenPromise) in
        if let disagreement = JSONTree.disagreement(on: bytes) {
            throw BrokenPromise(description: disagreement)
        }
    }

    /// `POST /v1/events` as JSON.
    static let events = FuzzTarget("events") { (bytes) throws(BrokenPromise) in
        guard let told = decode(bytes, as: .json) else { return }
        try promise(
            told.result.accepted == told.events.count, "Each event counted is handed on, once.")
        for event in told.events { try event.keepsPromises(isNative: true) }
        try [Event].keepPromises(told.events)
    }

    /// `POST /v1/events` as lines: each means what it means alone.
    static let lines = FuzzTarget("lines") { (bytes) throws(BrokenPromise) in
        guard let told = decode(bytes, as: .ndjson) else {
            throw BrokenPromise(description: "A line that is not JSON is refused by itself.")
        }
        var events: [Event] = []
        var accepted = 0
        var rejected = 0
        for line in bytes.split(separator: 0x0A) {
            guard let alone = decode(Array(line), as: .ndjson) else { continue }
            events += alone.events
            accepted += alone.result.accepted
            rejected += alone.result.rejected.count
        }
        try promise(told.events == events, "Lines mean together what they mean alone.")
        try promise(
            told.result.accepted == accepted && told.result.rejected.count == rejected,
            "Lines count together as they count alone.")
    }

    /// `POST /v1/eventbridge`.
    static let eventBridge = FuzzTarget("eventbridge") { (bytes) throws(BrokenPromise) in
        var events: [Event] = []
        let result = try? bytes.withUnsafeBytes { bytes in
            try EventBridgeDecoder.decode(bytes, window: window) { events.append(copy $0) }
        }
        if result == nil { return }
        for event in events { try event.keepsPromises(isNative: false) }
        try [Event].keepPromises(events)
    }

    static func decode(
        _ bytes: [UInt8], as form: BodyForm
    ) -> (result: IngestResult, events: [Event])? {
        var events: [Event] = []
        let result = try? bytes.withUnsafeBytes { bytes in
            try NativeEventDecoder.decode(bytes, as: form, window: window) {
                events.append(copy $0)
            }
        }
        return result.map { ($0, events) }
    }
}
