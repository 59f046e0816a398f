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

    /// `POST /v1/cloudevents`: a body of any mode, or, behind a byte 0, headers a line each and data.
    static let cloudEvents = FuzzTarget("cloudevents") { (bytes) throws(BrokenPromise) in
        var mode = CloudEventsMode.unmarked
        var body = bytes[...]
        if bytes.first == 0 {
            let parts = bytes.dropFirst().split(
                separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            let headers = parts[0].split(separator: 0x0A).compactMap { line in
                let sides = line.split(separator: 0x3A, maxSplits: 1)
                return sides.count == 2
                    ? (
                        name: String(decoding: sides[0], as: UTF8.self),
                        value: String(decoding: sides[1], as: UTF8.self)
                    ) : nil
            }
            mode = .binary(headers: headers, dataType: nil)
            body = parts.count > 1 ? parts[1] : []
        }
        try foreign { sink in
            _ = try? Array(body).withUnsafeBytes { bytes in
                try CloudEventsDecoder.decode(bytes, as: mode, window: window, into: sink)
            }
        }
    }

    /// `POST /api/v1/lineage`.
    static let lineage = FuzzTarget("lineage") { (bytes) throws(BrokenPromise) in
        try foreign { sink in
            _ = try? bytes.withUnsafeBytes { bytes in
                try OpenLineageDecoder.decode(bytes, window: window, into: sink)
            }
        }
    }

    /// Holds the events of a foreign format to what holds of every event.
    private static func foreign(
        _ decode: ((borrowing Event) -> Void) -> Void
    ) throws(BrokenPromise) {
        var events: [Event] = []
        decode { events.append(copy $0) }
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
