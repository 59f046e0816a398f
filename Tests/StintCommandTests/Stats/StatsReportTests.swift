import Foundation
import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct StatsReportTests {
    /// The document of `Tests/Fixtures/metrics`.
    static func answer() throws -> MetricsBody {
        try JSONDecoder().decode(MetricsBody.self, from: Data(contentsOf: fixture))
    }

    static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/metrics/answer.json")

    private func lines(_ style: Style) throws -> [String] {
        StatsReport(figures: try Self.answer(), style: style).lines
    }

    @Test func `a terminal shows every block`() throws {
        #expect(
            try lines(.terminal(100)).joined(separator: "\n") == """
                6\u{202F}751 finished (+4.3 %)   98.0 % succeeded (-1.9 pt)   2 lost   4.69/min   median 8.09 s
                $189 for 81.4 % of calls   53.52 M tokens
                now 9 running   7 queued, for 12.5 s on average

                FINISHED  per minute   peak 8.40 at 11:00
                  8.40                                                       ▂▂▂▆▆▆███▇▇▇▅▅▅▇▇▇
                          ▂▂▂▄▄▄▃▃▃▁▁▁                                    ▅▅▅██████████████████
                       ███████████████▇▇▇▄▄▄▂▂▂                     ▂▂▂▆▆▆█████████████████████
                     0 ███████████████████████████▇▇▇▅▅▅▅▅▅▁▁▁▄▄▄▆▆▆███████████████████████████
                       Nov 27 14:24                                                       14:24

                LATENCY        P50     P75     P90     P95       P99    MEAN    OF
                queue       2.59 s  3.62 s  6.03 s  10.2 s    24.9 s  3.56 s  6749
                execution   8.09 s  37.4 s  63.3 s  82.0 s  3 m 50 s  26.2 s  6750
                end to end  12.6 s  41.1 s  66.8 s  85.6 s  3 m 51 s  29.7 s  6751
                percentiles within 0.8 % of the exact ones

                RAN FOR  EXECUTIONS   SHARE
                0-1s           1250  18.5 %  ███████████████████████████████
                1-5s            820  12.2 %  ████████████████████▍
                5-10s          1610  23.9 %  ████████████████████████████████████████
                10-30s         1105  16.4 %  ███████████████████████████▌
                30-60s         1240  18.4 %  ██████████████████████████████▊
                60s+            725  10.7 %  ██████████████████

                AGENT              EXECUTIONS  SUCCESS      MEAN       P50       P95   TOKENS      COST   PRICED
                support-triage           2063   98.8 %    6.90 s    6.43 s    10.1 s   6.49 M    $23.13  100.0 %
                tagger                   1607   99.5 %    840 ms    817 ms    1.27 s    524 k  no price    0.0 %
                trade-matching           1222   95.8 %    46.1 s    43.7 s    67.5 s  15.93 M    $54.12   97.3 %
                doc-summariser           1029   97.4 %    19.3 s    17.8 s    26.4 s  12.78 M    $44.64  100.0 %
                portfolio-planner         665   98.8 %    71.2 s    69.0 s   109.0 s   9.85 M    $33.72  100.0 %
                maze-experiment           165   90.3 %  3 m 42 s  3 m 27 s  5 m 28 s   7.95 M    $33.52   88.5 %

                MODEL       CALLS   TOKENS    MEAN      COST   PRICED
                large-2      9120  40.10 M  4.13 s      $170  100.0 %
                small-2      3310  11.00 M       –    $18.70   98.2 %
                local/tiny   2105   2.42 M  310 ms  no price    0.0 %

                LOAD       NOW    MEAN    PEAK
                CPU     61.3 %  49.3 %  60.5 %      ▃▃▄▄▄▄▅▅▃▃▄▄▅▅▃▃▄▄▄▄▃▃▄▄▄▄▅▅▄▄▄▄▅▅▃▃▄▄▅▅▃▃▄▄
                memory  48.5 %  48.5 %  48.5 %  ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                GPU          –       –       –  not reported
                9 of 16 slots busy, 57.3 % over the range   store 41.3 queries/s of 1.31 ms

                HABITS
                  most arrive at 11, 12, 10 h   fewest at 03, 04, 02 h   a day 6\u{202F}481 (mean of 12)   weekday 7\u{202F}012
                  weekend not known

                UNUSUAL
                03:00-03:40  drop           high
                    Arrivals fell to 4 in 40 minutes, 8 % of the usual 48.
                09:40-10:05  failure surge  medium
                    39.8 % of 103 failed between 09:40 and 10:05, usually 1.2 %; most are RateLimitError of
                    trade-matching (24 of 41).
                11:10-11:35  burst          medium
                    282 arrived, at most 68 in 5 minutes
                """)
    }

    @Test(arguments: [60, 72, 80, 100, 120, 140])
    func `no line is wider than the terminal`(_ width: Int) throws {
        for line in try lines(.terminal(width)) { #expect(line.columns <= width, "\(line)") }
    }

    @Test func `without UTF-8 everything is ASCII`() throws {
        var style = Style.terminal(100)
        style.isUnicode = false
        let lines = try lines(style)
        #expect(lines.joined().utf8.allSatisfy { $0 < 0x80 })
        #expect(lines.contains("60s+            725  10.7 %  ##################"))
    }

    @Test func `colours take no room`() throws {
        var style = Style.terminal(80)
        style.hasColors = true
        let painted = try lines(style)
        #expect(painted.map(\.withoutColors) == (try lines(.terminal(80))))
        #expect(painted[0].contains("succeeded\u{1B}[31m (-1.9 pt)\u{1B}[0m"))
    }

    @Test func `of an empty range is told that nothing finished, and what nobody reported`() throws
    {
        var figures = try Self.answer()
        figures.throughput?.n = 0
        figures.throughput?.peakThroughput = nil
        figures.throughput?.capacityUtilization = nil
        let none = LatencyBody.Figures(
            avg: nil, p50: nil, p75: nil, p90: nil, p95: nil, p99: nil, n: 0)
        figures.latency = LatencyBody(
            method: .exact, queueLatency: none, executionLatency: none, endToEndLatency: none,
            latencyDistribution: [], latencyTrend: [], latencyTrendStepSeconds: 3_600)
        figures.performance = PerformanceBody(
            totalExecutions: 0, successfulExecutions: 0, failedExecutions: 0,
            cancelledExecutions: 0, timedOutExecutions: 0, lostExecutions: 1, successRate: nil,
            failureRate: nil, cancellationRate: nil, failureRateWithLost: 100, tokens: nil,
            costUsd: nil, costKnownRate: nil, method: .exact, byAgent: [], byHour: [],
            vsLastPeriod: .init(
                executionsChange: nil, successRateChange: nil, latencyChange: nil, n: 0,
                reason: "Nothing finished in the period before."))
        figures.patterns = PatternsBody(
            timeline: [], bursts: [],
            patterns: .init(
                peakHours: [], quietHours: [], averageDaily: nil, weekdayAverage: nil,
                weekendAverage: nil, days: 0), anomalies: [])
        figures.resources = ResourcesBody(
            compute: .init(cpuUsage: nil, memoryUsage: nil, gpuUsage: nil), modelUsage: [],
            databaseLoad: .init(connections: nil, queryRate: nil, avgQueryTime: nil, n: nil))
        figures.realtime?.systemLoad = .init(
            cpu: nil, memory: nil,
            workers: .init(total: nil, busy: nil, idle: nil, silent: nil, reporting: 0))
        #expect(
            StatsReport(figures: figures, style: .terminal(80)).lines.joined(separator: "\n") == """
                nothing finished   1 lost
                now 9 running   7 queued, for 12.5 s on average

                LOAD    NOW  MEAN  PEAK
                CPU       –     –     –  not reported
                memory    –     –     –  not reported
                GPU       –     –     –  not reported
                workers not reported

                Nothing unusual.
                """)
    }

    @Test func `of many agents a terminal shows the busiest, a pipe all`() throws {
        var figures = try Self.answer()
        let agent = try #require(figures.performance?.byAgent.first)
        figures.performance?.byAgent = (1...23).map { number in
            var agent = agent
            agent.agentName = "agent-\(number)"
            agent.executions = Int64(number)
            return agent
        }
        let shown = StatsReport(figures: figures, style: .terminal(100)).lines
        #expect(shown.contains { $0.hasPrefix("agent-4 ") })
        #expect(!shown.contains { $0.hasPrefix("agent-3 ") })
        #expect(shown.contains("… 3 more (--wide)"))
        let piped = StatsReport(figures: figures, style: .piped).lines
        #expect(piped.contains { $0.hasPrefix("agent-1 ") })
    }

    @Test func `a stranger's text cannot steer the terminal`() throws {
        var figures = try Self.answer()
        figures.performance?.byAgent[0].agentName = "a\u{1B}[2Jb"
        figures.resources?.modelUsage[0].model = "m\u{9B}c"
        figures.patterns?.anomalies[0].description = "d\u{1B}]0;e\u{7}"
        figures.patterns?.anomalies[0].type = "spike\u{1B}"
        for line in StatsReport(figures: figures, style: .terminal(120)).lines {
            #expect(
                !line.unicodeScalars.contains {
                    $0.value < 0x20 || (0x7F..<0xA0).contains($0.value)
                })
        }
    }
}
