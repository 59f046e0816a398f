import StintModel
import StintSimulation
import StintStorage

/// Records a fleet's history straight into a store, as a server would that had received it.
struct StoreFiller: Sendable {
    /// Large enough that a sync and a transaction cost nothing by the execution.
    private static let placesPerGroup = 2_000
    /// Groups made ahead of the store, so that neither waits for the other.
    private static let groupsAhead = 3

    let store: any ExecutionStore
    let receivedAt: Instant

    /// - Returns: How many events were recorded.
    func fill(with fleet: Fleet) async throws -> Int {
        try await withThrowingTaskGroup(of: (RecordingGroup, events: Int).self) { tasks in
            var events = 0
            for (number, first) in stride(
                from: 0, to: fleet.places, by: Self.placesPerGroup
            ).enumerated() {
                if number >= Self.groupsAhead, let made = try await tasks.next() {
                    _ = try await store.record(made.0)
                    events += made.events
                }
                let places = first..<min(first + Self.placesPerGroup, fleet.places)
                tasks.addTask { group(of: fleet, places) }
            }
            for try await made in tasks {
                _ = try await store.record(made.0)
                events += made.events
            }
            return events
        }
    }

    /// One recording an execution of what arrives in some places.
    private func group(
        of fleet: Fleet, _ places: Range<Int>
    ) -> (RecordingGroup, events: Int) {
        var recordings: [Recording] = []
        recordings.reserveCapacity(places.count)
        var count = 0
        var current: ExecutionID?
        for place in places {
            // The events of one execution come one after the other.
            for event in fleet.delivery(at: place) {
                guard let id = event.execution else { continue }
                count += 1
                if id == current {
                    recordings[recordings.count - 1].append(event)
                } else {
                    recordings.append(Recording(workspace: .default, id: id, first: event))
                    current = id
                }
            }
        }
        return (RecordingGroup(recordings: recordings, receivedAt: receivedAt), count)
    }
}
