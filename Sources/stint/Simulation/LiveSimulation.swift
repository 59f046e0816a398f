import StintModel
import StintSimulation

/// Tells a server of a live fleet, each event when it is due, and every ten seconds of its workers.
struct LiveSimulation: Sendable {
    /// How long it sleeps at the most: so soon it sees that it is to stop.
    private static let longestPause = TimeSpan(microseconds: 200_000)

    private static let reportInterval = TimeSpan.seconds(10)

    let sender: EventSender
    let console: Console

    /// - Parameter isOver: Whether it is to stop, as of an instant.
    /// - Throws: ``CommandFailure`` where the server was away for longer than it is waited for.
    func run(
        _ fleet: inout LiveFleet, until isOver: (Instant) -> Bool
    ) async throws -> EventSender.Result {
        var result = EventSender.Result()
        // The last is due next.
        var pending: [LiveFleet.Delivery] = []
        var nextReport = console.now()
        while case let now = console.now(), !isOver(now) {
            while fleet.nextArrival <= now {
                for delivery in fleet.arrive() { Self.insert(delivery, into: &pending) }
            }
            var due: [Event] = []
            while let next = pending.last, next.due <= now,
                due.count < EventSender.eventsPerRequest
            {
                due.append(next.event)
                pending.removeLast()
            }
            if nextReport <= now {
                due += fleet.workerReports(at: now)
                nextReport = now + Self.reportInterval
            }
            result += try await sender.send(due)
            let next = min(fleet.nextArrival, pending.last?.due ?? fleet.nextArrival)
            let pause = min(max(next.since(console.now()), .zero), Self.longestPause)
            try await console.sleep(.microseconds(pause.microseconds))
        }
        let end = console.now()
        // What happened and was only late.
        var rest = pending.filter { $0.event.at < end }.map(\.event)
        rest += fleet.stop(at: end)
        while !rest.isEmpty {
            result += try await sender.send(Array(rest.prefix(EventSender.eventsPerRequest)))
            rest.removeFirst(min(rest.count, EventSender.eventsPerRequest))
        }
        return result
    }

    private static func insert(
        _ delivery: LiveFleet.Delivery, into pending: inout [LiveFleet.Delivery]
    ) {
        var (low, high) = (0, pending.count)
        while low < high {
            let middle = (low + high) / 2
            if pending[middle].due > delivery.due { low = middle + 1 } else { high = middle }
        }
        pending.insert(delivery, at: low)
    }
}
