import Foundation

/// Both ends of a pipe that no child inherits unasked.
struct PipeEnds: Sendable {
    let reading: Int32
    let writing: Int32

    /// - Returns: `nil` where the system gives none.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }
}
