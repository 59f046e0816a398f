/// Holds requests back so that a service need not: so many a second of each operation, and fewer
/// after the service was asked too often.
///
/// Buckets of the service are per account, region and operation, and others draw from them too; so
/// the pace is a guess, which every refusal halves and every second of success raises again.
actor RequestPace<C: Clock<Duration>> {
    private struct Bucket {
        var tokens: Double
        var rate: Double
        var filled: C.Instant
    }

    /// Requests that may go at once after a while of none.
    private static var burst: Double { 20 }
    /// Of an operation that has no figure of its own.
    private static var usualRate: Double { 4 }
    private static var slowest: Double { 0.5 }

    /// Requests a second; below what the service grants where nothing else was agreed.
    private static var rates: [String: Double] {
        ["DescribeExecution": 10, "GetExecutionHistory": 12, "ListExecutions": 4]
    }

    private let clock: C
    private var buckets: [String: Bucket] = [:]

    init(clock: C) {
        self.clock = clock
    }

    /// Waits until the operation may be asked for.
    func take(_ operation: String) async throws(CancellationError) {
        var bucket = filled(operation)
        bucket.tokens -= 1
        buckets[operation] = bucket
        // Whoever comes later owes more, and so waits longer: nobody is passed over.
        guard bucket.tokens < 0 else { return }
        do {
            try await clock.sleep(for: .seconds(-bucket.tokens / bucket.rate))
        } catch {
            throw CancellationError()
        }
    }

    /// Slows an operation down that was asked for too often.
    func slow(_ operation: String) {
        var bucket = filled(operation)
        bucket.rate = max(Self.slowest, bucket.rate / 2)
        bucket.tokens = min(bucket.tokens, 0)
        buckets[operation] = bucket
    }

    private func filled(_ operation: String) -> Bucket {
        let full = Self.rates[operation] ?? Self.usualRate
        let now = clock.now
        guard var bucket = buckets[operation] else {
            return Bucket(tokens: Self.burst, rate: full, filled: now)
        }
        let seconds = bucket.filled.duration(to: now) / .seconds(1)
        bucket.tokens = min(Self.burst, bucket.tokens + seconds * bucket.rate)
        bucket.rate = min(full, bucket.rate + seconds * full / 60)
        bucket.filled = now
        return bucket
    }
}
