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

    /// What stands beside it as the equal period just before.
    public var previous: TrueFigure {
        let before = before
        return [
            "from": .instant(before.window.lowerBound),
            "to": .instant(before.window.upperBound),
            "throughput": before.throughput,
            "latency": before.latency,
            "performance": before.performance,
            "patterns": ["timeline": before.timeline],
        ]
    }
}
