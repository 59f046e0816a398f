import Foundation
public import StintModel

extension TrueFigures {
    /// The answer to a question about a window, as far as it follows from executions alone.
    ///
    /// - Parameter history: What usual hours and days are told from.
    public func answer(patternsOver history: Range<Instant>) -> TrueFigure {
        [
            "from": .instant(window.lowerBound),
            "to": .instant(window.upperBound),
            "tz": .text(time.zone.identifier),
            "throughput": throughput,
            "latency": latency,
            "performance": performance,
            "patterns": ["timeline": timeline, "patterns": patterns(over: history)],
            "resources": ["modelUsage": modelUsage],
        ]
    }
}
