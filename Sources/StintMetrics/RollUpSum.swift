import StintModel

/// The sum of many cells: their counters, and those distributions that are asked for.
///
/// Made to add up hundreds of stored cells for one answer; what is stored and taken back is a
/// ``RollUpCell``.
public struct RollUpSum: Sendable {
    private var counters = [Int64](repeating: 0, count: RollUpCell.Counter.places)
    /// One element for each distribution, by its raw value; `nil` for those not asked for.
    private var sketches: [SketchSum?]

    /// - Parameter distributions: Those to be summed up; of others nothing is known.
    public init(_ distributions: Set<RollUpCell.Distribution> = []) {
        sketches = RollUpCell.Distribution.allCases.map {
            distributions.contains($0) ? SketchSum() : nil
        }
    }

    public subscript(counter: RollUpCell.Counter) -> Int64 { counters[Int(counter.rawValue)] }

    /// - Precondition: It was asked for.
    public subscript(distribution: RollUpCell.Distribution) -> SketchSum {
        guard let sum = sketches[Int(distribution.rawValue)] else {
            preconditionFailure("Nothing is known of \(distribution): it was not asked for.")
        }
        return sum
    }

    /// Whether any distribution was asked for.
    public var hasDistributions: Bool { sketches.contains { $0 != nil } }

    /// Executions that ended, whatever their end.
    public var finished: Int64 {
        self[.succeeded] &+ self[.failed] &+ self[.timedOut] &+ self[.aborted]
    }

    /// How many known durations there are, and how many of them in each band.
    public var bands: [Int64] {
        zip(RollUpCell.okBands, RollUpCell.notOKBands).map { self[$0] &+ self[$1] }
    }

    public mutating func add(_ cell: RollUpCell) {
        for index in counters.indices { counters[index] &+= cell.counters[index] }
        for index in sketches.indices where !cell.sketches[index].isEmpty {
            sketches[index]?.add(cell.sketches[index])
        }
    }

    public mutating func add(_ other: RollUpSum) {
        for index in counters.indices { counters[index] &+= other.counters[index] }
        for index in sketches.indices {
            if let sketch = other.sketches[index] { sketches[index]?.add(sketch) }
        }
    }

    /// Adds a cell, or a part of one, in its stored form, as ``RollUpCell/encoded(_:)`` writes it.
    ///
    /// - Returns: Whether it could be read; where not, it may have been added in part.
    public mutating func add(encoded bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = ByteReader(bytes)
        guard reader.byte() == RollUpCell.version else { return false }
        while !reader.isAtEnd {
            guard let tag = reader.varint(), tag < 256 else { return false }
            let place = Int(tag >> 1)
            if tag & 1 == 0 {
                guard place < counters.count, let number = reader.zigZag() else { return false }
                counters[place] &+= number
            } else {
                guard place < sketches.count, let length = reader.varint(),
                    let body = reader.bytes(length)
                else { return false }
                if sketches[place]?.add(encoded: body) == false { return false }
            }
        }
        return true
    }
}

extension RollUpSum {
    /// Adds what an execution's start counts for.
    public mutating func add(_ start: Contribution.Start) {
        var cell = RollUpCell()
        cell.count(start, sign: 1)
        add(cell)
    }

    /// Adds what an execution's finish counts for, or its calls of one model.
    ///
    /// - Parameter model: `nil` for the execution itself.
    public mutating func add(_ finish: Contribution.Finish, model: String?) {
        var cell = RollUpCell()
        if let model {
            for call in finish.calls where call.model.isSpelled(like: model) {
                cell.count(call, sign: 1)
            }
        } else {
            cell.count(finish, sign: 1)
        }
        add(cell)
    }

    /// Counts one that is lost.
    public mutating func addLost() {
        counters[Int(RollUpCell.Counter.lost.rawValue)] &+= 1
    }
}
