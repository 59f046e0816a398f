import Foundation
import Synchronization

@testable import StintClient

/// A server in memory: it answers as a test says, and keeps what it took.
final class RecordingTransport: Transport {
    struct Request: Hashable, Sendable {
        var client: String
        var range: ClosedRange<UInt64>
        var body: [UInt8]
        var dropped: Int
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Int, Parcel) -> Outbox.Answer?

    private struct State {
        var requests: [Request] = []
        var taken: [String] = []
    }

    /// - Parameter answer: Is given the number of the request, from 0; `nil` takes what it brings.
    init(_ answer: @escaping @Sendable (Int, Parcel) -> Outbox.Answer? = { _, _ in nil }) {
        self.answer = answer
    }

    static let away = RecordingTransport { _, _ in .failed(reason: "away", retryAfter: nil) }

    var requests: [Request] { state.withLock(\.requests) }
    /// The events taken, one JSON object each.
    var taken: [String] { state.withLock(\.taken) }
    var types: [String] { taken.map { $0.member("type") } }

    func send(_ parcel: Parcel, dropped: Int) async -> Outbox.Answer {
        let request = Request(
            client: parcel.client, range: parcel.first...parcel.last, body: parcel.body,
            dropped: dropped)
        return state.withLock { state in
            let number = state.requests.count
            state.requests.append(request)
            let given = answer(number, parcel) ?? .taken(rejected: 0, refusal: nil)
            if case .taken = given {
                state.taken += parcel.events.map { String(decoding: $0.json, as: UTF8.self) }
            }
            return given
        }
    }

    func close() async {}
}

extension String {
    /// The text of a member of the JSON object that this is; empty where there is none.
    func member(_ name: String) -> String {
        let object = try? JSONSerialization.jsonObject(with: Data(utf8)) as? [String: Any]
        return object?[name].map { "\($0)" } ?? ""
    }
}

extension Tracker {
    convenience init(
        _ transport: RecordingTransport, spool: URL? = nil,
        _ adapt: (inout TrackerSettings) -> Void = { _ in }
    ) {
        var settings = TrackerSettings()
        settings.spool = spool
        adapt(&settings)
        self.init(settings: settings) { transport }
    }
}

/// A folder that is there for one test.
func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let url = FileManager.default.temporaryDirectory
        .appending(path: "stint-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(url)
}
