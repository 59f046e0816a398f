/// Where the true share of successes lies in 95 of 100 cases, after some successes among some trials.
///
/// The score interval: it never leaves 0…1, and is of use with few trials and with shares near the
/// ends. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
/// (1927); Brown, Cai and DasGupta, "Interval estimation for a binomial proportion" (2001).
public struct WilsonInterval: Hashable, Sendable {
    /// From 0 through 1.
    public let low: Double
    public let high: Double

    /// The standard normal quantile of 0.975.
    private static let z = 1.959963984540054

    /// - Precondition: `successes` lies from 0 through `trials`.
    /// - Returns: `nil` without a trial.
    public init?(successes: Int64, trials: Int64) {
        precondition(successes >= 0 && successes <= trials, "No more successes than trials.")
        guard trials > 0 else { return nil }
        let n = Double(trials)
        let share = Double(successes) / n
        let z2 = Self.z * Self.z
        let middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        let reach =
            Self.z / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)).squareRoot()
        low = successes == 0 ? 0 : max(0, middle - reach)
        high = successes == trials ? 1 : min(1, middle + reach)
    }
}
