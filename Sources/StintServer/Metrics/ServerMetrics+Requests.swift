import HTTPTypes
import Hummingbird

/// Every request is counted as the front door sees it: with the answer that is sent in the end.
extension ServerMetrics {
    func requestBegan() -> ContinuousClock.Instant {
        requestsInFlight.add(1)
        return .now
    }

    func requestEnded(
        _ request: Request, _ scope: RequestScope, _ response: Response,
        since start: ContinuousClock.Instant
    ) {
        requestsInFlight.add(-1)
        // Where no route takes a request the router leaves a word of its own.
        let pattern = scope.endpointPath ?? "NotFound"
        count(
            route: pattern == "NotFound" ? "none" : pattern, method: request.method,
            status: response.status, latency: .now - start)
    }
}
