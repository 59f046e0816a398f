import Logging
import ServiceLifecycle
import StintClient
import StintTracing
import Tracing
import UnixSignals

/// A service that answers orders as they come, until it is asked to stop, or no more are to come.
@main
enum SwiftService {
    static func main() async throws {
        // Told by STINT_URL and STINT_KEY where to.
        let tracker = Tracker.shared
        // What the libraries of this program tell as spans becomes steps too.
        InstrumentationSystem.bootstrap(StintTracer(tracker: tracker))

        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    // First, so that it ends last, when all that it will ever be told it was told.
                    .init(service: tracker),
                    .init(
                        service: OrderDesk(orders: Order.queue),
                        successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "swift-service")))
        try await group.run()

        let delivery = await tracker.flush(within: .zero)
        print("\(delivery.delivered) of \(delivery.made) events delivered")
    }
}
