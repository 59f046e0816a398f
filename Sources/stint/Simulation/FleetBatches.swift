import StintModel
import StintSimulation

/// A fleet's events as a network would bring them, in batches for one request each.
struct FleetBatches: Sequence, IteratorProtocol {
    private let fleet: Fleet
    private var place = 0

    init(_ fleet: Fleet) {
        self.fleet = fleet
    }

    mutating func next() -> [Event]? {
        var batch: [Event] = []
        while place < fleet.places, batch.count < EventSender.eventsPerRequest {
            batch += fleet.delivery(at: place)
            place += 1
        }
        return batch.isEmpty ? nil : batch
    }
}
