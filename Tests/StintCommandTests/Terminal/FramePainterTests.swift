import Testing

@testable import stint

@Suite struct FramePainterTests {
    @Test func `frames take each other's place, and what stood above stays`() {
        var terminal = TestTerminal(columns: 20, rows: 8)
        var painter = FramePainter()
        terminal.write("$ stint watch\n")
        terminal.write(painter.frame(["one", "two", "three"], columns: 20))
        #expect(terminal.screen == ["$ stint watch", "one", "two", "three"])
        #expect(terminal.isCursorHidden)
        terminal.write(painter.frame(["1", "\u{1B}[31mtwo and more\u{1B}[0m"], columns: 20))
        #expect(terminal.screen == ["$ stint watch", "1", "two and more"])
        terminal.write(painter.frame(["a", "b", "c", "d"], columns: 20))
        #expect(terminal.screen == ["$ stint watch", "a", "b", "c", "d"])
        terminal.write(FramePainter.end + "$ ")
        #expect(terminal.screen.last == "$ ")
        #expect(!terminal.isCursorHidden)
    }

    @Test func `nothing is cleared that the next frame does not leave empty`() {
        var painter = FramePainter()
        _ = painter.frame(["a", "b"], columns: 20)
        #expect(painter.frame(["a", "c"], columns: 20) == "\r\u{1B}[2Aa\u{1B}[K\nc\u{1B}[K\n")
    }

    @Test func `in a window that became narrower, folded lines are painted over`() {
        var terminal = TestTerminal(columns: 20, rows: 10)
        var painter = FramePainter()
        terminal.write("$\n")
        terminal.write(painter.frame(["0123456789012345678", "short"], columns: 20))
        terminal.narrow(to: 8)
        #expect(terminal.screen.count == 5)
        terminal.write(painter.frame(["0123456", "short"], columns: 8))
        #expect(terminal.screen == ["$", "0123456", "short"])
    }

    @Test func `at the foot of the window the frame scrolls up once, then stands`() {
        var terminal = TestTerminal(columns: 20, rows: 4)
        var painter = FramePainter()
        terminal.write("a\nb\nc\n")
        for number in 0..<5 {
            terminal.write(painter.frame(["x\(number)", "y", "z"], columns: 20))
        }
        #expect(terminal.history == ["a", "b", "c"])
        #expect(terminal.screen == ["x4", "y", "z"])
    }
}
