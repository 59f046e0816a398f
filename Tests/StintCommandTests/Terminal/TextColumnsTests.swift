import Testing

@testable import stint

@Suite struct TextColumnsTests {
    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("ｱ", 1), ("Ａ", 2), ("한글", 4),
        ("🙂", 2), ("👩‍💻", 2), ("✓ ok", 4), ("", 0), ("\u{200D}", 0), ("…", 1), ("◐", 1),
    ])
    func `text takes the columns it takes on a terminal`(_ text: String, _ columns: Int) {
        #expect(text.columns == columns)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
        ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab cdef", 4, "ab…"),
    ])
    func `what does not fit is cut, with a mark`(_ text: String, _ room: Int, _ cut: String) {
        #expect(text.cut(toColumns: room) == cut)
    }
}
