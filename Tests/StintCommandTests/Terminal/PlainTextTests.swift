import Testing

@testable import stint

@Suite struct PlainTextTests {
    @Test(arguments: [
        ("\u{1B}[31mred\u{1B}[0m", "[31mred[0m"), ("a\nb\tc", "a b c"),
        ("title\u{1B}]0;x\u{07}", "title]0;x"), ("\u{9B}2J", "2J"), ("a\u{7F}b", "ab"),
        ("abc\u{202E}def", "abcdef"), ("a\u{2028}b", "a b"), ("ü 日本 👩‍💻", "ü 日本 👩‍💻"),
    ])
    func `nothing a terminal acts upon is left`(_ text: String, _ plain: String) {
        #expect(text.plainLine() == plain)
    }

    @Test func `a terminal without UTF-8 gets ASCII alone`() {
        #expect("caf\u{E9} \u{6DB}".plainLine(ascii: true) == "caf? ?")
    }

    @Test func `lines are kept apart and each made safe`() {
        #expect("a\r\nb\u{1B}c\n\nd".plainLines() == ["a", "bc", "", "d"])
    }

    @Test func `a document on a terminal is the same document`() {
        #expect(
            "{\"a\":\"\u{9B}31m\u{7F}\u{202E}é\"}".escapedForTerminal()
                == #"{"a":"\u009b31m\u007f\u202eé"}"#)
    }
}
