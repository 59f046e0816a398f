import Foundation
import Synchronization

/// Passes on what a child writes to its standard error, and keeps the last lines of it.
final class ErrorTap: Sendable {
    /// What the child writes to.
    let input: Int32
    private let lines: Mutex<LastLines>
    private let ended = DispatchSemaphore(value: 0)

    /// - Returns: `nil` where the system gives no pipe.
    init?(lines limit: Int) {
        guard let ends = PipeEnds() else { return nil }
        input = ends.writing
        lines = Mutex(LastLines(limit: limit))
        Thread.detachNewThread { self.pass(ends.reading) }
    }

    private func pass(_ output: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count > 0 {
                lines.withLock { $0.take(buffer[..<count]) }
                Self.write(buffer[..<count])
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        ended.signal()
    }

    private static func write(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }

    /// The child has it now; ours is closed, so that its end is seen.
    func closeInput() { close(input) }

    /// The last lines, once all has come: or most of it, where a process that outlives the child
    /// still holds the pipe.
    var text: String? {
        _ = ended.wait(timeout: .now() + .milliseconds(500))
        return lines.withLock(\.text)
    }
}
