import StintModel
import Testing

@testable import StintClient

/// Where the program leaves its events.
@Suite struct EventBufferTests {
    private func event(_ kind: EventKind = .stepStarted) -> Event {
        Event(kind, execution: ExecutionID(rawValue: "e"), at: Instant(microseconds: 1))
    }

    @Test func `the sender is told of the first, and when it is half full`() {
        let size = event().memoryBytes
        var buffer = EventBuffer(limit: size * 4)
        let told = (0..<4).map { _ in buffer.append(event(), .step) }
        #expect(told == [true, false, true, false])
        _ = buffer.takeAll()
        let isTold = buffer.append(event(), .step)
        #expect(isTold)
    }

    @Test func `past its bound the least important go first, and of these the oldest`() {
        var buffer = EventBuffer(limit: event().memoryBytes * 4)
        for importance in [Importance.update, .heartbeat, .update, .step, .execution, .execution] {
            _ = buffer.append(event(), importance)
        }
        var portion = buffer.takeAll()
        let numbers = portion.write().map(\.number)
        #expect(numbers == [3, 4, 5, 6])
        #expect(portion.missing.total == 2)
    }

    @Test func `what is no more important than what waits is itself given up`() {
        var buffer = EventBuffer(limit: event().memoryBytes * 2)
        for _ in 0..<5 { _ = buffer.append(event(), .step) }
        var portion = buffer.takeAll()
        let numbers = portion.write().map(\.number)
        #expect(numbers == [1, 2])
        #expect(buffer.made == 5)
        #expect(portion.missing.total == 3)
    }

    @Test func `what was given up leaves no trace in the queue`() {
        let handed = HandedEvent(number: 1, importance: .step, event: event(), bytes: 1)
        var queue = EventQueue()
        for _ in 0..<10 { queue.append(handed) }
        for _ in 0..<100_000 {
            queue.append(handed)
            _ = queue.removeFirst()
        }
        #expect(queue.count == 10)
        #expect(queue.slots.count < 3_000)
    }

    @Test func `what is missing is told once, and as a whole when more is`() {
        var missing = MissingEvents()
        let id = ExecutionID(rawValue: "e")
        missing.note(id, attempt: 1, at: Instant(microseconds: 5))
        let first = missing.untold()
        #expect(first.map { $0[.missingEvents] } == [.integer(1)])
        let nothing = missing.untold()
        #expect(nothing.isEmpty)
        missing.note(id, attempt: 1, at: Instant(microseconds: 7), count: 2)
        let told = missing.untold()
        #expect(told.map { $0[.missingEvents] } == [.integer(3)])
        #expect(told.map(\.at) == [Instant(microseconds: 7)])
    }
}
