import Testing

@testable import stint

@Suite struct BackoffTests {
    @Test func `waits double up to five seconds`() {
        var backoff = Backoff(limit: .seconds(60))
        let waits = (0..<7).map { _ in backoff.pause(elapsed: .zero, retryAfter: nil) }
        #expect(waits == [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000].map { .milliseconds($0) })
    }

    @Test func `what the server asks for goes before`() {
        var backoff = Backoff(limit: .seconds(30))
        #expect(backoff.pause(elapsed: .zero, retryAfter: .seconds(7)) == .seconds(7))
    }

    @Test func `a wait past the limit is not begun`() {
        var backoff = Backoff(limit: .seconds(30))
        #expect(backoff.pause(elapsed: .zero, retryAfter: .seconds(31)) == nil)
        #expect(backoff.pause(elapsed: .seconds(30), retryAfter: nil) == nil)
    }
}
