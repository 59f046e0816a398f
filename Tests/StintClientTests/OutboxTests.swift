import StintModel
import Testing

@testable import StintClient

/// What the sender decides, without clock, socket or disk.
@Suite struct OutboxTests {
    private static func event(
        _ number: UInt64, _ importance: Importance = .step, bytes: Int = 10
    ) -> MadeEvent {
        MadeEvent(
            number: number, importance: importance, execution: ExecutionID(rawValue: "e"),
            at: Instant(microseconds: 1), json: Array(repeating: 0x61, count: bytes))
    }

    private let noSpool = Outbox.SpoolState()
    private let spool = Outbox.SpoolState(isUsable: true)
    private let spooled = Outbox.SpoolState(bytes: 100, isEmpty: false, isUsable: true)
    private let failure = Outbox.Answer.failed(reason: "away", retryAfter: nil)

    @Test func `what comes goes out, one request at a time`() {
        var outbox = Outbox(settings: .init())
        outbox.take([Self.event(1), Self.event(2)])
        let first = outbox.next(now: .zero, spool: spool)
        #expect(first == .send([Self.event(1), Self.event(2)]))
        outbox.take([Self.event(3)])
        let second = outbox.next(now: .zero, spool: spool)
        #expect(second == .wait(until: nil))
        outbox.answered(.taken(rejected: 1, refusal: "bad"), count: 2, now: .zero, share: 0)
        let third = outbox.next(now: .zero, spool: spool)
        #expect(third == .send([Self.event(3)]))
        #expect((outbox.delivered, outbox.rejected, outbox.firstRefusal) == (1, 1, "bad"))
    }

    @Test func `a request holds 2,000 events and 1 MiB`() {
        var outbox = Outbox(settings: .init(memory: 64 << 20))
        outbox.take((1...2_001).map { Self.event($0) })
        guard case .send(let many) = outbox.next(now: .zero, spool: noSpool) else {
            Issue.record("nothing sent")
            return
        }
        #expect(many.count == 2_000)
        outbox = Outbox(settings: .init(memory: 64 << 20))
        outbox.take((1...3).map { Self.event($0, bytes: 600 << 10) })
        let next = outbox.next(now: .zero, spool: noSpool)
        #expect(next == .send([Self.event(1, bytes: 600 << 10)]))
    }

    @Test func `a request that failed is sent again as it was, after a pause`() {
        var outbox = Outbox(settings: .init())
        outbox.take([Self.event(1)])
        _ = outbox.next(now: .zero, spool: noSpool)
        outbox.answered(failure, count: 1, now: .seconds(10), share: 0.5)
        outbox.take([Self.event(2)])
        let again = Duration.seconds(10.25)
        let early = outbox.next(now: .seconds(10), spool: noSpool)
        #expect(early == .wait(until: again))
        let next = outbox.next(now: again, spool: noSpool)
        #expect(next == .send([Self.event(1)]))
    }

    @Test func `while the server is away all is written to disk`() {
        var outbox = Outbox(settings: .init())
        outbox.take([Self.event(1)])
        _ = outbox.next(now: .zero, spool: spool)
        outbox.answered(failure, count: 1, now: .zero, share: 0.5)
        outbox.take([Self.event(2)])
        let first = outbox.next(now: .zero, spool: spool)
        #expect(first == .store([Self.event(1)], asOne: true))
        let second = outbox.next(now: .zero, spool: spooled)
        #expect(second == .store([Self.event(2)], asOne: false))
        let third = outbox.next(now: .zero, spool: spooled)
        #expect(third == .wait(until: .milliseconds(250)))
        let later = outbox.next(now: .seconds(1), spool: spooled)
        #expect(later == .sendOldestSegment)
    }

    @Test func `what is old and what is new take turns`() {
        var outbox = Outbox(settings: .init())
        outbox.take([Self.event(9)])
        var turns: [Outbox.Action] = []
        for _ in 0..<3 {
            turns.append(outbox.next(now: .zero, spool: spooled))
            outbox.answered(.taken(rejected: 0, refusal: nil), count: 1, now: .zero, share: 0)
            outbox.take([Self.event(10)])
        }
        #expect(turns[0] == .sendOldestSegment)
        #expect(turns[1] == .send([Self.event(9), Self.event(10)]))
        #expect(turns[2] == .sendOldestSegment)
    }

    @Test func `pauses double from half a second to a minute, by chance down to nothing`() {
        var delay = RetryDelay()
        let longest = (0..<9).map { _ in delay.pause(share: 1, retryAfter: nil) }
        #expect(longest == [0.5, 1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        let none = delay.pause(share: 0, retryAfter: nil)
        #expect(none == .zero)
        delay.reset()
        let asked = delay.pause(share: 1, retryAfter: .seconds(7))
        #expect(asked == .seconds(7.5))
        // A server cannot silence a client for a day.
        let most = delay.pause(share: 0, retryAfter: .seconds(86_400))
        #expect(most == .seconds(600))
    }

    @Test func `somebody who waits shortens a pause, but not what the server asked for`() {
        var outbox = Outbox(settings: .init())
        outbox.take([Self.event(1)])
        _ = outbox.next(now: .zero, spool: noSpool)
        let busy = Outbox.Answer.failed(reason: "busy", retryAfter: .seconds(3))
        outbox.answered(busy, count: 1, now: .zero, share: 1)
        outbox.hurry()
        let early = outbox.next(now: .zero, spool: noSpool)
        #expect(early == .wait(until: .seconds(3)))
        let due = outbox.next(now: .seconds(3), spool: noSpool)
        #expect(due == .send([Self.event(1)]))
    }

    @Test func `without a disk memory is bounded, by importance`() {
        let one = Self.event(1).memoryBytes
        var outbox = Outbox(settings: .init(memory: one * 8))
        outbox.take([Self.event(1)])
        _ = outbox.next(now: .zero, spool: noSpool)
        outbox.take(
            (2...9).map { Self.event($0, .update) } + (10...13).map { Self.event($0, .execution) })
        let next = outbox.next(now: .zero, spool: noSpool)
        #expect(next == .wait(until: nil))
        outbox.answered(.taken(rejected: 0, refusal: nil), count: 1, now: .zero, share: 0)
        guard case .send(let rest) = outbox.next(now: .zero, spool: noSpool) else {
            Issue.record("nothing sent")
            return
        }
        #expect(rest.map(\.number) == [7, 8, 9, 10, 11, 12, 13])
        #expect(outbox.missing.total == 5)
    }

    @Test func `what must outlast a kill is stored before it is sent`() {
        var outbox = Outbox(settings: .init(storesFirst: true))
        outbox.take([Self.event(1)])
        let first = outbox.next(now: .zero, spool: spool)
        #expect(first == .store([Self.event(1)], asOne: false))
        let second = outbox.next(now: .zero, spool: spooled)
        #expect(second == .sendOldestSegment)
    }
}
