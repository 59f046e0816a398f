/// How long to wait before each new try of a request, and when to give up.
struct Backoff {
    private static let longest = Duration.seconds(5)

    /// What all tries and waits together may take.
    let limit: Duration
    private var next = Duration.milliseconds(250)

    init(limit: Duration) { self.limit = limit }

    /// The wait before the next try: what the server asked for, else a time that doubles from
    /// 250 ms to 5 s.
    ///
    /// - Parameter elapsed: How long it has been tried already.
    /// - Returns: `nil` where the wait would pass the limit.
    mutating func pause(elapsed: Duration, retryAfter: Duration?) -> Duration? {
        let pause = retryAfter ?? next
        next = min(next * 2, Self.longest)
        return elapsed + pause <= limit ? pause : nil
    }
}
