import StintMetrics
import StintModel
import Testing

@Suite struct RollUpLevelTests {
    @Test(arguments: [
        (RollUpLevel.minute, "2026-11-20T14:59:59.999999Z", "2026-11-20T14:59:00.000000Z"),
        (.minute, "2026-11-20T14:59:00.000000Z", "2026-11-20T14:59:00.000000Z"),
        (.hour, "2026-11-20T14:59:59.999999Z", "2026-11-20T14:00:00.000000Z"),
        (.day, "2026-11-20T14:59:59.999999Z", "2026-11-20T00:00:00.000000Z"),
        (.minute, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:00.000000Z"),
        (.hour, "1969-12-31T23:00:00.000000Z", "1969-12-31T23:00:00.000000Z"),
        (.hour, "1969-12-31T22:59:59.999999Z", "1969-12-31T22:00:00.000000Z"),
        (.day, "1969-12-31T00:00:00.000001Z", "1969-12-31T00:00:00.000000Z"),
        (.day, "0000-03-01T12:00:00.000000Z", "0000-03-01T00:00:00.000000Z"),
    ])
    func `a cell starts at the whole minute, hour or day of UTC before it`(
        _ level: RollUpLevel, _ instant: String, _ start: String
    ) throws {
        let instant = try #require(Instant(rfc3339: instant))
        #expect(level.start(of: instant).rfc3339 == start)
    }

    @Test func `stored levels keep their numbers`() {
        #expect(RollUpLevel.allCases.map(\.rawValue) == [0, 1, 2])
    }
}
