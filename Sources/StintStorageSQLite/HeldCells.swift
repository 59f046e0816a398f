import StintMetrics

/// The roll-up cells that were written last, decoded. As ``RecentRows``, in two generations.
struct HeldCells {
    private var young: [RollUpKey: RollUpCell] = [:]
    private var old: [RollUpKey: RollUpCell] = [:]
    private let generation: Int

    init(limit: Int) {
        generation = max(1, limit / 2)
    }

    mutating func take(_ key: RollUpKey) -> RollUpCell? {
        young.removeValue(forKey: key) ?? old.removeValue(forKey: key)
    }

    mutating func put(_ cell: RollUpCell, for key: RollUpKey) {
        young[key] = cell
        if young.count > generation {
            old = young
            young = [:]
        }
    }

    mutating func forget() {
        young = [:]
        old = [:]
    }
}
