public import ServiceLifecycle

extension Tracker: Service {
    /// Waits for the shutdown of its service group, then delivers what it can within
    /// ``TrackerSettings/shutdown``. Stands first in the group, so that it ends last.
    public func run() async {
        try? await gracefulShutdown()
        await close(within: settings.shutdown)
    }
}
