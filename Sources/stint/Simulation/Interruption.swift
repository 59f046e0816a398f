import Synchronization
import UnixSignals

/// Whether the user, or whoever started the program, asked it to stop.
final class Interruption: Sendable {
    private let isRaised = Atomic(false)

    var hasCome: Bool { isRaised.load(ordering: .relaxed) }

    /// Waits for SIGINT and SIGTERM until it is cancelled; neither ends the program meanwhile.
    func await() async {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            isRaised.store(true, ordering: .relaxed)
        }
    }
}
