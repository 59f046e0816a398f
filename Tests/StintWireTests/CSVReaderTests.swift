import Testing

@testable import StintWire

@Suite struct CSVReaderTests {
    private func records(_ text: String, chunk: Int = 3) throws -> [CSVReader.Record] {
        var reader = CSVReader()
        var records: [CSVReader.Record] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            records += try reader.take(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        if let last = reader.finish() { records.append(last) }
        return records
    }

    @Test(arguments: [1, 2, 1_000])
    func `records are read as RFC 4180 has them`(_ chunk: Int) throws {
        let text =
            "\u{FEFF}a,b,c\r\n1,\"two, three\",\"say \"\"no\"\"\"\n\n\"line\r\nbreak\r\",,x\r\n,\n"
        let found = try records(text, chunk: chunk)
        #expect(
            found.map(\.fields) == [
                ["a", "b", "c"], ["1", "two, three", "say \"no\""],
                ["line\r\nbreak\r", "", "x"], ["", ""],
            ])
        #expect(found.map(\.line) == [1, 2, 4, 6])
    }

    @Test func `the last record needs no line end, and nothing is no record`() throws {
        #expect(try records("a,b").map(\.fields) == [["a", "b"]])
        #expect(try records("").isEmpty)
        #expect(try records("\r\n\n").isEmpty)
    }

    @Test(arguments: [
        "plain", "", "a,b", "say \"no\"", "two\r\nlines", "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)",
        "\t=1", "\r", "'", "'plain", "'=1", "''-2+3", "-1", "'-1", "+2.5", "é=",
    ])
    func `what is written is read back as it was`(_ text: String) throws {
        let line = CSV.line(["x", text, text])
        #expect(try records(line + "\r\n").map(\.fields) == [["x", text, text]])
    }

    @Test func `a quotation mark that is never closed takes no more than a record`() throws {
        var reader = CSVReader()
        _ = try reader.take(Array("a\n\"".utf8))
        #expect(throws: CSVReader.TooLong(line: 2)) {
            _ = try reader.take(Array(repeating: 0x78, count: CSVReader.recordBytes))
        }
    }
}
