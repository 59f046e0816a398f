import Foundation
import Synchronization

/// The signals by which others ask this process to stop, or tell it something, as they come.
enum StopSignals {
    struct Received: Hashable, Sendable {
        var signal: Int32
        /// Whether the terminal sent it, to every process of the foreground.
        var isFromTerminal: Bool
    }

    private static let forwarded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]
    private static let pipe = Atomic<Int32>(-1)

    /// Hears them from now until the process ends. One that was ignored stays ignored, as under
    /// `nohup`.
    static func listen(_ heed: @escaping @Sendable (Received) -> Void) {
        guard let ends = PipeEnds() else { return }
        pipe.store(ends.writing, ordering: .sequentiallyConsistent)
        for signal in forwarded { install(signal) }
        Thread.detachNewThread {
            var bytes: [UInt8] = [0, 0]
            while true {
                // Two bytes are written at once, and so are read at once.
                let count = read(ends.reading, &bytes, 2)
                if count == 2 {
                    heed(Received(signal: Int32(bytes[0]), isFromTerminal: bytes[1] == 1))
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    private static func install(_ signal: Int32) {
        var before = sigaction()
        sigaction(signal, nil, &before)
        if unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1 { return }
        var action = sigaction()
        action.sa_flags = SA_SIGINFO | Int32(SA_RESTART)
        // Only what is allowed in a handler: a write.
        action.__sigaction_handler.sa_sigaction = { signal, info, _ in
            let isFromTerminal = (info?.pointee.si_code ?? 0) > 0
            var bytes = (UInt8(truncatingIfNeeded: signal), isFromTerminal ? 1 as UInt8 : 0)
            let error = errno
            _ = write(StopSignals.pipe.load(ordering: .relaxed), &bytes, 2)
            errno = error
        }
        sigaction(signal, &action, nil)
    }
}
