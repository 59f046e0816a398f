public import StintModel

/// A time at which more or less came, or more failed, than is usual.
public struct Anomaly: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// More arrivals.
        case spike
        /// Fewer arrivals, or none.
        case drop
        /// A larger share of the finished failed.
        case failureSurge = "failure_surge"
    }

    /// What each takes is said at ``Anomaly/severity``.
    public enum Severity: String, Hashable, Sendable {
        case low
        case medium
        case high
    }

    public var kind: Kind
    /// The start of its first slot.
    public var start: Instant
    /// The end of its last slot, or now.
    public var end: Instant
    /// By size and significance. `high`: a probability below 10⁻¹², and five times the usual, a tenth
    /// of it, or a failure rate 25 points above; `medium`: below 10⁻⁸, and 2.5 times, a third, or 10
    /// points above; else `low`.
    public var severity: Severity
    /// Arrivals; of a surge, failures.
    public var observed: Int64
    /// How many were usual in that time; of a surge, among as many finished.
    public var expected: Double
    /// Executions that finished in that time; of a surge alone.
    public var finished: Int64?
    /// How probable so unusual a count was, at its most unusual, as a decimal logarithm.
    public var logProbability: Double

    /// Observed by expected; the expected is never 0.
    public var ratio: Double { Double(observed) / expected }

    /// Failed by finished, from 0 through 1; of a surge alone.
    public var rate: Double? { finished.map { Double(observed) / Double($0) } }

    /// The same as is usual.
    public var usualRate: Double? { finished.map { expected / Double($0) } }
}

extension Anomaly {
    /// What most of the failures of a surge have in common.
    public struct Cause: Hashable, Sendable {
        public var errorType: String
        public var agent: String
        /// How many of the surge's failures.
        public var count: Int64

        public init(errorType: String, agent: String, count: Int64) {
            self.errorType = errorType
            self.agent = agent
            self.count = count
        }
    }

    /// One sentence with its figures.
    ///
    /// - Parameters:
    ///   - zone: Whose clock times are shown by.
    ///   - cause: Of a surge, where it is known.
    public func description(zone: ZoneRules, cause: Cause? = nil) -> String {
        switch kind {
        case .spike:
            return
                "Arrivals rose to \(observed) in \(length), \(Self.decimal(ratio)) times the usual "
                + "\(Self.count(expected))."
        case .drop where observed == 0:
            return "No arrivals for \(length), usually \(Self.count(expected))."
        case .drop:
            return
                "Arrivals fell to \(observed) in \(length), \(Self.decimal(ratio * 100)) % of the "
                + "usual \(Self.count(expected))."
        case .failureSurge:
            let time = "between \(clock(start, zone)) and \(clock(end, zone))"
            let reason = cause.map {
                "; \($0.count * 2 > observed ? "most are" : "the most frequent is") "
                    + "\($0.errorType) of \($0.agent) (\($0.count) of \(observed))"
            }
            return
                "\(Self.decimal((rate ?? 0) * 100)) % of \(finished ?? 0) failed \(time), usually "
                + "\(Self.decimal((usualRate ?? 0) * 100)) %\(reason ?? "")."
        }
    }

    private var length: String {
        let minutes = (end.since(start).microseconds + 30_000_000) / 60_000_000
        if minutes < 120 { return "\(minutes) minute\(minutes == 1 ? "" : "s")" }
        return "\(Self.decimal(Double(minutes) / 60)) hours"
    }

    private func clock(_ instant: Instant, _ zone: ZoneRules) -> String {
        let shown = instant.microseconds + zone.offset(at: instant).microseconds
        let minutes = shown.flooredRemainder(OffsetTable.day) / 60_000_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// With one decimal.
    private static func decimal(_ number: Double) -> String {
        let tenths = Int64((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Whole from 10 on, else with one decimal.
    private static func count(_ number: Double) -> String {
        number < 9.95 ? decimal(number) : "\(Int64(number.rounded()))"
    }
}
