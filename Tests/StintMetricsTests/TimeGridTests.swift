import StintMetrics
import StintModel
import Testing

@Suite struct TimeGridTests {
    private func grid(
        _ from: String, _ to: String, in zone: String = "UTC", most: Int = 400
    ) throws -> TimeGrid? {
        TimeGrid(
            from: try #require(Instant(rfc3339: from)), to: try #require(Instant(rfc3339: to)),
            zone: try #require(ZoneRules(identifier: zone)), most: most)
    }

    @Test(arguments: [
        ("2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", TimeGrid.Step.minute, 60),
        ("2026-11-20T10:00:30Z", "2026-11-20T11:00:30Z", .minute, 61),
        ("2026-11-20T00:00:00Z", "2026-11-20T06:40:00Z", .minute, 400),
        ("2026-11-20T00:00:00Z", "2026-11-20T06:40:01Z", .fiveMinutes, 81),
        ("2026-11-19T10:00:00Z", "2026-11-20T10:00:00Z", .fiveMinutes, 288),
        ("2026-11-17T10:00:00Z", "2026-11-20T10:00:00Z", .quarterHour, 288),
        ("2026-11-13T10:00:00Z", "2026-11-20T10:00:00Z", .hour, 168),
        ("2026-10-21T10:00:00Z", "2026-11-20T10:00:00Z", .sixHours, 121),
        ("2025-11-20T10:00:00Z", "2026-11-20T10:00:00Z", .day, 366),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000001Z", .minute, 1),
    ])
    func `the step is the smallest that gives at most 400 points`(
        _ from: String, _ to: String, _ step: TimeGrid.Step, _ count: Int
    ) throws {
        let grid = try #require(try grid(from, to))
        #expect(grid.step == step)
        #expect(grid.count == count)
    }

    @Test func `an empty range and one of too many days have no grid`() throws {
        #expect(try grid("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z") == nil)
        #expect(try grid("2026-11-20T10:00:00Z", "2026-11-20T09:00:00Z") == nil)
        #expect(try grid("2025-01-01T00:00:00Z", "2026-11-20T09:00:00Z") == nil)
        #expect(try grid("0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z") == nil)
        let most = Instant(microseconds: .min)..<Instant(microseconds: .max)
        #expect(TimeGrid(from: most.lowerBound, to: most.upperBound, zone: .utc) == nil)
    }

    @Test func `the first step contains the start and the last ends at or after the end`() throws {
        let grid = try #require(
            try grid("2026-11-20T10:07:00Z", "2026-11-22T10:08:00Z", in: "Asia/Kathmandu"))
        #expect(grid.step == .quarterHour)
        #expect(grid.starts.first?.rfc3339 == "2026-11-20T10:00:00.000000Z")
        #expect(grid.range.upperBound.rfc3339 == "2026-11-22T10:15:00.000000Z")
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", [5, 6, 6, 6]),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", [7, 6, 6, 6]),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", [5, 6, 6, 6]),
    ])
    func `steps of six hours start where a clock shows 0, 6, 12 and 18`(
        _ zone: String, _ from: String, _ to: String, _ hours: [Int64]
    ) throws {
        let grid = try #require(try grid(from, to, in: zone, most: 10))
        #expect(grid.step == .sixHours)
        let lengths = (0..<grid.count).map {
            grid.range(of: $0).upperBound.since(grid.range(of: $0).lowerBound)
        }
        #expect(lengths == hours.map { .seconds($0 * 3_600) })
    }

    @Test func `the last hour of a day of 23 and a half is a half`() throws {
        let grid = try #require(
            try grid(
                "2026-10-03T13:30:00Z", "2026-10-04T14:00:00Z", in: "Australia/Lord_Howe",
                most: 30))
        #expect(grid.count == 25)
        #expect(
            grid.range(of: 23).upperBound.since(grid.range(of: 23).lowerBound) == .seconds(1_800))
        #expect(grid.range(of: 24).lowerBound.rfc3339 == "2026-10-04T13:00:00.000000Z")
    }

    @Test(arguments: ZoneRulesTests.zones)
    func `steps tile the range, and each instant belongs to the one that holds it`(
        _ name: String
    ) throws {
        let zone = try #require(ZoneRules(identifier: name))
        var generator = SeededGenerator(seed: 17)
        let epoch = try #require(Instant(rfc3339: "2017-06-01T00:00:00Z"))
        for _ in 0..<40 {
            let from = epoch + .seconds(Int64.random(in: 0..<100_000_000, using: &generator))
            let length: Int64 = generator.pick([3_600, 21_600, 86_400, 604_800, 7_776_000])
            let to = from + .seconds(Int64.random(in: 1...length, using: &generator))
            let grid = try #require(TimeGrid(from: from, to: to, zone: zone))
            #expect((1...400).contains(grid.count))
            #expect(grid.starts.count == grid.count)
            #expect(grid.range(of: 0).contains(from))
            #expect(grid.range(of: grid.count - 1).contains(to - TimeSpan(microseconds: 1)))
            #expect(grid.index(of: grid.range.upperBound) == nil)
            #expect(grid.index(of: grid.range.lowerBound - TimeSpan(microseconds: 1)) == nil)
            #expect((0..<grid.count).filter { !isRight($0, of: grid, in: zone) } == [])
        }
    }

    private func isRight(_ index: Int, of grid: TimeGrid, in zone: ZoneRules) -> Bool {
        let step = grid.range(of: index)
        let day = zone.startOfDay(containing: step.lowerBound)
        let past = step.lowerBound.since(day).microseconds
        return step.lowerBound < step.upperBound
            && (index == 0 || grid.range(of: index - 1).upperBound == step.lowerBound)
            && grid.index(of: step.lowerBound) == index
            && grid.index(of: step.upperBound - TimeSpan(microseconds: 1)) == index
            && step.upperBound <= zone.startOfDay(after: step.lowerBound)
            && (grid.step == .sixHours || past % grid.step.span.microseconds == 0)
    }
}
