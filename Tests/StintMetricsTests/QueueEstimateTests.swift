import StintModel
import Testing

@testable import StintMetrics

@Suite struct QueueEstimateTests {
    private func end(_ low: Int64, _ median: Int64, _ high: Int64) -> QueueEstimate.End {
        QueueEstimate.End(
            RemainingTime.Estimate(
                median: .seconds(median), low: .seconds(low), high: .seconds(high)), elapsed: .zero)
    }

    @Test func `a place that an idle slot awaits starts now, and the next waits its turn`() {
        let estimate = QueueEstimate(starts: 90, idle: 2, ends: [])
        #expect(
            (1...4).map { estimate.wait(ofPlace: $0) } == [
                .zero, .zero, .seconds(10), .seconds(20),
            ])
    }

    @Test func `without starts, idle slots or known ends there is no estimate`() {
        #expect(QueueEstimate(starts: 4, idle: nil, ends: []).wait(ofPlace: 1) == nil)
        #expect(QueueEstimate(starts: 5, idle: nil, ends: []).wait(ofPlace: 1) == .seconds(180))
        let ends = [end(10, 20, 30), end(10, 20, 30), end(10, 20, 30), end(10, 20, 30)]
        let full = QueueEstimate(starts: 0, idle: 0, ends: ends)
        #expect(full.wait(ofPlace: 2) == .seconds(20))
        #expect(full.wait(ofPlace: 3) == nil)
        let draining = QueueEstimate(starts: 9, idle: 0, ends: ends)
        #expect(draining.wait(ofPlace: 3) == .seconds(120))
    }

    @Test func `what is overdue is expected to end at once, not in the past`() {
        let estimate = RemainingTime.Estimate(
            median: .seconds(5), low: .seconds(4), high: .seconds(6))
        let ends = [QueueEstimate.End](
            repeating: QueueEstimate.End(estimate, elapsed: .seconds(60)), count: 2)
        let wait = QueueEstimate(starts: 0, idle: 0, ends: ends).wait(ofPlace: 1)
        #expect(wait.map { (TimeSpan.zero...TimeSpan.seconds(1)).contains($0) } == true)
    }

    /// Eight servers that are never out of work, with exponential times of service.
    @Test(arguments: [true, false])
    func `half of the waits behind busy servers are within a quarter`(_ knowsEnds: Bool) {
        var errors: [Double] = []
        var generator = SeededGenerator(seed: 4)
        var sketch = Sketch()
        for _ in 0..<5_000 { sketch.add(Int64(generator.exponential(mean: 30) * 1_000_000)) }
        var sample = RemainingTime.Sample()
        sample.add(sketch, weight: 1)
        let runtimes = RemainingTime(sample)
        for _ in 0..<60 {
            // The start and the end of what each server does.
            var servers = (0..<8).map { _ in (start: 0.0, end: generator.exponential(mean: 30)) }
            var starts: [Double] = []
            var atNow: [(start: Double, end: Double)] = []
            let now = 1_000.0
            while starts.last ?? 0 < now + 400 {
                let next = servers.indices.min { servers[$0].end < servers[$1].end } ?? 0
                let time = servers[next].end
                if time > now, atNow.isEmpty { atNow = servers }
                servers[next] = (time, time + generator.exponential(mean: 30))
                starts.append(time)
            }
            let ends = atNow.compactMap { server in
                let elapsed = TimeSpan(microseconds: Int64((now - server.start) * 1_000_000))
                return runtimes.estimate(elapsed: elapsed).map {
                    QueueEstimate.End($0, elapsed: elapsed)
                }
            }
            let recent = starts.filter { (now - 900...now).contains($0) }.count
            let estimate = QueueEstimate(starts: recent, idle: 0, ends: knowsEnds ? ends : [])
            let actual = starts.filter { $0 > now }
            for place in 4...40 {
                let wait = estimate.wait(ofPlace: place)?.seconds ?? .infinity
                let waited = actual[place - 1] - now
                errors.append(abs(wait - waited) / waited)
            }
        }
        errors.sort()
        #expect(errors[errors.count / 2] < 0.25)
    }
}
