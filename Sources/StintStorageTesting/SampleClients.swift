public import StintModel
public import StintStorage

/// Clients that number their events as ours do, decided by a seed: in batches that never overlap, with
/// events dropped within batches and between them, and some refused.
public struct SampleClients: Sendable {
    private var random: SeededGenerator
    private let workspace: Workspace

    public init(seed: UInt64, in workspace: Workspace = .default) {
        random = SeededGenerator(seed: seed)
        self.workspace = workspace
    }

    /// So many batches of a new client, in the order of their numbers.
    public mutating func batches(count: Int) -> [ClientBatch] {
        let id = ClientID(
            rawValue: (0..<2).map { _ in Self.hex(random.next()) }.joined())!
        var batches: [ClientBatch] = []
        var (last, dropped): (Int64, Int64) = (0, 0)
        for _ in 0..<count {
            let between = random.chance(30) ? Int64(random.below(4)) : 0
            let within = random.chance(20) ? Int64(random.below(4)) : 0
            let rejected = random.chance(20) ? Int64(random.below(3)) : 0
            let stored = 1 + Int64(random.below(500))
            dropped += between + within
            let first = last + between + 1
            last = first + stored + rejected + within - 1
            batches.append(
                ClientBatch(
                    workspace: workspace, client: id, numbers: first...last, stored: stored,
                    rejected: rejected, dropped: dropped)!)
        }
        return batches
    }

    private static func hex(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
