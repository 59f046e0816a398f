import Foundation

// How surprising a count is. Tails are summed term by term from the count outwards, each term from
// the one before; the first from the logarithm of the gamma function.

/// Counts of a mean that vary more than chance alone: the negative binomial distribution with
/// variance `mean + dispersion · mean²`; with no dispersion that of Poisson.
///
/// Hilbe, *Negative Binomial Regression*, 2nd ed. (2011), NB2.
struct CountDistribution {
    var mean: Double
    /// From 0.
    var dispersion: Double

    var variance: Double { mean + dispersion * mean * mean }

    /// The decimal logarithm of the probability of that many or more, never above 0.
    func logAtLeast(_ count: Double) -> Double {
        guard count > 0 else { return 0 }
        var sum = 1.0
        var term = 1.0
        var next = count
        while next < count + 20_000 {
            term *= ratio(after: next)
            sum += term
            next += 1
            if term < 1e-9 * sum { break }
        }
        return min(0, (logMass(count) + log(sum)) / M_LN10)
    }

    /// The decimal logarithm of the probability of that many or fewer, never above 0.
    func logAtMost(_ count: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        var next = count
        while next > 0 {
            next -= 1
            term /= ratio(after: next)
            sum += term
            if term < 1e-9 * sum { break }
        }
        return min(0, (logMass(count) + log(sum)) / M_LN10)
    }

    private var isPoisson: Bool { dispersion < 1e-9 }

    /// What the probability of `count + 1` is to that of `count`.
    private func ratio(after count: Double) -> Double {
        if isPoisson { return mean / (count + 1) }
        let size = 1 / dispersion
        return (count + size) / (count + 1) * mean / (size + mean)
    }

    private func logMass(_ count: Double) -> Double {
        if isPoisson { return count * log(mean) - mean - lgamma(count + 1) }
        let size = 1 / dispersion
        return lgamma(count + size) - lgamma(size) - lgamma(count + 1)
            - size * log1p(mean / size) + count * log(mean / (size + mean))
    }
}

/// Successes among trials whose probability varies more than chance alone: the beta-binomial
/// distribution.
///
/// Skellam, "A probability distribution derived from the binomial distribution by regarding the
/// probability of success as variable between the sets of trials" (1948).
struct ShareDistribution {
    /// Above 0, below 1.
    var share: Double
    /// The correlation between trials, above 0 and below 1; close to 0 that of chance alone.
    var correlation: Double

    /// The decimal logarithm of the probability of that many or more, never above 0.
    func logAtLeast(_ count: Double, of trials: Double) -> Double {
        guard count > 0 else { return 0 }
        let size = 1 / correlation - 1
        let a = share * size
        let b = (1 - share) * size
        let ways = lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
        let drawn = lgamma(count + a) + lgamma(trials - count + b) - lgamma(trials + size)
        let mass = ways + drawn + lgamma(size) - lgamma(a) - lgamma(b)
        var sum = 1.0
        var term = 1.0
        var next = count
        while next < trials {
            term *= (trials - next) / (next + 1) * (next + a) / (trials - next - 1 + b)
            sum += term
            next += 1
            if term < 1e-9 * sum { break }
        }
        return min(0, (mass + log(sum)) / M_LN10)
    }
}
