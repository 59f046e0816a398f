// Sources may be cancelled from any thread.
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// The keyboard of the terminal that standard input is.
///
/// While somebody listens, keys come at once and are not shown. However the process ends, but for a
/// signal that nobody can trap, the terminal is as it was before.
enum Keyboard {
    /// How the terminal was; `nil` while nobody listens.
    private static let former = Mutex<termios?>(nil)

    private static let restoresAtExit: Void = {
        _ = atexit { Keyboard.restore() }
    }()

    /// What is typed, as it comes; ends at once where standard input is no terminal. The terminal is
    /// itself again when the stream ends.
    static func input() -> AsyncStream<[UInt8]> {
        let (stream, listener) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingNewest(64))
        guard isatty(STDIN_FILENO) == 1, takeOver() else {
            listener.finish()
            return stream
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
        source.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 256)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            // Nothing means that the terminal is gone.
            guard count > 0 else { return listener.finish() }
            listener.yield(Array(bytes[..<count]))
        }
        listener.onTermination = { _ in
            source.cancel()
            restore()
        }
        source.activate()
        return stream
    }

    /// Keys one by one, without their echo; Ctrl-C goes on to interrupt, Ctrl-Z does nothing, for
    /// it would leave the terminal like this.
    private static func takeOver() -> Bool {
        _ = restoresAtExit
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return false }
        let before = mode
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &mode.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
            characters[Int(VSUSP)] = 0
        }
        former.withLock { $0 = $0 ?? before }
        return tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0
    }

    private static func restore() {
        former.withLock { former in
            guard var mode = former else { return }
            tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
            former = nil
        }
    }
}
