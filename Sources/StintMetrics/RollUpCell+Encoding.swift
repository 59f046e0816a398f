// The stored form: a version byte, then what is not zero, in ascending order of its tag. A counter
// is `varint(rawValue · 2)` and a zig-zag varint; a sketch is `varint(rawValue · 2 + 1)`, the varint
// of its length, and its own stored form. Counters stand before sketches.
//
// An unknown version or tag refuses the cell rather than be skipped: cells are read, added to and
// written back, and what was skipped would be lost.

extension RollUpCell {
    static let version: UInt8 = 1

    /// What of a cell is written. A reader of charts needs no distributions, which are most of it.
    public enum Part: Sendable {
        case counters, sketches, both
    }

    /// All but the slots, which have a form of their own (``StoredSlots``). Equal cells have equal
    /// bytes; an empty one has a single byte.
    public var encoded: [UInt8] { encoded(.both) }

    /// As ``encoded``, of a part: read back, a cell that counts this part alone.
    public func encoded(_ part: Part) -> [UInt8] {
        let counters = part == .sketches ? [] : counters
        let sketches = part == .counters ? [] : sketches
        var most = 1 + counters.count * (1 + longestVarint)
        for sketch in sketches { most += 1 + Self.longestLength + sketch.largestEncoding }
        return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            var end = start
            end.pointee = Self.version
            end += 1
            for (index, counter) in counters.enumerated() where counter != 0 {
                end.write(varint: UInt64(index) * 2)
                end.write(zigZag: counter)
            }
            for (index, sketch) in sketches.enumerated() where !sketch.isEmpty {
                end.write(varint: UInt64(index) * 2 + 1)
                Self.write(sketch, to: &end)
            }
            count = end - start
        }
    }

    /// The bytes of the length of a sketch: 2,688 buckets take less than 2^21.
    private static let longestLength = 3

    /// Its length is known when it is written: it is written past the room for the longest length,
    /// and moved back to where the length ends.
    private static func write(_ sketch: Sketch, to end: inout UnsafeMutablePointer<UInt8>) {
        let body = end + longestLength
        var bodyEnd = body
        sketch.write(to: &bodyEnd)
        let length = bodyEnd - body
        end.write(varint: UInt64(length))
        end.update(from: body, count: length)
        end += length
    }

    /// Reads the stored form.
    ///
    /// - Returns: `nil` unless the bytes are exactly what ``encoded(_:)`` writes for some cell.
    public init?(encoded bytes: [UInt8]) {
        guard let cell = bytes.withUnsafeBytes(RollUpCell.init(encoded:)) else { return nil }
        self = cell
    }

    /// As ``init(encoded:)-([UInt8])``, without a copy.
    public init?(encoded bytes: UnsafeRawBufferPointer) {
        self.init()
        var reader = ByteReader(bytes)
        guard reader.byte() == Self.version else { return nil }
        var counterBefore = 0
        var sketchBefore = -1
        while !reader.isAtEnd {
            guard let tag = reader.varint(), tag < 256 else { return nil }
            let place = Int(tag >> 1)
            if tag & 1 == 0 {
                guard sketchBefore < 0, place > counterBefore, place < Counter.places,
                    let counter = reader.zigZag(), counter != 0
                else { return nil }
                counters[place] = counter
                counterBefore = place
            } else {
                guard place > sketchBefore, place < Distribution.places,
                    let length = reader.varint(), let body = reader.bytes(length),
                    let sketch = Sketch(encoded: body), !sketch.isEmpty
                else { return nil }
                sketches[place] = sketch
                sketchBefore = place
            }
        }
    }
}
