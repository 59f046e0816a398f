import StintModel
import StintStorage
import StintStorageTesting
import StintTraces
import Testing

@testable import StintServer

@Suite struct IngestPaceTests {
    private static let received = SampleFleet.noon

    private static func group(
        _ events: Int = 1, late: TimeSpan = .zero, in workspace: Workspace = .default
    ) -> RecordingGroup {
        let events = (0..<events).map { number in
            Event(
                .executionStarted, execution: ExecutionID(rawValue: "e\(number)"),
                at: received - late)
        }
        return RecordingGroup(
            recordings: events.map {
                Recording(workspace: workspace, id: $0.execution!, first: $0)
            }, receivedAt: received)
    }

    @Test func `events count for a minute, and not longer`() {
        let clock = SteppedClock()
        let pace = IngestPace(clock: clock)
        #expect(pace.figures(of: .default) == .init(eventsPerSecond: 0, lag: nil))
        for _ in 0..<100 {
            clock.goOn(.seconds(1))
            pace.add(Self.group(20))
        }
        // The seconds of the present slot are few, and no error of a whole slot.
        #expect(abs(pace.figures(of: .default).eventsPerSecond - 20) < 1)
        clock.goOn(.seconds(30))
        #expect((8..<12).contains(pace.figures(of: .default).eventsPerSecond))
        clock.goOn(.seconds(31))
        #expect(pace.figures(of: .default) == .init(eventsPerSecond: 0, lag: nil))
    }

    @Test func `in its first minute the mean is over its life`() {
        let clock = SteppedClock()
        let pace = IngestPace(clock: clock)
        clock.goOn(.seconds(8))
        pace.add(Self.group(16))
        clock.goOn(.seconds(2))
        #expect(pace.figures(of: .default).eventsPerSecond == 1.6)
    }

    @Test func `lag is the median, and one who is ahead of time is not early`() throws {
        let pace = IngestPace(clock: SteppedClock())
        for late in [-60, 2, 2, 3, 86_400] as [Int64] {
            pace.add(Self.group(late: .seconds(late)))
        }
        let lag = try #require(pace.figures(of: .default).lag)
        #expect(abs(lag.seconds - 2) < 2 * 0.0079)
        pace.add(Self.group(late: .seconds(-1), in: .other))
        #expect(pace.figures(of: .other).lag == .zero)
    }

    @Test func `of spans the newest end counts`() throws {
        let pace = IngestPace(clock: SteppedClock())
        let spans = [5, 9].map { late in
            TraceSpan(
                id: SpanID(UInt64(late))!, role: .tool, name: "t",
                start: Self.received - .seconds(60), end: Self.received - .seconds(Int64(late)))
        }
        let trace = TraceRecording(
            workspace: .default, id: TraceID(high: 1, low: 2)!, spans: spans)
        pace.add(RecordingGroup(recordings: [], traces: [trace], receivedAt: Self.received))
        let figures = pace.figures(of: .default)
        #expect(figures.eventsPerSecond == 2)
        #expect(abs(try #require(figures.lag).seconds - 5) < 5 * 0.0079)
    }
}
