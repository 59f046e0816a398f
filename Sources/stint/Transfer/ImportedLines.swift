import Foundation
import StintModel
import StintWire

/// What a file to be imported holds, one after the other.
enum ImportedItem {
    /// A native event, as it stands there.
    case event([UInt8])
    case execution(ExecutionBody)
    /// The last line of an export: how many came before it.
    case count(Int)
    case unreadable(pointer: String?, detail: String)
}

/// Reads a file of events or executions as its bytes come: lines of JSON, or CSV with a header.
struct ImportedLines {
    enum Form: String, CaseIterable, Sendable { case ndjson, csv }

    /// What was read, and on which line it begins.
    typealias Line = (number: Int, item: ImportedItem)

    private var form: Form?
    private var cutter = LineCutter()
    private var csv = CSVReader()
    private var columns: [Column]?
    /// Bytes in which nothing has been seen yet.
    private var blank: [UInt8] = []
    /// Whether it reads an export, which ends with its count: an execution in a line of JSON, or the
    /// header of one. Events, and other columns, others write as well.
    private(set) var isExport = false

    var tooLong: [Int] { cutter.tooLong }

    /// - Parameter form: Told by the first sign where it is `nil`.
    init(_ form: Form?) {
        self.form = form
    }

    /// - Throws: ``CommandFailure`` where the file as a whole cannot be read.
    mutating func take(_ chunk: [UInt8]) throws -> [Line] {
        if form == nil { form = try guess(chunk) }
        guard let form else { return [] }
        let bytes = blank + chunk
        blank = []
        switch form {
        case .ndjson: return cutter.take(bytes).map { line($0) }
        case .csv: return try lines(of: records(in: bytes))
        }
    }

    mutating func finish() throws -> [Line] {
        switch form {
        case .ndjson: return cutter.finish().map { [line($0)] } ?? []
        case .csv: return try lines(of: csv.finish().map { [$0] } ?? [])
        case nil: return []
        }
    }

    private mutating func guess(_ chunk: [UInt8]) throws -> Form? {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF]
        guard let first = chunk.first(where: { !blanks.contains($0) }) else {
            blank += chunk
            return nil
        }
        guard first != 0x5B else {
            throw CommandFailure(
                what: "this is a JSON array", why: "import reads one object a line, or CSV.",
                next: "jq -c '.[]' FILE | stint import -", status: .wrongArguments)
        }
        return first == 0x7B ? .ndjson : .csv
    }

    // MARK: Lines of JSON

    private enum Document: Decodable {
        case event
        case execution(ExecutionBody)
        case count(Int)

        enum Key: CodingKey { case type, id, count }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            if members.contains(.type) {
                self = .event
            } else if members.contains(.count), !members.contains(.id) {
                self = .count(try members.decode(Int.self, forKey: .count))
            } else {
                self = .execution(try ExecutionBody(from: decoder))
            }
        }
    }

    private mutating func line(_ line: LineCutter.Line) -> Line {
        let item = Self.item(in: line.bytes)
        if case .execution = item { isExport = true }
        return (line.number, item)
    }

    private static func item(in line: [UInt8]) -> ImportedItem {
        do {
            switch try JSONDecoder().decode(Document.self, from: Data(line)) {
            case .event: return .event(line)
            case .execution(let body): return .execution(body)
            case .count(let count): return .count(count)
            }
        } catch let error as DecodingError {
            return .unreadable(
                pointer: error.pointer, detail: "This is neither an event nor an execution.")
        } catch {
            return .unreadable(pointer: nil, detail: "This line is not JSON.")
        }
    }

    // MARK: CSV

    private enum Column {
        case member(ExecutionColumn)
        case attributes
        case attribute(String)
    }

    private mutating func records(in bytes: [UInt8]) throws -> [CSVReader.Record] {
        do throws(CSVReader.TooLong) {
            return try csv.take(bytes)
        } catch {
            throw CommandFailure(
                what: "line \(error.line) is longer than \(CSVReader.recordBytes >> 20) MiB",
                why: "A quotation mark there may not be closed.", status: .wrongArguments)
        }
    }

    private mutating func lines(of records: [CSVReader.Record]) throws -> [Line] {
        var lines: [Line] = []
        for record in records {
            if let columns {
                lines.append((record.line, Self.item(in: record, columns)))
            } else {
                columns = try header(record)
            }
        }
        return lines
    }

    private mutating func header(_ record: CSVReader.Record) throws -> [Column] {
        let known = ExecutionColumn.all
        let columns = try record.fields.map { name -> Column in
            if let column = known.first(where: { $0.name == name }) { return .member(column) }
            if name == "attributes" { return .attributes }
            if name.hasPrefix("attributes.") {
                return .attribute(String(name.dropFirst("attributes.".count)))
            }
            throw CommandFailure(
                what: "line \(record.line): no column is called '\(name)'",
                why: "There are \(known.map(\.name).joined(separator: ", ")), attributes and "
                    + "attributes.NAME.", status: .wrongArguments)
        }
        guard record.fields.contains("id") else {
            throw CommandFailure(
                what: "line \(record.line): there is no column id",
                why: "An execution is known by its id.", status: .wrongArguments)
        }
        isExport = record.fields == known.map(\.name) + ["attributes"]
        return columns
    }

    private static func item(in record: CSVReader.Record, _ columns: [Column]) -> ImportedItem {
        if record.fields.count == 1, let word = record.fields.first, word.hasPrefix("# count "),
            let count = Int(word.dropFirst("# count ".count))
        {
            return .count(count)
        }
        guard record.fields.count == columns.count else {
            return .unreadable(
                pointer: nil,
                detail: "\(record.fields.count) fields stand here, under \(columns.count) columns.")
        }
        var body = ExecutionBody(id: "")
        for (column, text) in zip(columns, record.fields) where !text.isEmpty {
            switch column {
            case .member(let column):
                guard column.set(&body, text) else {
                    return .unreadable(
                        pointer: column.name, detail: "No such value fits this column.")
                }
            case .attributes:
                guard
                    let told = try? JSONDecoder().decode(
                        [String: Scalar].self, from: Data(text.utf8))
                else {
                    return .unreadable(
                        pointer: "attributes", detail: "An object as JSON is expected.")
                }
                body.attributes = (body.attributes ?? [:]).merging(told) { $1 }
            case .attribute(let name):
                body.attributes = (body.attributes ?? [:]).merging([name: Scalar(column: text)]) {
                    $1
                }
            }
        }
        return .execution(body)
    }
}

extension Scalar {
    /// The value that a column shows: a number or a truth value where it is written like one.
    fileprivate init(column text: String) {
        if let flag = Bool(text) {
            self = .boolean(flag)
        } else if let number = Double(text), number.isFinite,
            Scalar(number: number).canonicalJSON.elementsEqual(text.utf8)
        {
            self = Scalar(number: number)
        } else {
            self = .string(text)
        }
    }
}

extension DecodingError {
    /// Where in the document, as a JSON pointer.
    fileprivate var pointer: String? {
        let context: Context? =
            switch self {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .keyNotFound(_, let context), .dataCorrupted(let context):
                context
            @unknown default: nil
            }
        let path = context?.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue } ?? []
        return path.isEmpty ? nil : "/" + path.joined(separator: "/")
    }
}
