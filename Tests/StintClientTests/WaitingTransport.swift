@testable import StintClient

/// A server in memory that answers a request when the test says so, and what.
final class WaitingTransport: Transport {
    struct Request: Sendable {
        var range: ClosedRange<UInt64>
        private let continuation: CheckedContinuation<Outbox.Answer, Never>

        init(_ parcel: Parcel, _ continuation: CheckedContinuation<Outbox.Answer, Never>) {
            range = parcel.first...parcel.last
            self.continuation = continuation
        }

        func take() { continuation.resume(returning: .taken(rejected: 0, refusal: nil)) }
        func fail() { continuation.resume(returning: .failed(reason: "cut", retryAfter: nil)) }
    }

    /// Each is answered by whoever hears of it.
    let requests: AsyncStream<Request>
    /// The next of them; `nil` where there will be none.
    var request: Request? {
        get async { await requests.first { _ in true } }
    }
    private let tell: AsyncStream<Request>.Continuation

    init() {
        (requests, tell) = AsyncStream.makeStream(of: Request.self)
    }

    func send(_ parcel: Parcel, dropped: Int) async -> Outbox.Answer {
        await withCheckedContinuation { tell.yield(Request(parcel, $0)) }
    }

    func close() async { tell.finish() }
}
