import HTTPTypes
import Testing

@testable import StintServer

@Suite struct MetricsPageTests {
    private func page(_ form: MetricsPage.Form) -> String {
        var page = MetricsPage(form: form)
        page.counter(
            "stint_things", "Things seen.",
            [MetricsPage.Sample(["kind": "a\"b\\c\nd"], 2), MetricsPage.Sample(["kind": "e"], 3)])
        page.gauge("stint_level", "How high.", 1.5)
        var distribution = Distribution(bounds: [1, 2])
        for sample in [0.5, 1, 1.5, 7] { distribution.add(sample) }
        page.histogram(
            "stint_seconds", "How long.", [MetricsPage.Sample(["route": "/x"], distribution)])
        return page.finished()
    }

    private let samples = #"""
        stint_things_total{kind="a\"b\\c\nd"} 2
        stint_things_total{kind="e"} 3
        # HELP stint_level How high.
        # TYPE stint_level gauge
        stint_level 1.5
        # HELP stint_seconds How long.
        # TYPE stint_seconds histogram
        stint_seconds_bucket{route="/x",le="1.0"} 2
        stint_seconds_bucket{route="/x",le="2.0"} 3
        stint_seconds_bucket{route="/x",le="+Inf"} 4
        stint_seconds_sum{route="/x"} 10.0
        stint_seconds_count{route="/x"} 4

        """#

    @Test func `a counter of Prometheus is named in full`() {
        let head = """
            # HELP stint_things_total Things seen.
            # TYPE stint_things_total counter

            """
        #expect(page(.prometheus) == head + samples)
    }

    @Test func `OpenMetrics names the family, and says where it ends`() {
        let head = """
            # HELP stint_things Things seen.
            # TYPE stint_things counter

            """
        #expect(page(.openMetrics) == head + samples + "# EOF\n")
    }

    @Test func `many tasks count without losing one`() async throws {
        let metrics = ServerMetrics()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        metrics.eventsAccepted.add()
                        metrics.problems.add("code\(task % 2)")
                        metrics.count(
                            route: "/x", method: .get, status: .ok, latency: .milliseconds(1))
                        metrics.groupSizes.add(1)
                    }
                }
            }
        }
        #expect(metrics.eventsAccepted.value == 8_000)
        #expect(metrics.problems.values == ["code0": 4_000, "code1": 4_000])
        let tally = try #require(metrics.routes["/x"])
        #expect(tally.outcomes.values.reduce(0, +) == 8_000)
        #expect(tally.seconds.counts.reduce(0, +) == 8_000)
        #expect(metrics.groupSizes.value.counts.reduce(0, +) == 8_000)
    }
}
