import Testing

@testable import stint

@Suite struct KeyTests {
    @Test(arguments: [
        ("q", [Key.character("q")]), ("\u{1B}[A", [.up]), ("\u{1B}OB", [.down]),
        ("\r", [.enter]), ("\n", [.enter]), ("\u{1B}", [.escape]), ("\u{7F}", [.backspace]),
        ("jé", [.character("j"), .character("é")]),
        ("\u{1B}[A\u{1B}[Bk", [.up, .down, .character("k")]),
    ])
    func `keys are told apart`(_ typed: String, _ keys: [Key]) {
        #expect(Key.keys(in: Array(typed.utf8)) == keys)
    }

    @Test(arguments: ["\u{1B}[200~", "\u{1B}[1;5C", "\u{1}", "\u{1B}[", ""])
    func `other sequences are nobody's`(_ typed: String) {
        #expect(Key.keys(in: Array(typed.utf8)) == [])
    }

    @Test func `bytes that are no text harm nothing`() {
        #expect(Key.keys(in: [0xFF, 0x71]).last == .character("q"))
    }
}
