import Foundation

// Draws from the distributions that counts and times are judged by.

extension SeededGenerator {
    mutating func share() -> Double { Double.random(in: 0..<1, using: &self) }

    /// Box and Muller's way.
    mutating func normal() -> Double {
        (-2 * log(1 - share())).squareRoot() * cos(2 * .pi * share())
    }

    mutating func exponential(mean: Double) -> Double { -mean * log(1 - share()) }

    /// Ahrens and Dieter's way: large means are halved by a draw of the gamma distribution.
    mutating func poisson(_ mean: Double) -> Int64 {
        if mean <= 0 { return 0 }
        if mean > 30 {
            let part = Int64(mean * 7 / 8)
            let time = gamma(Double(part))
            return time < mean
                ? part + poisson(mean - time) : binomial(part - 1, mean / time)
        }
        var term = exp(-mean)
        var sum = term
        let share = share()
        var count: Int64 = 0
        while share > sum, count < 500 {
            count += 1
            term *= mean / Double(count)
            sum += term
        }
        return count
    }

    mutating func binomial(_ trials: Int64, _ probability: Double) -> Int64 {
        var count: Int64 = 0
        for _ in 0..<trials where chance(probability) { count += 1 }
        return count
    }

    /// Of scale 1; Marsaglia and Tsang's way.
    ///
    /// - Parameter shape: From 1.
    mutating func gamma(_ shape: Double) -> Double {
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = pow(1 + c * x, 3)
            if v > 0, log(1 - share()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }
}
