public import Foundation
public import StintModel

/// Every figure of a window, computed in the plainest way from what is known of each execution.
///
/// It follows the specification alone and shares nothing with the server: it sorts, filters and
/// counts, all anew for each figure.
public struct TrueFigures: Sendable {
    /// The most finished executions a window may hold for its quantiles to be exact.
    static let mostForExact = 10_000

    public let window: Range<Instant>
    let time: LocalTime
    let now: Instant
    /// Those that count, of one agent where asked for.
    let executions: [KnownExecution]

    /// - Parameters:
    ///   - agent: `nil` for all.
    ///   - now: What of the window is past.
    public init(
        of executions: [KnownExecution], in window: Range<Instant>, agent: String? = nil,
        zone: TimeZone = .gmt, now: Instant
    ) {
        self.init(
            of: executions.filter { execution in
                execution.counts
                    && (agent == nil || execution.agent?.isSpelled(like: agent ?? "") == true)
            }, in: window, time: LocalTime(zone), now: now)
    }

    private init(
        of executions: [KnownExecution], in window: Range<Instant>, time: LocalTime, now: Instant
    ) {
        self.executions = executions
        self.window = window
        self.time = time
        self.now = now
    }

    /// The same question about the equal period just before.
    var before: TrueFigures {
        let length = window.upperBound.since(window.lowerBound)
        return TrueFigures(
            of: executions, in: (window.lowerBound - length)..<window.lowerBound, time: time,
            now: now)
    }

    /// Those that finished in the window.
    var finished: [KnownExecution] { Self.finished(executions, in: window) }

    static func finished(
        _ executions: [KnownExecution], in range: Range<Instant>
    ) -> [KnownExecution] {
        executions.filter { execution in
            execution.status.isFinal && execution.finishedAt.map(range.contains) == true
        }
    }

    static func started(
        _ executions: [KnownExecution], in range: Range<Instant>
    ) -> [KnownExecution] {
        executions.filter { $0.startedAt.map(range.contains) == true }
    }

    /// Quantiles are exact where few enough finished, else from a sketch: all of an answer alike.
    var isExact: Bool { finished.count <= Self.mostForExact }

    /// Whether quantiles may be up to the bound of a sketch away.
    public var isSketched: Bool { !isExact }

    func quantile(_ percent: Int, of sorted: [TimeSpan], isExact: Bool) -> TrueFigure {
        .number(TrueFigure.quantile(percent, of: sorted), isExact ? .none : .sketch)
    }

    /// The minutes of a range that have passed; `nil` where none of it has.
    func minutes(of range: Range<Instant>) -> Double? {
        let span = min(range.upperBound, now).since(range.lowerBound)
        return span > .zero ? span.seconds / 60 : nil
    }
}
