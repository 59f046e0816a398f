import ServiceLifecycle
import StintClient

/// Answers one order after the other. Each is an execution.
struct OrderDesk: Service {
    let orders: AsyncStream<Order>

    private let prices = PriceList()
    private let model = Model()

    init(orders: AsyncStream<Order>) { self.orders = orders }

    func run() async {
        for await order in orders.cancelOnGracefulShutdown() {
            // Its failure is recorded, and the next order is waiting.
            do { try await answer(order) } catch { print("\(order.number): \(error)") }
        }
    }

    private func answer(_ order: Order) async throws {
        try await withExecution(
            "order-desk", user: order.customer, correlation: order.number,
            attributes: ["lines": AttributeValue(order.lines.count)],
            steps: ["check", "price", "write"], deadline: .seconds(60)
        ) { run in
            try run.step("check") { _ throws in try order.check() }
            let total = await run.step("price", kind: "tool") { step in
                var total = 0
                for line in order.lines {
                    step.activity("Looking up \(line)")
                    total += await prices.price(of: line)
                }
                return total
            }
            let letter = try await run.step("write", kind: "agent") { _ in
                try await model.answer(
                    "Offer \(order.customer) \(order.lines.count) items at \(total).")
            }
            // That it came to an end is one thing, that it was of use another.
            run.goal(met: total <= order.budget)
            run.summary(letter)
        }
    }
}
