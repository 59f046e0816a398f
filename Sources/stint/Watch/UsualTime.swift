import StintModel
import StintWire

/// How long the executions of an agent run, by those that finished in the last 24 hours.
struct UsualTime: Hashable, Sendable {
    /// From fewer finished ones nothing is said.
    static let leastFinished = 10

    var median: TimeSpan
    var p95: TimeSpan

    init(median: TimeSpan, p95: TimeSpan) {
        self.median = median
        self.p95 = p95
    }

    /// - Returns: `nil` where too few finished.
    init?(_ figures: AgentFiguresBody) {
        guard figures.n >= Self.leastFinished,
            let median = figures.p50.flatMap({ TimeSpan(seconds: $0) }),
            let p95 = figures.p95.flatMap({ TimeSpan(seconds: $0) }), p95 > .zero
        else { return nil }
        self.init(median: median, p95: p95)
    }

    /// The time that passed, in times of ``p95``.
    func share(_ elapsed: TimeSpan) -> Double {
        Double(elapsed.microseconds) / Double(p95.microseconds)
    }

    /// `usually 21 s more`, `past the median`, `1.3 × p95`, `over 99 × p95`.
    func words(_ elapsed: TimeSpan, unicode: Bool) -> String {
        if elapsed > p95 {
            let tenths = Int64((share(elapsed) * 10).rounded())
            let times =
                tenths < 100
                ? NumberFormat.decimal(tenths, places: 1)
                : tenths < 995 ? "\((tenths + 5) / 10)" : "over 99"
            return "\(times) \(unicode ? "×" : "x") p95"
        }
        if elapsed >= median { return "past the median" }
        let rest = TimeSpan(microseconds: median.microseconds - elapsed.microseconds)
        return "usually \(DurationFormat.estimate(rest)) more"
    }

    /// The time that passed as a bar whose full width is ``p95``, with a tick at the median. Past
    /// that it is hatched, and its full width is the time that passed, with ticks at both.
    func bar(_ elapsed: TimeSpan, cells: Int, unicode: Bool) -> String {
        let isPast = elapsed > p95
        let whole = max(elapsed, p95)
        func cell(_ span: TimeSpan) -> Int {
            Int(Double(cells) * Double(span.microseconds) / Double(whole.microseconds))
        }
        let signs: [Character] = unicode ? ["▓", "█", "░", "┃"] : ["%", "#", ".", "|"]
        let filled = elapsed > .zero ? max(1, cell(elapsed)) : 0
        let ticks = isPast ? [cell(median), cell(p95)] : [cell(median)]
        return String(
            (0..<cells).map { index in
                if ticks.contains(where: { min($0, cells - 1) == index }) { return signs[3] }
                return index < filled ? signs[isPast ? 0 : 1] : signs[2]
            })
    }

    /// The bar of what is silent.
    static func silence(cells: Int, unicode: Bool) -> String {
        String(repeating: unicode ? "╱" : "/", count: cells)
    }
}

/// How long each step of an agent takes, by its executions that succeeded last.
struct UsualSteps: Hashable, Sendable {
    /// How many executions are asked for.
    static let asked = 50

    /// The median, by name.
    private var medians: [String: TimeSpan] = [:]

    init(_ executions: [ExecutionBody]) {
        var spans: [String: [TimeSpan]] = [:]
        for step in executions.flatMap({ $0.steps ?? [] }) where step.standing == .succeeded {
            guard let name = step.name ?? step.key, let span = step.duration else { continue }
            spans[name, default: []].append(span)
        }
        for (name, spans) in spans where spans.count >= UsualTime.leastFinished {
            medians[name] = spans.sorted()[(spans.count - 1) / 2]
        }
    }

    subscript(_ name: String) -> TimeSpan? { medians[name] }
}
