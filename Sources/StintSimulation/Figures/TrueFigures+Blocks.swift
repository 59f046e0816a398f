import StintModel

extension TrueFigures {
    /// The answer to a question about a window, as far as it follows from executions alone.
    public var answer: TrueFigure {
        [
            "from": .instant(window.lowerBound),
            "to": .instant(window.upperBound),
            "throughput": throughput,
            "latency": latency,
            "performance": performance,
            "patterns": ["timeline": timeline, "patterns": patterns(over: history)],
            "resources": ["modelUsage": modelUsage],
        ]
    }
}
