/// Draws frames over each other, line by line, so that nothing flickers and what stood on the screen
/// before stays where it is.
///
/// The cursor stands below the frame, at the beginning of a line.
struct FramePainter: Sendable {
    /// What shows the cursor again, which is hidden from the first frame on.
    static let end = "\u{1B}[?25h"

    /// The columns of each line that stands on the screen; `nil` before the first frame.
    private var drawn: [Int]?

    /// What to write, in one piece, for the frame to take the place of the one before.
    ///
    /// - Parameter columns: Of the terminal. Where it became narrower, it may have folded the lines
    ///   of the frame before.
    mutating func frame(_ lines: [String], columns: Int) -> String {
        let rows = (drawn ?? []).reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
        var text = drawn == nil ? "\u{1B}[?25l" : ""
        if rows > 0 { text += "\r\u{1B}[\(rows)A" }
        for line in lines { text += "\(line)\u{1B}[K\n" }
        if lines.count < rows { text += "\u{1B}[J" }
        drawn = lines.map(\.withoutColors.columns)
        return text
    }
}
