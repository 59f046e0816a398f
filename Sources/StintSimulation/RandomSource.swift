import StintModel

/// SplitMix64 (Steele, Lea and Flood, 2014) with the distributions a fleet needs.
///
/// Every draw is integer arithmetic or the basic operations of IEEE 754, in one order: a seed gives
/// the same fleet on every machine and with every version of the library.
public struct RandomSource: RandomNumberGenerator, Sendable {
    /// What a source decides, so that the decisions about one thing do not move those about another.
    enum Purpose: UInt64 {
        case fleet = 1
        case execution = 2
        /// Whether a source message was delivered twice, and to whom.
        case message = 3
        /// In which order, how late and how often events arrive.
        case delivery = 4
        case arrivals = 5
    }

    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    /// A source for one part of what a seed decides, apart from those of the other parts.
    init(seed: UInt64, _ purpose: Purpose, part: Int = 0) {
        state = Self.mixed(
            Self.mixed(seed &+ purpose.rawValue &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(part))
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but without, 1.
    mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { share() < probability }

    /// From 0 up to, but without, `count`.
    mutating func below(_ count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// The index of one of the weights, each as likely as its weight.
    mutating func index(weighted weights: some Collection<Double>) -> Int {
        var rest = share() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.count - 1
    }

    /// A whole number of milliseconds.
    mutating func milliseconds(_ range: ClosedRange<Int>) -> TimeSpan {
        .milliseconds(range.lowerBound + below(range.count))
    }

    /// A length of time that is as often above the median as below, and has a long tail: 2 to the
    /// power of a bell curve (the sum of four even draws), in whole milliseconds, at least one.
    ///
    /// - Parameter doublings: The standard deviation of the exponent. No draw lies further than
    ///   3.5 of these from the median.
    mutating func span(median: TimeSpan, doublings: Double) -> TimeSpan {
        let bits = next()
        var sum = 0.0
        for shift in stride(from: 0, to: 64, by: 16) {
            sum += Double((bits >> UInt64(shift)) & 0xFFFF) * 0x1p-16
        }
        let deviation = (sum - 2) * 1.732_050_807_568_877_2
        let milliseconds = Double(median.microseconds) / 1_000 * Self.power(deviation * doublings)
        return .milliseconds(max(1, Int(milliseconds)))
    }

    /// The time to the next of events that come by chance, in units of their mean distance: von
    /// Neumann's way to the exponential distribution, by comparing even draws alone.
    mutating func exponential() -> Double {
        var whole = 0.0
        while true {
            let first = share()
            var last = first
            var isAccepted = true
            while case let next = share(), next < last {
                last = next
                isAccepted.toggle()
            }
            if isAccepted { return whole + first }
            whole += 1
        }
    }

    /// 2 to the power of `exponent`, to four digits: a cubic between the whole powers.
    private static func power(_ exponent: Double) -> Double {
        let whole = exponent.rounded(.down)
        let part = exponent - whole
        let significand = 1 + part * (0.6958 + part * (0.225 + part * 0.0792))
        return Double(sign: .plus, exponent: Int(whole), significand: significand)
    }
}

extension TimeSpan {
    static func milliseconds(_ count: Int) -> TimeSpan {
        TimeSpan(microseconds: Int64(count) * 1_000)
    }

    /// A share of it, in whole milliseconds, at least one.
    func share(_ share: Double) -> TimeSpan {
        .milliseconds(max(1, Int(Double(microseconds) / 1_000 * share)))
    }
}
