import HTTPTypes
import Synchronization

/// What one key may ask for in one second, of one sort: events in, or requests out.
final class Allowance: Sendable {
    enum Sort: String, Sendable {
        /// Counted in events.
        case ingest
        /// Counted in requests.
        case read
    }

    private let sort: Sort
    private let rate: Int
    private let bucket: Mutex<TokenBucket>
    private let uptime: @Sendable () -> Duration

    init(_ sort: Sort, perSecond rate: Int, uptime: @escaping @Sendable () -> Duration) {
        self.sort = sort
        self.rate = rate
        self.uptime = uptime
        bucket = Mutex(
            TokenBucket(perSecond: Double(rate), capacity: Double(rate), now: uptime()))
    }

    /// - Throws: ``Problem`` 429 where so many are not there; then none are taken.
    func take(_ count: Int) throws(Problem) {
        let now = uptime()
        let isGiven = bucket.withLock { $0.take(count, now: now) }
        if !isGiven { throw refusal(of: count) }
    }

    /// - Throws: ``Problem`` 429 where nothing is left: before a body is read in vain.
    func expectSome() throws(Problem) {
        let now = uptime()
        if bucket.withLock({ $0.isEmpty(now: now) }) { throw refusal(of: 1) }
    }

    private func refusal(of count: Int) -> Problem {
        let seconds = bucket.withLock { $0.seconds(until: count) }
        let what = sort == .ingest ? "events" : "requests"
        var problem = Problem(
            .tooManyRequests, "rate_limited",
            "This key may send \(rate) \(what) a second. Send the same again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)])
        describe(in: &problem.headers)
        return problem
    }

    /// Says what is left: draft-ietf-httpapi-ratelimit-headers-11.
    func describe(in headers: inout HTTPFields) {
        let (remaining, reset) = bucket.withLock {
            ($0.remaining, $0.isFull ? 0 : $0.seconds(until: rate))
        }
        headers[.rateLimitPolicy] = "\"\(sort.rawValue)\";q=\(rate);w=1"
        headers[.rateLimit] = "\"\(sort.rawValue)\";r=\(remaining);t=\(reset)"
    }
}

extension HTTPField.Name {
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
    static let rateLimit = HTTPField.Name("RateLimit")!
}
