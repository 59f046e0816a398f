import StintClient
import Tracing

// What a real service would have instead: a queue, a price list, a model.

struct Order: Sendable {
    struct IsEmpty: Error {}

    var number: String
    var customer: String
    var budget: Int
    var lines: [String]

    func check() throws { if lines.isEmpty { throw IsEmpty() } }

    static var queue: AsyncStream<Order> {
        AsyncStream { queue in
            let lines = [["desk", "lamp"], ["chair"], [], ["desk", "chair", "shelf"]]
            for (index, lines) in lines.enumerated() {
                queue.yield(
                    Order(
                        number: "2026-\(index + 1)", customer: "ada", budget: 400, lines: lines))
            }
            queue.finish()
        }
    }
}

/// A library that knows nothing of Stint: it is instrumented with swift-distributed-tracing.
struct PriceList: Sendable {
    func price(of line: String) async -> Int {
        await withSpan("lookup", ofKind: .client) { span in
            span.attributes["item"] = line
            try? await Task.sleep(for: .milliseconds(5))
            return 100 * line.utf8.count / 3
        }
    }
}

struct Model: Sendable {
    func answer(_ question: String) async throws -> String {
        let start = ContinuousClock.now
        try await Task.sleep(for: .milliseconds(20))
        let answer = "Dear customer, \(question)"
        // No handle: the call belongs to the step around it.
        StepScope.current?.modelCall(
            "large-2", input: 12 * question.utf8.count, output: 3 * answer.utf8.count,
            latency: .now - start)
        return answer
    }
}
