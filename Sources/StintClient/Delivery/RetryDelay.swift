/// How long to leave a server alone that did not take what was sent.
struct RetryDelay: Hashable, Sendable {
    static let first = Duration.milliseconds(500)
    static let longest = Duration.seconds(60)
    /// The most that a server may ask for.
    static let longestAsked = Duration.seconds(600)

    private(set) var failures = 0

    /// The wait after one more failure: up to 0.5 s, then 1 s, 2 s, … 60 s, each anywhere from zero
    /// on, so that many who lost one server do not return at once. What the server asked for is kept
    /// in any case.
    ///
    /// - Parameter share: From 0 up to 1, by chance.
    mutating func pause(share: Double, retryAfter: Duration?) -> Duration {
        let reach = min(Self.first * (1 << min(failures, 7)), Self.longest)
        failures += 1
        return Self.asked(retryAfter) + reach * share
    }

    /// What a server may ask for.
    static func asked(_ retryAfter: Duration?) -> Duration {
        min(retryAfter ?? .zero, longestAsked)
    }

    mutating func reset() { failures = 0 }
}
