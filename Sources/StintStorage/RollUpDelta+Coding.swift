public import StintMetrics
import StintModel

// The stored form of what a group adds to the roll-up, version 1.

extension RollUpDelta {
    private static let version: UInt8 = 1

    /// - Parameter cells: Of ``minuteCells()``.
    public static func encoded(_ cells: [RollUpKey: RollUpCell]) -> [UInt8] {
        var writer = BinaryWriter()
        writer.byte(version)
        writer.count(cells.count)
        for (key, cell) in cells {
            writer.string(key.workspace.rawValue)
            writer.zigzag(key.start.microseconds)
            writer.string(key.agent ?? "")
            writer.optional(key.model) { $0.string($1) }
            let bytes = cell.encoded
            writer.count(bytes.count)
            writer.raw(bytes)
        }
        return writer.bytes
    }

    /// Adds what ``encoded(_:)`` wrote.
    public mutating func add(encoded bytes: UnsafeRawBufferPointer) throws(DamagedBytes) {
        var reader = BinaryReader(bytes)
        guard try reader.byte() == Self.version else { throw DamagedBytes() }
        for _ in 0..<(try reader.count()) {
            guard let workspace = Workspace(rawValue: try reader.string()) else {
                throw DamagedBytes()
            }
            let start = try reader.instant(from: Instant(microseconds: 0))
            let agent = try reader.string()
            let model = try reader.optionalString()
            let key = RollUpKey(
                workspace: workspace, level: .minute, start: start, agent: agent, model: model)
            guard let cell = RollUpCell(encoded: try reader.raw(try reader.count())) else {
                throw DamagedBytes()
            }
            add(cell, to: key)
        }
    }
}
