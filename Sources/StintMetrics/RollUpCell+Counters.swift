// What a cell counts. Raw values are stored; they never change their meaning, and a new one is
// unknown to older programs, which then refuse the cell.

extension RollUpCell {
    /// A sum. Times are in microseconds.
    public enum Counter: UInt8, CaseIterable, Sendable {
        /// Executions that started here.
        case started = 1
        /// Sum of the queue waits of those that started here, of the current attempt, where known.
        case queueWaitSum = 2

        /// Executions that ended here, by outcome.
        case succeeded = 3
        case failed = 4
        case timedOut = 5
        case aborted = 6
        /// Executions lost now that were last heard of here.
        case lost = 7
        /// Of those that ended here: not in their first attempt.
        case redriven = 8
        /// Of those that ended here: told to have ended in more than one way.
        case conflicts = 9
        /// Of those that ended here: told whether they achieved what they were for.
        case goalMet = 10
        case goalMissed = 11

        /// Sum of the durations of the current attempts of those that ended here, where known.
        case okDurationSum = 12
        case notOKDurationSum = 13
        /// Sum from the first queueing or start to the end of those that ended here, where known.
        case okTotalSum = 14
        case notOKTotalSum = 15

        /// Executions by known duration: below 1 s, from 1 s below 5 s, and so on.
        case okBelow1s = 16
        case ok1To5s = 17
        case ok5To10s = 18
        case ok10To30s = 19
        case ok30To60s = 20
        case ok60sAndMore = 21
        case notOKBelow1s = 22
        case notOK1To5s = 23
        case notOK5To10s = 24
        case notOK10To30s = 25
        case notOK30To60s = 26
        case notOK60sAndMore = 27

        /// Executions that ended here and reported tokens, whichever. In the cell of a model: calls.
        case tokenReports = 28
        /// Tokens of those that ended here, and how many of them reported that bucket: where none
        /// did, the sum is not 0 but unknown. In the cell of a model: of its calls.
        case inputTokens = 29
        case inputTokenReports = 30
        case outputTokens = 31
        case outputTokenReports = 32
        case cachedInputTokens = 33
        case cachedInputTokenReports = 34
        case reasoningTokens = 35
        case reasoningTokenReports = 36

        /// Thousand-millionths of a US dollar, and of how many executions (or calls) a cost is known:
        /// of an execution, if that of one of its calls is.
        case costNanos = 37
        case costReports = 38

        /// In the cell of a model alone: its calls, and the sum of their latencies, where known.
        case modelCalls = 39
        case modelLatencySum = 40

        /// Model calls of those that ended here, and of how many of these calls the cost is known.
        case calls = 41
        case pricedCalls = 42

        static let places = 43
    }

    /// A distribution of times, and with its number of values the divisor of the sum beside it.
    public enum Distribution: UInt8, CaseIterable, Sendable {
        /// Beside ``Counter/queueWaitSum``.
        case queueWait = 0
        /// Beside ``Counter/okDurationSum`` and ``Counter/notOKDurationSum``.
        case okDuration = 1
        case notOKDuration = 2
        /// Beside ``Counter/okTotalSum`` and ``Counter/notOKTotalSum``.
        case okTotal = 3
        case notOKTotal = 4
        /// Beside ``Counter/modelLatencySum``.
        case modelLatency = 5

        static let places = 6
    }

    /// The counters of durations, of what succeeded and of what ended otherwise, by band: [0, 1) s,
    /// [1, 5), [5, 10), [10, 30), [30, 60), 60 and more.
    public static let okBands: [Counter] = [
        .okBelow1s, .ok1To5s, .ok5To10s, .ok10To30s, .ok30To60s, .ok60sAndMore,
    ]
    public static let notOKBands: [Counter] = [
        .notOKBelow1s, .notOK1To5s, .notOK5To10s, .notOK10To30s, .notOK30To60s, .notOK60sAndMore,
    ]

    /// The position in ``okBands`` and ``notOKBands`` of a duration in microseconds.
    public static func band(of microseconds: Int64) -> Int {
        switch microseconds {
        case ..<1_000_000: 0
        case ..<5_000_000: 1
        case ..<10_000_000: 2
        case ..<30_000_000: 3
        case ..<60_000_000: 4
        default: 5
        }
    }

    /// Executions that ended here, whatever their end.
    public var finished: Int64 {
        self[.succeeded] &+ self[.failed] &+ self[.timedOut] &+ self[.aborted]
    }
}
