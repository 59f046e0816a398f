/// How much may still be asked for: it fills by the second up to one second's worth.
struct TokenBucket: Sendable {
    /// Tokens a second, and how many it holds.
    let rate: Double
    let capacity: Double
    private var tokens: Double
    private var filledAt: Duration

    /// - Parameters:
    ///   - perSecond: How fast it fills.
    ///   - capacity: How many it holds at most; it is full at first.
    ///   - now: The time since some fixed point, as for every other call.
    init(perSecond rate: Double, capacity: Double, now: Duration) {
        self.rate = rate
        self.capacity = capacity
        tokens = capacity
        filledAt = now
    }

    /// Takes tokens where they are there. More than it holds are given where it is full, and paid
    /// off afterwards: what may be asked for at all may be asked for at once.
    ///
    /// - Returns: Whether they were given.
    mutating func take(_ count: Int, now: Duration) -> Bool {
        fill(now)
        guard Double(count) <= tokens || tokens >= capacity else { return false }
        tokens -= Double(count)
        return true
    }

    /// Whether nothing is left.
    mutating func isEmpty(now: Duration) -> Bool {
        fill(now)
        return tokens < 1
    }

    var isFull: Bool { tokens >= capacity }

    /// Whole tokens that are left.
    var remaining: Int { max(0, Int(tokens)) }

    /// Seconds until so many are there, rounded up, at least 1.
    func seconds(until count: Int) -> Int {
        let missing = min(Double(count), capacity) - tokens
        return max(1, Int((missing / rate).rounded(.up)))
    }

    private mutating func fill(_ now: Duration) {
        let passed = now - filledAt
        guard passed > .zero else { return }
        let seconds =
            Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        tokens = min(capacity, tokens + seconds * rate)
        filledAt = now
    }
}
