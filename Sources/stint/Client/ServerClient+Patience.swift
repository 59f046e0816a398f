import NIOHTTP1
import StintModel

extension ServerClient {
    /// Sends a request again for as long as the server is away or busy, and ``timeout`` has not
    /// passed; it waits as long as the server asks for.
    ///
    /// - Returns: An answer that sending again would not change.
    /// - Throws: ``CommandFailure`` where the time has passed.
    func patiently(
        _ method: HTTPMethod = .GET, path: [String], query: [QueryItem] = [],
        body: (type: String, bytes: [UInt8])? = nil, in console: Console
    ) async throws -> ServerAnswer {
        let start = console.uptime()
        var backoff = Backoff(limit: .microseconds(timeout.microseconds))
        while true {
            let failure: CommandFailure
            var retryAfter: Duration?
            do {
                let answer = try await exchange(method, path: path, query: query, body: body)
                guard answer.isPassing else { return answer }
                retryAfter = answer.retryAfter
                failure = answer.failure(at: address)
            } catch let error as NoAnswer {
                failure = unreachable(error)
            }
            guard
                let pause = backoff.pause(
                    elapsed: console.uptime() - start, retryAfter: retryAfter)
            else { throw failure }
            try await console.sleep(pause)
        }
    }
}
