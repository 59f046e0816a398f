import StintMetrics
import StintModel
import Testing

@Suite struct LoadTests {
    @Test func `a worker counts in the step of its report and the five after it`() {
        let report = WorkerReport(worker: "a", capacity: 4, busy: 1, cpu: 80)
        for first in Int64(95)...110 {
            var summation = LoadSummation(steps: 100..<110)
            let counts = max(0, min(first + 6, 110) - max(first, 100))
            if LoadSummation.reportSteps(for: 100..<110).contains(first) {
                summation.add(report, in: first)
            }
            let sums = summation.finish()
            #expect(sums.cpu.count == counts)
            #expect(sums.utilization.count == counts)
            #expect(sums.utilization.mean == (counts > 0 ? 25 : nil))
            #expect(sums.largestTotal == (counts > 0 ? 4 : nil))
        }
    }

    @Test func `what nobody told is unknown, and no zero`() {
        var moment = LoadMoment()
        moment.add(WorkerReport(worker: "a"))
        #expect(moment == LoadMoment())
        #expect(moment.total == nil && moment.busy == nil && moment.idle == nil)
        #expect(moment.cpu.mean == nil && moment.utilization == nil)
        moment.add(WorkerReport(worker: "b", capacity: 3))
        #expect(moment.total == 3 && moment.busy == nil && moment.utilization == nil)
        // Only those who tell both have a utilisation.
        moment.add(WorkerReport(worker: "c", capacity: 2, busy: 1))
        #expect(moment.total == 5 && moment.busy == 1 && moment.idle == 4)
        #expect(moment.utilization == 50)
    }

    @Test(arguments: [Int64.max, Int64.max / 2, -5])
    func `absurd numbers do no harm`(_ number: Int64) {
        var moment = LoadMoment()
        for name in ["a", "b", "c"] {
            moment.add(
                WorkerReport(
                    worker: name, capacity: number, busy: number, cpu: .nan, memory: .infinity))
        }
        #expect((moment.busy ?? 0) <= (moment.total ?? 0))
        #expect(moment.cpu.mean == nil && moment.memory.mean == 100)
        var hour = LoadHour()
        var sums = LoadSums()
        sums.add(moment)
        hour[3] = sums
        #expect(hour.encoded.withUnsafeBytes { LoadHour(encoded: $0) } == hour)
    }

    @Test(arguments: 0..<20)
    func `sums of parts are the sum of the whole`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let reports = (0..<300).map { _ in
            (
                step: Int64.random(in: -40..<90, using: &random),
                report: WorkerReport(
                    worker: random.pick(["a", "b", "c", "d"]),
                    capacity: random.chance(0.8) ? Int64.random(in: 0...9, using: &random) : nil,
                    busy: random.chance(0.8) ? Int64.random(in: 0...9, using: &random) : nil,
                    cpu: random.chance(0.8) ? Double.random(in: 0...100, using: &random) : nil,
                    gpu: random.chance(0.2) ? Double.random(in: 0...100, using: &random) : nil)
            )
        }.sorted { $0.step < $1.step }
        func sums(_ steps: Range<Int64>) -> LoadSums {
            var summation = LoadSummation(steps: steps)
            let due = LoadSummation.reportSteps(for: steps)
            for next in reports where due.contains(next.step) {
                summation.add(next.report, in: next.step)
            }
            return summation.finish()
        }
        let cuts =
            [-40] + (0..<4).map { _ in Int64.random(in: -40...90, using: &random) }.sorted() + [90]
        var parts = LoadSums()
        for (start, end) in zip(cuts, cuts.dropFirst()) { parts.add(sums(start..<end)) }
        #expect(parts == sums(-40..<90))
        #expect(parts.cpu.count > 100)
    }

    @Test func `an hour is read back as it was written, and damage is no hour`() {
        var random = SeededGenerator(seed: 1)
        var hour = LoadHour()
        for place in 0..<12 where place % 3 != 1 {
            var sums = LoadSums()
            if place % 2 == 0 {
                sums.largestTotal = Int64.random(in: 0...Int64.max, using: &random)
            }
            sums.cpu = ShareSum(sum: Int64.random(in: 0...1 << 50, using: &random), count: 30)
            hour[place] = sums
        }
        let bytes = hour.encoded
        #expect(bytes.withUnsafeBytes { LoadHour(encoded: $0) } == hour)
        #expect(hour[0] != nil && hour[1] == nil)
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            #expect(cut.withUnsafeBytes { LoadHour(encoded: $0) } != hour)
        }
        #expect([2 as UInt8].withUnsafeBytes { LoadHour(encoded: $0) } == nil)
        #expect(
            ([1, 12] + [UInt8](repeating: 0, count: 56)).withUnsafeBytes { LoadHour(encoded: $0) }
                == nil)
    }

    @Test(arguments: [Int64(-7), -1, 0, 1, 29, 30, 359, 360, 59_000_000])
    func `steps, buckets and hours fit into each other, before 1970 too`(_ step: Int64) {
        let start = Instant(microseconds: step * 10_000_000)
        #expect(LoadGrid.step(of: start) == step)
        #expect(LoadGrid.step(of: start + TimeSpan(microseconds: 9_999_999)) == step)
        let bucket = LoadGrid.bucket(ofStep: step)
        #expect(LoadGrid.steps(ofBucket: bucket).contains(step))
        #expect(LoadGrid.start(ofBucket: bucket) <= start)
        #expect(
            LoadGrid.hour(ofBucket: bucket) * 12 + Int64(LoadGrid.place(ofBucket: bucket)) == bucket
        )
        // A window has the steps that begin in it.
        let microsecond = TimeSpan(microseconds: 1)
        #expect(LoadGrid.steps(from: start, to: start + microsecond) == step..<step + 1)
        #expect(LoadGrid.steps(from: start + microsecond, to: start + .seconds(10)).isEmpty)
    }
}
