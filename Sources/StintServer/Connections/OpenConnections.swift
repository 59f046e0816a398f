import Foundation
import HummingbirdCore
import NIOCore

/// Pauses accepting while as many connections are open as may be: who comes then waits in the
/// kernel's queue, and costs neither a file nor memory of the server.
struct OpenConnections: AvailableConnectionsDelegate {
    let limit: Int
    let metrics: ServerMetrics
    private var count = 0

    init(limit: Int, metrics: ServerMetrics) {
        self.limit = limit
        self.metrics = metrics
    }

    mutating func connectionOpened() {
        count += 1
        metrics.connectionsOpen.add(1)
        metrics.connectionsAccepted.add()
        if count == limit { metrics.acceptPauses.add() }
    }

    mutating func connectionClosed() {
        count -= 1
        metrics.connectionsOpen.add(-1)
    }

    func isAcceptingNewConnections() -> Bool { count < limit }

    /// Lets this process open as many files as connections take, as far as the system allows.
    ///
    /// - Returns: How many connections may be open: fewer than wished where files are short, for
    ///   the store and the log need some of them.
    static func allowed(_ wished: Int) -> Int {
        var files = rlimit()
        guard getrlimit(resource, &files) == 0 else { return wished }
        let needed = rlim_t(wished + reserve)
        if files.rlim_cur < needed {
            files.rlim_cur = min(needed, files.rlim_max)
            // Refused, the old limit stands; it is asked for below.
            _ = setrlimit(resource, &files)
            guard getrlimit(resource, &files) == 0 else { return wished }
        }
        return max(1, min(wished, Int(clamping: files.rlim_cur) - reserve))
    }

    /// Files beside connections: the store's, the log, event loops; and a burst of connections
    /// that are accepted in one go when a place is free.
    private static let reserve = 64

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
