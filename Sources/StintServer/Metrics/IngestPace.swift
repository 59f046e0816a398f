import StintMetrics
import StintModel
import StintStorage
import StintTraces
import Synchronization

/// How much each workspace is told, and how late: over the last minute, of what this server recorded.
final class IngestPace<C: Clock<Duration>>: Sendable {
    struct Figures: Hashable, Sendable {
        /// Events and spans, repeated ones among them; the mean.
        let eventsPerSecond: Double
        /// From the time that the newest event of each request and execution names to its receipt:
        /// the median. `nil` where nothing came.
        let lag: TimeSpan?
    }

    /// A time of ``slotSeconds``.
    private struct Slot {
        var number: Int64 = -1
        var count: Int64 = 0
        var lags = Sketch()

        mutating func add(_ events: Int, _ lag: TimeSpan, at number: Int64) {
            if number != self.number { self = Slot(number: number) }
            count += Int64(events)
            lags.add(lag.microseconds)
        }
    }

    private static var slotSeconds: Int64 { 5 }
    private static var slots: Int64 { 12 }

    private let clock: C
    private let start: C.Instant
    /// The slot of number n stands at n modulo their count.
    private let heard = Mutex<[Workspace: [Slot]]>([:])

    init(clock: C = ContinuousClock()) {
        self.clock = clock
        start = clock.now
    }

    /// Counts what has been recorded.
    func add(_ group: RecordingGroup) {
        let number = seconds(at: clock.now) / Self.slotSeconds
        heard.withLock { heard in
            for recording in group.recordings {
                let lag = group.receivedAt.since(recording.state.lastEventAt)
                Self.add(
                    recording.trail.count, lag, of: recording.workspace, at: number, to: &heard)
            }
            for trace in group.traces {
                guard let newest = trace.spans.lazy.map({ $0.end ?? $0.start }).max() else {
                    continue
                }
                Self.add(
                    trace.spans.count, group.receivedAt.since(newest), of: trace.workspace,
                    at: number, to: &heard)
            }
        }
    }

    private static func add(
        _ count: Int, _ lag: TimeSpan, of workspace: Workspace, at number: Int64,
        to heard: inout [Workspace: [Slot]]
    ) {
        if heard[workspace] == nil {
            // Those that fell silent make room for it.
            heard = heard.filter { $0.value.contains { $0.number > number - slots } }
            heard[workspace] = Array(repeating: Slot(), count: Int(slots))
        }
        let place = Int(number % slots)
        // A clock that is ahead is not early.
        heard[workspace]?[place].add(count, max(.zero, lag), at: number)
    }

    /// Of a server that is younger than a minute, the mean is over its life.
    func figures(of workspace: Workspace) -> Figures {
        let age = start.duration(to: clock.now) / .seconds(1)
        let number = seconds(at: clock.now) / Self.slotSeconds
        let slots = heard.withLock { $0[workspace] ?? [] }
            .filter { $0.number > number - Self.slots }
        // The present slot has only begun.
        let first = max(0, number - Self.slots + 1) * Self.slotSeconds
        let span = max(1, age - Double(first))
        var lags = Sketch()
        for slot in slots { lags.add(slot.lags) }
        return Figures(
            eventsPerSecond: Double(slots.reduce(0) { $0 + $1.count }) / span,
            lag: lags.quantile(0.5).map { TimeSpan(microseconds: $0) })
    }

    private func seconds(at instant: C.Instant) -> Int64 {
        start.duration(to: instant).components.seconds
    }
}
