import Foundation
import Synchronization

/// Marks a place where a test may end the process, as a crash or the loss of power would.
///
/// `STINT_CRASH_AT=checkpoint:3` kills the process with SIGKILL as it passes the point `checkpoint`
/// for the third time; without a number, for the first. Only a debug build does so: in a release
/// build nothing of this remains.
@inlinable public func crashPoint(_ name: StaticString) {
    #if DEBUG
        CrashPoint.chosen?.pass(name)
    #endif
}

#if DEBUG
    /// The point at which this process is to end, and how often it is still to be passed.
    @usableFromInline final class CrashPoint: Sendable {
        @usableFromInline static let chosen = CrashPoint(
            ProcessInfo.processInfo.environment["STINT_CRASH_AT"])

        private let name: String
        private let left: Mutex<Int>

        private init?(_ text: String?) {
            guard let parts = text?.split(separator: ":"), let name = parts.first else {
                return nil
            }
            self.name = String(name)
            left = Mutex(parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        @usableFromInline func pass(_ name: StaticString) {
            guard name.description == self.name else { return }
            let isReached = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isReached { kill(getpid(), SIGKILL) }
        }
    }
#endif
