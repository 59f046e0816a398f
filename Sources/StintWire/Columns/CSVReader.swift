/// Reads comma-separated values (RFC 4180) as they come, record by record.
///
/// Lines end with CR LF or LF. A quotation mark within a field that does not begin with one stands
/// for itself. Holds one record at most.
public struct CSVReader {
    public struct Record: Hashable, Sendable {
        /// The line on which it begins, from 1.
        public var line: Int
        public var fields: [String]
    }

    /// A record is longer than anything that could be taken. Nothing behind it can be read.
    public struct TooLong: Error, Hashable {
        /// The line on which it begins.
        public var line: Int
    }

    /// The most bytes of a record.
    public static let recordBytes = 16 << 20

    private enum Place {
        case fieldStart, plain, quoted
        /// Behind a quotation mark in a quoted field: its end, or half of a doubled one.
        case quotedEnd
    }

    private var place = Place.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var bytes = 0
    private var line = 1
    private var start = 1
    private var isFirst = true

    public init() {}

    /// - Returns: The records that are whole by now. Empty lines are none.
    public mutating func take(_ chunk: some Sequence<UInt8>) throws(TooLong) -> [Record] {
        var records: [Record] = []
        for byte in chunk {
            bytes += 1
            if bytes > Self.recordBytes { throw TooLong(line: start) }
            switch (place, byte) {
            case (.quoted, 0x22): place = .quotedEnd
            case (.quoted, _):
                if byte == 0x0A { line += 1 }
                field.append(byte)
            case (.quotedEnd, 0x22):
                field.append(byte)
                place = .quoted
            case (.fieldStart, 0x22): place = .quoted
            case (_, 0x2C):
                endField()
            case (_, 0x0A):
                line += 1
                if let record = endRecord() { records.append(record) }
            default:
                field.append(byte)
                place = .plain
            }
        }
        return records
    }

    /// Ends the last record, where no line end follows it.
    public mutating func finish() -> Record? { endRecord() }

    private mutating func endField() {
        var text = String(decoding: field, as: UTF8.self)
        if isFirst, text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        isFirst = false
        fields.append(CSV.unguarded(text))
        field.removeAll(keepingCapacity: true)
        place = .fieldStart
    }

    private mutating func endRecord() -> Record? {
        defer {
            fields = []
            bytes = 0
            start = line
        }
        // Behind a closing quotation mark it would be the field's own.
        if place == .plain, field.last == 0x0D { field.removeLast() }
        if fields.isEmpty, field.isEmpty {
            place = .fieldStart
            return nil
        }
        endField()
        return Record(line: start, fields: fields)
    }
}
