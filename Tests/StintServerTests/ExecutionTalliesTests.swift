import StintModel
import StintStorageTesting
import Testing

@testable import StintMetrics
@testable import StintServer

@Suite struct ExecutionTalliesTests {
    private static let here = Workspace.default
    private static let minute = Instant(rfc3339: "2026-11-20T12:00:00Z")!

    private static func start(waited microseconds: Int64? = nil) -> Contribution.Start {
        .init(minute: minute, queueWait: microseconds.map(TimeSpan.init(microseconds:)))
    }

    private static func finish(
        _ outcome: Outcome = .succeeded, ran microseconds: Int64? = nil, tokens: Tokens? = nil,
        costNanos: Int64? = nil, models: [String] = []
    ) -> Contribution.Finish {
        .init(
            minute: minute, outcome: outcome, isRedriven: false, hasConflict: false, goalMet: nil,
            duration: microseconds.map(TimeSpan.init(microseconds:)), total: nil, tokens: tokens,
            costNanos: costNanos,
            calls: models.map { .init(model: $0, tokens: Tokens(), latency: nil, costNanos: nil) })
    }

    private func page(_ tallies: ExecutionTallies, open: [ExecutionTallies.Open] = []) -> String {
        var page = MetricsPage(form: .prometheus)
        page.writeExecutions(tallies.tally(of: Self.here, open: open))
        return page.finished()
    }

    private func read(
        _ tallies: ExecutionTallies, open: [ExecutionTallies.Open] = []
    ) -> [String: Double] {
        let text = PrometheusText(page(tallies, open: open))
        #expect(text.faults == [])
        return text.samples
    }

    @Test func `starts and ends are counted by agent and status`() {
        let tallies = ExecutionTallies()
        tallies.add(Self.start(waited: 2_500_000), agent: "a", in: Self.here)
        tallies.add(Self.start(), agent: "a", in: Self.here)
        tallies.add(
            Self.finish(
                ran: 1_023, tokens: Tokens(input: 100, output: 30, cachedInput: 60, reasoning: 10),
                costNanos: 1_500_000, models: ["m", "m", ""]), agent: "a", in: Self.here)
        tallies.add(Self.finish(.timedOut, ran: 1_024), agent: "a", in: Self.here)
        tallies.add(Self.finish(.failed), agent: "b", in: Self.here)
        let samples = read(tallies, open: [.init(agent: "b", running: 2, queued: 1)])
        #expect(samples["stint_executions_started_total{agent=\"a\"}"] == 2)
        #expect(samples["stint_executions_started_total{agent=\"b\"}"] == 0)
        func finished(_ agent: String, _ status: String) -> Double? {
            samples["stint_executions_finished_total{agent=\"\(agent)\",status=\"\(status)\"}"]
        }
        #expect(finished("a", "succeeded") == 1)
        #expect(finished("a", "timed_out") == 1)
        #expect(finished("b", "failed") == 1)
        #expect(finished("b", "succeeded") == nil)
        #expect(samples["stint_executions_running{agent=\"b\"}"] == 2)
        #expect(samples["stint_executions_running{agent=\"a\"}"] == 0)
        #expect(samples["stint_executions_queued{agent=\"b\"}"] == 1)
        let wait = "stint_execution_queue_wait_seconds"
        #expect(samples["\(wait)_count{agent=\"a\"}"] == 1)
        #expect(samples["\(wait)_sum{agent=\"a\"}"] == 2.5)
        let duration = "stint_execution_duration_seconds"
        #expect(samples["\(duration)_bucket{agent=\"a\",le=\"0.001023\"}"] == 1)
        #expect(samples["\(duration)_bucket{agent=\"a\",le=\"0.002047\"}"] == 2)
        #expect(samples["\(duration)_count{agent=\"b\"}"] == nil)
        #expect(samples["stint_cost_usd_total{agent=\"a\"}"] == 0.0015)
        let kinds = ["input": 40.0, "cached_input": 60, "output": 20, "reasoning": 10]
        for (kind, count) in kinds {
            #expect(samples["stint_tokens_total{agent=\"a\",kind=\"\(kind)\"}"] == count)
        }
        #expect(samples["stint_model_calls_total{model=\"m\"}"] == 2)
        #expect(samples["stint_model_calls_total{model=\"unknown\"}"] == 1)
    }

    @Test func `another workspace sees none of it`() {
        let tallies = ExecutionTallies()
        tallies.add(Self.start(), agent: "secret", in: Workspace(rawValue: "theirs")!)
        #expect(!page(tallies).contains("secret"))
    }

    @Test func `an end that is told again counts again, and nothing is taken back`() {
        let tallies = ExecutionTallies()
        tallies.add(Self.finish(.failed), agent: "a", in: Self.here)
        tallies.add(Self.finish(.succeeded), agent: "a", in: Self.here)
        let samples = read(tallies)
        for status in ["failed", "succeeded"] {
            #expect(
                samples["stint_executions_finished_total{agent=\"a\",status=\"\(status)\"}"] == 1)
        }
    }

    @Test func `names beyond the limit count as other, and none is lost`() {
        var bounds = ExecutionTallies.Bounds()
        (bounds.agents, bounds.models) = (2, 1)
        let tallies = ExecutionTallies(bounds: bounds)
        // Somebody may call an agent that, too.
        for agent in ["other", "a", "b", "c", "d", "a"] {
            tallies.add(Self.start(), agent: agent, in: Self.here)
            tallies.add(Self.finish(models: [agent]), agent: agent, in: Self.here)
        }
        let samples = read(tallies, open: [.init(agent: "e", running: 1, queued: 0)])
        #expect(samples["stint_executions_started_total{agent=\"a\"}"] == 2)
        #expect(samples["stint_executions_started_total{agent=\"b\"}"] == 1)
        #expect(samples["stint_executions_started_total{agent=\"other\"}"] == 3)
        #expect(samples["stint_executions_running{agent=\"other\"}"] == 1)
        #expect(samples["stint_model_calls_total{model=\"a\"}"] == 2)
        #expect(samples["stint_model_calls_total{model=\"other\"}"] == 4)
    }

    @Test(arguments: ["a\"b", "a\\", "a\r\nstint_x 1\nb", "a\"\u{301}} 1", "{,}=", "\u{1F600} é"])
    func `a name cannot break out of its label`(_ name: String) {
        let tallies = ExecutionTallies()
        tallies.add(Self.start(), agent: name, in: Self.here)
        let samples = read(tallies)
        #expect(samples.keys.count { $0.hasPrefix("stint_executions_started_total{agent=\"") } == 1)
        #expect(samples["stint_x"] == nil)
    }

    @Test func `of each bound as many are counted as are no longer, and sketches agree`() {
        var generator = SeededGenerator(seed: 4)
        var histogram = SpanHistogram()
        var spans: [Int64] = [0, 1, 1_023, 1_024, 1 << 39, (1 << 39) - 1, .max, -5]
        for _ in 0..<2_000 {
            spans.append(
                Int64.random(
                    in: 0...1 << Int64.random(in: 1...41, using: &generator), using: &generator))
        }
        var sketch = Sketch()
        for span in spans {
            histogram.add(TimeSpan(microseconds: span))
            sketch.add(span)
        }
        let distribution = histogram.distribution
        #expect(distribution.counts.reduce(0, +) == spans.count)
        var passed = 0
        for (place, bound) in distribution.bounds.enumerated() {
            passed += distribution.counts[place]
            let limit = Int64((bound * 1_000_000).rounded())
            #expect(passed == spans.count { $0 <= limit })
            // A bucket ends at the bound.
            #expect(Sketch.bounds(of: Sketch.bucket(of: limit)).upperBound == limit)
        }
    }

    @Test func `the largest numbers do not overflow`() {
        let tallies = ExecutionTallies()
        for _ in 0..<3 {
            tallies.add(
                Self.finish(
                    ran: .max,
                    tokens: Tokens(input: .max, output: 0, cachedInput: .max, reasoning: 5),
                    costNanos: .max), agent: "a", in: Self.here)
        }
        let samples = read(tallies)
        #expect(samples["stint_cost_usd_total{agent=\"a\"}"] == Double(Int64.max) / 1e9)
        #expect(samples["stint_tokens_total{agent=\"a\",kind=\"output\"}"] == nil)
    }

    @Test func `many tasks count without losing one`() async {
        let tallies = ExecutionTallies()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        tallies.add(Self.start(), agent: "agent-\(task % 2)", in: Self.here)
                        tallies.add(Self.finish(ran: 5), agent: "all", in: Self.here)
                    }
                }
                group.addTask { _ = tallies.tally(of: Self.here, open: []) }
            }
        }
        let samples = read(tallies)
        #expect(samples["stint_executions_started_total{agent=\"agent-0\"}"] == 2_000)
        #expect(samples["stint_executions_started_total{agent=\"agent-1\"}"] == 2_000)
        #expect(samples["stint_execution_duration_seconds_count{agent=\"all\"}"] == 4_000)
    }
}
