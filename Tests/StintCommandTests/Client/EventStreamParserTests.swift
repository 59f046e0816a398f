import Testing

@testable import stint

@Suite struct EventStreamParserTests {
    private typealias Message = EventStreamParser.Message

    private func messages(_ text: String, pieces: Int = .max) throws -> [Message] {
        var parser = EventStreamParser()
        var messages: [Message] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            messages += try parser.read(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return messages
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `a line ends in LF, CR or both`(_ end: String) throws {
        let text = ["event: execution", "data: {}", "id: 7", "", "data: x", "", ""]
            .joined(separator: end)
        #expect(
            try messages(text) == [
                Message(event: "execution", data: "{}", id: "7"),
                Message(event: "message", data: "x", id: "7"),
            ])
    }

    @Test(arguments: [1, 2, 3, 5, 7])
    func `it does not matter where the bytes were cut`(_ pieces: Int) throws {
        let text =
            "\u{FEFF}: hello\r\nretry: 1800\r\ndata: é\r\ndata:  y\r\n\r\nid: b\rdata\r\r:\n\ndata: z\n\n"
        #expect(
            try messages(text, pieces: pieces) == [
                Message(event: "message", data: "é\n y", id: ""),
                Message(event: "message", data: "", id: "b"),
                Message(event: "message", data: "z", id: "b"),
            ])
    }

    @Test func `comments, unknown fields and events without data are nothing`() throws {
        #expect(
            try messages(": a\n\nevent: reset\n\ncolour: red\nevent\n\nbare\ndata: x\n\n")
                == [Message(event: "message", data: "x", id: "")])
    }

    @Test func `an id holds until another is stated, and one with a null is none`() throws {
        var parser = EventStreamParser(lastEventID: "a")
        #expect(try parser.read(Array("id: \u{0}\ndata: x\n\n".utf8)).map(\.id) == ["a"])
        #expect(try parser.read(Array("id: c\n".utf8)).isEmpty)
        #expect(parser.lastEventID == "a", "the message is not whole yet")
        _ = try parser.read(Array("\n".utf8))
        #expect(parser.lastEventID == "c")
        #expect(try parser.read(Array("id\ndata: y\n\n".utf8)).map(\.id) == [""])
    }

    @Test(arguments: [("2000", Duration.seconds(2)), ("2s", nil), ("-1", nil), ("", nil)])
    func `a time to wait is a number of milliseconds`(_ text: String, _ retry: Duration?) throws {
        var parser = EventStreamParser()
        _ = try parser.read(Array("retry: \(text)\n".utf8))
        #expect(parser.retry == retry)
    }

    @Test func `what the stream does not end is no message`() throws {
        #expect(try messages("data: x\n").isEmpty)
        #expect(try messages("data: x\n\ndata: y").count == 1)
    }

    @Test(arguments: [String(repeating: "x", count: 40), "data: 12345678901\ndata: 2345678901\n:"])
    func `a line or message beyond the limit is refused`(_ text: String) {
        var parser = EventStreamParser(limit: 20)
        #expect(throws: EventStreamParser.TooLong.self) { try parser.read(Array(text.utf8)) }
    }
}
