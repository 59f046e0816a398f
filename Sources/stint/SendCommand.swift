import ArgumentParser
import Foundation
import StintModel
import StintWire

/// `stint send FILE`: events of a file to the server.
struct SendCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send events, one JSON object a line.",
        discussion: """
            Events that are refused are told with their line, and the rest is kept; the exit code \
            is then 1. While the server is away or busy, each request is tried again for as long \
            as --timeout says. Sending a file again changes nothing, where its events say when \
            they happened (`at`).
            """)

    @Argument(help: ArgumentHelp("A file of events, or - for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var server: ServerOptions

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let input = try input()
        var delivery = EventDelivery(client: client, console: console)
        var batcher = EventBatcher()
        do {
            var isEnd = false
            while !isEnd {
                let chunk = try read(input)
                isEnd = chunk.isEmpty
                var batches = isEnd ? batcher.finish() : batcher.take(chunk)
                if batcher.isArray { throw arrayFailure }
                // Who writes into the pipe may think for long: what it wrote until now goes out.
                if !isEnd, !hasMore(input), let batch = batcher.flush() { batches.append(batch) }
                for batch in batches { try await delivery.send(batch) }
            }
        } catch {
            if delivery.sent > 0 { delivery.tellCount() }
            throw error
        }
        for line in batcher.tooLong {
            delivery.refuse(
                line: line, nil,
                "longer than \(EventBatcher.bytesPerLine >> 20) MiB, the most a request may hold")
        }
        delivery.tellCount()
        return delivery.rejected == 0 ? .done : .found
    }

    private var arrayFailure: CommandFailure {
        let source = file == "-" ? "" : " \(file.shellQuoted)"
        return CommandFailure(
            what: "\(file == "-" ? "standard input" : file) is a JSON array",
            why: "send reads one event a line.",
            next: "jq -c '.[]'\(source) | stint send -", status: .wrongArguments)
    }

    private func input() throws -> FileHandle {
        guard file != "-" else { return .standardInput }
        do {
            return try FileHandle(forReadingFrom: URL(filePath: file))
        } catch {
            throw CommandFailure(
                what: "cannot read \(file)", why: Self.reason(error), status: .wrongArguments)
        }
    }

    /// - Returns: What there is, at least a byte; nothing at the end.
    private func read(_ input: FileHandle) throws -> [UInt8] {
        let chunk = 256 << 10
        var failed: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
            var result = Foundation.read(input.fileDescriptor, buffer.baseAddress, chunk)
            while result < 0, errno == EINTR {
                result = Foundation.read(input.fileDescriptor, buffer.baseAddress, chunk)
            }
            if result < 0 { failed = errno }
            count = max(0, result)
        }
        guard failed == 0 else {
            throw CommandFailure(
                what: "cannot read \(file)", why: "\(String(cString: strerror(failed))).",
                status: .wrongArguments)
        }
        return bytes
    }

    /// Whether more can be read without waiting.
    private func hasMore(_ input: FileHandle) -> Bool {
        var state = pollfd(fd: input.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        return cause.domain == NSPOSIXErrorDomain
            ? "\(String(cString: strerror(Int32(cause.code))))." : "\(error.localizedDescription)"
    }
}
