import StintModel
import StintWire

/// The tries of one step on the time of its execution, as a bar and in words.
struct TryBar {
    private var tries: [(from: TimeSpan, to: TimeSpan)]
    private var whole: TimeSpan

    /// - Returns: `nil` unless every try has a start and an end, and the execution took time.
    init?(_ history: StepHistory, from start: Instant, to end: Instant) {
        whole = end.since(start)
        guard whole > .zero else { return nil }
        tries = []
        for step in history.tries {
            guard let began = step.startedAt, let ended = step.finishedAt else { return nil }
            let from = min(max(began.since(start), .zero), whole)
            tries.append((from, min(max(ended.since(start), from), whole)))
        }
    }

    /// `├──────■■■■■■········■■■■■■■┤`: a line before the first try, dots between tries.
    func drawn(cells: Int, unicode: Bool) -> String {
        let line: Character = unicode ? "─" : "-"
        var bar = [Character](repeating: line, count: cells)
        func cell(_ span: TimeSpan) -> Int {
            Int(Double(span.microseconds) / Double(whole.microseconds) * Double(cells))
        }
        if let first = tries.first, let last = tries.last {
            for index in cell(first.from)..<max(cell(first.from), min(cells, cell(last.to))) {
                bar[index] = unicode ? "·" : "."
            }
        }
        for (from, to) in tries {
            // However short it was, a try takes a cell.
            let begin = min(cell(from), cells - 1)
            for index in begin..<max(begin + 1, min(cells, cell(to))) {
                bar[index] = unicode ? "■" : "#"
            }
        }
        return unicode ? "├\(String(bar))┤" : "|\(String(bar))|"
    }

    /// `3 attempts of 5.21, 6.14, 7.80 s; waited 3.99 and 16.0 s between them`.
    var words: String {
        let spans = tries.map { $0.to.microseconds - $0.from.microseconds }
        let waits = zip(tries.dropFirst(), tries).map {
            max(0, $0.from.microseconds - $1.to.microseconds)
        }
        return "\(tries.count) attempts of \(Self.listed(spans, last: ", ")); "
            + "waited \(Self.listed(waits, last: " and ")) between them"
    }

    /// Durations with their unit once, where they share it.
    private static func listed(_ spans: [Int64], last: String) -> String {
        var texts = spans.map { DurationFormat.exact(TimeSpan(microseconds: $0)) }
        let units = Set(texts.map { text in text.drop { $0.isNumber || $0 == "." } })
        if units.count == 1, let unit = units.first {
            texts = texts.dropLast().map { String($0.dropLast(unit.count)) } + texts.suffix(1)
        }
        guard let end = texts.last, texts.count > 1 else { return texts.first ?? "" }
        return texts.dropLast().joined(separator: ", ") + last + end
    }
}
