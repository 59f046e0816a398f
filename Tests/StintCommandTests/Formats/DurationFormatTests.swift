import StintModel
import Testing

@testable import stint

@Suite struct DurationFormatTests {
    @Test(
        arguments: [
            (0, "0 ms"), (499, "0 ms"), (500, "1 ms"), (840_000, "840 ms"),
            (999_499, "999 ms"), (999_500, "1.00 s"), (1_000_000, "1.00 s"),
            (5_120_000, "5.12 s"), (7_365_000, "7.37 s"), (9_994_999, "9.99 s"),
            (9_995_000, "10.0 s"), (73_500_000, "73.5 s"), (119_949_999, "119.9 s"),
            (119_950_000, "2 m 00 s"), (120_000_000, "2 m 00 s"), (179_600_000, "3 m 00 s"),
            (724_000_000, "12 m 04 s"), (3_599_400_000, "59 m 59 s"), (3_599_900_000, "1 h 00 m"),
            (7_620_000_000, "2 h 07 m"), (86_340_000_000, "23 h 59 m"),
            (86_399_900_000, "1 d 0 h"), (273_600_000_000, "3 d 4 h"), (-5, "0 ms"),
        ] as [(Int64, String)])
    func `a measured length keeps three figures, then two units`(
        _ microseconds: Int64, _ text: String
    ) {
        #expect(DurationFormat.exact(TimeSpan(microseconds: microseconds)) == text)
    }

    @Test func `no length up to two hours ever shows sixty of a unit`() {
        for tenths in Int64(0)...72_000 {
            let text = DurationFormat.exact(TimeSpan(microseconds: tenths * 100_000 + 49_999))
            #expect(!text.contains("60 s") || !text.contains("m"), "\(text)")
            #expect(!text.hasPrefix("60 m") && !text.hasSuffix("60 m"), "\(text)")
        }
    }

    @Test(
        arguments: [
            (49_900_000, "49 s"), (119_999_999, "119 s"), (120_000_000, "2 m 00 s"),
            (663_000_000, "11 m 03 s"), (-1, "0 s"),
        ] as [(Int64, String)])
    func `a running clock shows whole seconds that have passed`(
        _ microseconds: Int64, _ text: String
    ) {
        #expect(DurationFormat.running(TimeSpan(microseconds: microseconds)) == text)
    }

    @Test(
        arguments: [
            (4_000_000, "4 s"), (0, "1 s"), (89_000_000, "89 s"), (120_000_000, "2 min"),
            (900_000_000, "15 min"), (5_400_000_000, "2 h"),
        ] as [(Int64, String)])
    func `an estimate has one unit`(_ microseconds: Int64, _ text: String) {
        #expect(DurationFormat.estimate(TimeSpan(microseconds: microseconds)) == text)
    }

    @Test(
        arguments: [
            (12_900_000, "12 s"), (3_180_000_000, "53 min"), (18_000_000_000, "5 h"),
            (259_200_000_000, "3 d"),
        ] as [(Int64, String)])
    func `an age has one unit`(_ microseconds: Int64, _ text: String) {
        #expect(DurationFormat.age(TimeSpan(microseconds: microseconds)) == text)
    }

    @Test(
        arguments: [
            (2_000_000, "+2 s"), (2_600_000, "+2.6 s"), (840_000, "+840 ms"), (9_960_000, "+10 s"),
            (44_900_000, "+45 s"), (73_300_000, "+73 s"), (119_600_000, "+2 m 00 s"),
        ] as [(Int64, String)])
    func `an offset on a timeline is short`(_ microseconds: Int64, _ text: String) {
        #expect(DurationFormat.offset(TimeSpan(microseconds: microseconds)) == text)
    }
}
