import StintModel
import StintWire

/// What `stint stats` tells of a range of time: a block for each question, and none for what was
/// not asked.
struct StatsReport {
    var figures: MetricsBody
    var style: Style

    var lines: [String] {
        let performance = figures.performance
        let blocks = [
            headline, throughput,
            figures.latency.map { LatencyReport(latency: $0, style: style) }?.lines ?? [],
            AgentsTable(agents: performance?.byAgent ?? [], style: style).lines,
            ModelsTable(models: figures.resources?.modelUsage ?? [], style: style).lines,
            LoadReport(figures: figures, style: style).lines, habits,
            figures.patterns.map { UnusualTable(patterns: $0, style: style).lines } ?? [],
        ]
        return blocks.filter { !$0.isEmpty }.enumerated()
            .flatMap { index, block in index == 0 ? block : [""] + block }
    }

    // MARK: In a glance

    private var headline: [String] {
        (style.filled(results) + style.filled(present)).filter { !$0.isEmpty }
    }

    /// How much finished, how well, how fast, at what cost.
    private var results: [String] {
        guard let performance = figures.performance else { return [] }
        let count = NumberFormat.count(
            performance.totalExecutions, separator: style.thousands)
        let change = performance.vsLastPeriod
        var parts = ["\(count) finished" + bracketed(change.executionsChange, "%")]
        if performance.totalExecutions == 0 { parts = ["nothing finished"] }
        if let rate = performance.successRate {
            let points = change.successRateChange
            let color: Color? = points.map { $0 < 0 ? .red : .green }
            parts.append(
                "\(NumberFormat.percent(rate)) succeeded"
                    + style.painted(bracketed(points, "pt"), points == 0 ? nil : color))
        }
        if performance.lostExecutions > 0 {
            let lost = NumberFormat.count(
                performance.lostExecutions, separator: style.thousands)
            parts.append(style.painted("\(lost) lost", StatusSign.lost.color))
        }
        if performance.totalExecutions > 0, let rate = figures.throughput?.executionsPerMinute {
            parts.append("\(NumberFormat.rate(rate))/min")
        }
        if let median = figures.latency?.executionLatency.median {
            parts.append(
                "median \(style.seconds(median))" + bracketed(change.latencyChange, "%"))
        }
        parts += [cost(performance), tokens(performance)].compactMap(\.self)
        return parts
    }

    private func bracketed(_ change: Double?, _ unit: String) -> String {
        change.map { " (\(NumberFormat.change($0, unit)))" } ?? ""
    }

    /// The cost, and of which share of the calls it is the cost.
    private func cost(_ performance: PerformanceBody) -> String? {
        guard let usd = performance.costUsd else {
            return performance.costKnownRate == nil ? nil : "no price"
        }
        guard let text = NumberFormat.cost(usd, separator: style.thousands) else { return nil }
        guard let rate = performance.costKnownRate, rate < 100 else { return text }
        return "\(text) for \(NumberFormat.percent(rate)) of calls"
    }

    private func tokens(_ performance: PerformanceBody) -> String? {
        guard performance.totalExecutions > 0 else { return nil }
        return performance.tokens.map { "\(NumberFormat.compact($0)) tokens" }
            ?? "tokens not reported"
    }

    /// How things stand now.
    private var present: [String] {
        guard let realtime = figures.realtime else { return [] }
        let running = NumberFormat.count(realtime.currentlyRunning, separator: style.thousands)
        let queued = NumberFormat.count(realtime.queueDepth, separator: style.thousands)
        let waited = realtime.avgQueueWaitTime.map { ", for \(style.seconds($0)) on average" }
        let overdue = realtime.executionsInProgress.count { $0.overdue == true }
        return [
            "now \(running) running" + (overdue > 0 ? " (\(overdue) slow)" : ""),
            "\(queued) queued" + (waited ?? ""),
        ]
    }

    // MARK: Over time

    private static let chartHeight = 4

    private var throughput: [String] {
        guard let throughput = figures.throughput, throughput.n > 0,
            let peak = throughput.peakThroughput, let value = peak.value
        else { return [] }
        let room = max(10, min((style.width ?? 100) - 8, 120))
        let chart = ColumnChart(throughput.throughputTrend.map(\.value), room: room)
        let (top, bottom) = (NumberFormat.rate(chart.top), "0")
        let margin = max(top.count, bottom.count)
        func row(_ label: String, _ line: String) -> String {
            let padding = String(repeating: " ", count: margin - label.count)
            return "  \(padding)\(label) \(line)".trimmedAtEnd
        }
        let columns = chart.lines(height: Self.chartHeight, unicode: style.isUnicode)
        let rows = columns.enumerated().map { index, line in
            row(index == 0 ? top : index == columns.count - 1 ? bottom : "", line)
        }
        let title = style.filled([
            "FINISHED  per minute",
            "peak \(NumberFormat.rate(value)) at \(style.time.minute(peak.timestamp))",
        ])
        return title + rows + [row("", axis(chart.columns.count))]
    }

    /// Where the range begins and ends, under the first and last column.
    private func axis(_ columns: Int) -> String {
        let (start, end) = (style.time.minute(figures.from), style.time.minute(figures.to))
        let gap = columns - start.count - end.count
        return gap < 1 ? start : start + String(repeating: " ", count: gap) + end
    }

    private var habits: [String] {
        guard let habits = figures.patterns?.patterns, !habits.peakHours.isEmpty else { return [] }
        func hours(_ hours: [Int64]) -> String {
            hours.map { NumberFormat.padded($0, digits: 2) }.joined(separator: ", ")
        }
        func count(_ average: Double?) -> String {
            average.flatMap { Int64(exactly: $0.rounded()) }
                .map { NumberFormat.count($0, separator: style.thousands) } ?? "not known"
        }
        var parts = [
            "most arrive at \(hours(habits.peakHours)) h",
            "fewest at \(hours(habits.quietHours)) h",
        ]
        if habits.days > 0 {
            parts += [
                "a day \(count(habits.averageDaily)) (mean of \(habits.days))",
                "weekday \(count(habits.weekdayAverage))",
                "weekend \(count(habits.weekendAverage))",
            ]
        }
        return ["HABITS"] + style.filled(parts, indentation: 2)
    }
}

extension Style {
    /// Seconds as the interface sends them.
    func seconds(_ seconds: Double?) -> String {
        seconds.flatMap { TimeSpan(seconds: $0) }.map(DurationFormat.exact) ?? missing
    }

    /// Parts beside each other, in as many lines as the width takes.
    func filled(
        _ parts: [String], separator: String = "   ", indentation: Int = 0
    ) -> [String] {
        let margin = String(repeating: " ", count: indentation)
        var lines: [String] = []
        for part in parts {
            let joined = lines.last.map { $0 + separator + part }
            if let joined, joined.withoutColors.columns <= width ?? .max {
                lines[lines.count - 1] = joined
            } else {
                lines.append(margin + part)
            }
        }
        return lines
    }
}

extension String {
    /// Colours take no room.
    var withoutColors: String {
        replacing(/\u{1B}\[\d+m/, with: "")
    }

    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
