/// A series drawn with columns of blocks, from nothing at the bottom to its top.
struct ColumnChart {
    /// What each column shows: a value, or `nil` where none is known.
    let columns: [Double?]
    /// What a full column shows.
    let top: Double

    /// - Parameters:
    ///   - values: None is negative.
    ///   - room: The most columns it may take, at least 1. Where there are more values, as many as
    ///     needed share a column, which shows their mean; where there is room, one takes up to four.
    ///   - top: What a full column shows; `nil` for the largest value that one does.
    init(_ values: [Double?], room: Int, top: Double? = nil) {
        let shared = max(1, (values.count + room - 1) / room)
        let means = stride(from: 0, to: values.count, by: shared).map { start in
            Self.mean(values[start..<min(values.count, start + shared)])
        }
        let breadth = means.isEmpty ? 1 : min(4, max(1, room / means.count))
        columns = means.flatMap { repeatElement($0, count: breadth) }
        self.top = top ?? means.reduce(0) { max($0, $1 ?? 0) }
    }

    /// Lines from the top down. However small, a value that is not 0 leaves a mark.
    func lines(height: Int, unicode: Bool) -> [String] {
        let marks: [Character] = unicode ? Array(" ▁▂▃▄▅▆▇█") : [" ", ".", ":", "#"]
        let steps = marks.count - 1
        return (0..<height).map { line in
            let below = (height - 1 - line) * steps
            return String(
                columns.map { value in
                    guard let value, value > 0, top > 0 else { return marks[0] }
                    let level = max(1, Int((value / top * Double(height * steps)).rounded()))
                    return marks[min(max(level - below, 0), steps)]
                })
        }
    }

    private static func mean(_ values: ArraySlice<Double?>) -> Double? {
        let known = values.compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}

/// A share drawn as a bar from the left.
enum Bar {
    /// - Parameters:
    ///   - share: From 0 through 1. However small, one that is not 0 leaves a mark.
    ///   - cells: The columns of a whole one.
    static func drawn(_ share: Double, cells: Int, unicode: Bool) -> String {
        guard share > 0 else { return "" }
        guard unicode else {
            return String(repeating: "#", count: max(1, Int((share * Double(cells)).rounded())))
        }
        let eighths = max(1, Int((share * Double(cells * 8)).rounded()))
        let (whole, rest) = eighths.quotientAndRemainder(dividingBy: 8)
        let end = rest == 0 ? "" : String(Array("▏▎▍▌▋▊▉")[rest - 1])
        return String(repeating: "█", count: whole) + end
    }
}
