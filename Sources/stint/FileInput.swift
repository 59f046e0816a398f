import Foundation

/// A file that a command reads, or standard input, as bytes come.
struct FileInput {
    /// As it was named; `-` for standard input.
    let name: String
    private let handle: FileHandle

    /// - Throws: ``CommandFailure`` where it cannot be read.
    init(_ name: String) throws {
        self.name = name
        guard name != "-" else {
            handle = .standardInput
            return
        }
        do {
            handle = try FileHandle(forReadingFrom: URL(filePath: name))
        } catch {
            throw CommandFailure(
                what: "cannot read \(name)", why: Self.reason(error), status: .wrongArguments)
        }
    }

    /// How messages call it.
    var title: String { name == "-" ? "standard input" : name }

    /// - Returns: What there is, at least a byte; nothing at the end.
    func read() throws -> [UInt8] {
        let chunk = 256 << 10
        var failed: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
            var result = Foundation.read(handle.fileDescriptor, buffer.baseAddress, chunk)
            while result < 0, errno == EINTR {
                result = Foundation.read(handle.fileDescriptor, buffer.baseAddress, chunk)
            }
            if result < 0 { failed = errno }
            count = max(0, result)
        }
        guard failed == 0 else {
            throw CommandFailure(
                what: "cannot read \(name)", why: "\(String(cString: strerror(failed))).",
                status: .wrongArguments)
        }
        return bytes
    }

    /// Whether more can be read without waiting.
    var hasMore: Bool {
        var state = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        return cause.domain == NSPOSIXErrorDomain
            ? "\(String(cString: strerror(Int32(cause.code))))." : "\(error.localizedDescription)"
    }
}
