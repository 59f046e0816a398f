import Foundation
import Synchronization

/// A terminal whose keyboard and screen a test holds.
final class PseudoTerminal: Sendable {
    /// What a program is given as its standard input and output.
    let device: FileHandle
    private let keyboard: Int32
    private let written = Mutex<[UInt8]>([])

    struct NoTerminal: Error {}

    init(columns: UInt16, rows: UInt16) throws {
        var (keyboard, screen): (Int32, Int32) = (-1, -1)
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&keyboard, &screen, nil, nil, &size) == 0 else { throw NoTerminal() }
        self.keyboard = keyboard
        device = FileHandle(fileDescriptor: screen, closeOnDealloc: true)
        _ = fcntl(keyboard, F_SETFL, O_NONBLOCK)
    }

    deinit { close(keyboard) }

    /// Whether keys are shown as they are typed and come line by line, as a shell expects.
    var isItself: Bool {
        var mode = termios()
        guard tcgetattr(device.fileDescriptor, &mode) == 0 else { return false }
        let wanted = tcflag_t(ICANON | ECHO)
        return mode.c_lflag & wanted == wanted && mode.c_cc.10 != 0
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(keyboard, bytes, bytes.count)
    }

    /// Everything written to it so far.
    var screen: String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(keyboard, &bytes, bytes.count), count > 0 {
            written.withLock { $0 += bytes[..<count] }
        }
        return written.withLock { String(decoding: $0, as: UTF8.self) }
    }

    /// Waits until this has been written to it.
    func untilShown(_ text: String, within limit: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + limit
        while !screen.contains(text) {
            if ContinuousClock.now > deadline { throw NeverShown(text: text, screen: screen) }
            await Task.yield()
        }
    }

    struct NeverShown: Error {
        var text: String
        var screen: String
    }
}
