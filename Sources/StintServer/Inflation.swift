import CZlib
import NIOCore

/// Inflates a compressed body while it comes, and stops where it grows too large.
///
/// gzip (of one or more members) or deflate (with or without a zlib header).
final class Inflation {
    enum Failure: Error, Equatable {
        /// It would be larger than allowed.
        case tooLarge
        /// It is not what its `Content-Encoding` says, or is cut short.
        case malformed
    }

    /// The most bytes that may come out.
    private let limit: Int
    /// How many times its size a body may become, once past the first MiB.
    private let ratio = 100
    private let freeBytes = 1 << 20
    /// gzip writes blocks of 64 KiB as members at the smallest; only a bomb has many more.
    private let maximumMembers = 1_024
    private let step = 64 << 10

    // zlib keeps the address of its stream.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isInitialised = false
    /// The first bytes, until they are enough to tell the form.
    private var start: [UInt8] = []
    private var members = 1
    private var bytesIn = 0
    private var isEnded = false

    init(limit: Int) {
        self.limit = limit
        stream.initialize(to: stint_stream())
    }

    deinit {
        if isInitialised { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Takes the next part of the body.
    func inflate(_ part: ByteBuffer, into output: inout ByteBuffer) throws(Failure) {
        var part = part
        if !isInitialised {
            start += part.readBytes(length: min(part.readableBytes, 2 - start.count)) ?? []
            guard start.count == 2 else { return }
            try initialise()
            try inflateAll(of: ByteBuffer(bytes: start), into: &output)
        }
        try inflateAll(of: part, into: &output)
    }

    /// Says that no part is left.
    func finish() throws(Failure) {
        guard isEnded else { throw .malformed }
    }

    private func initialise() throws(Failure) {
        let isGzip = start[0] == 0x1F && start[1] == 0x8B
        // RFC 1950 §2.2: method 8, and a check over both bytes. Some senders of "deflate" leave
        // that header out.
        let isZlib = start[0] & 0x0F == 8 && (Int(start[0]) << 8 + Int(start[1])) % 31 == 0
        let code =
            isGzip || isZlib ? stint_inflate_init(stream) : stint_inflate_init_raw(stream)
        guard code == Z_OK else { throw .malformed }
        isInitialised = true
    }

    private func inflateAll(
        of part: ByteBuffer, into output: inout ByteBuffer
    ) throws(Failure) {
        try part.withUnsafeReadableBytes { (bytes) throws(Failure) in
            try inflate(bytes, into: &output)
        }
    }

    private func inflate(
        _ part: UnsafeRawBufferPointer, into output: inout ByteBuffer
    ) throws(Failure) {
        guard let base = part.baseAddress, !part.isEmpty else { return }
        stint_set_input(stream, base, UInt32(part.count))
        let bytesBefore = bytesIn
        var isFull = false
        while stint_unread(stream) > 0 || isFull {
            if isEnded {
                members += 1
                guard members <= maximumMembers, inflateReset(stream) == Z_OK else {
                    throw .malformed
                }
                isEnded = false
            }
            var code = Z_OK
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: step) { space in
                stint_set_output(stream, space.baseAddress, UInt32(step))
                code = CZlib.inflate(stream, Z_NO_FLUSH)
                return step - Int(stint_unwritten(stream))
            }
            bytesIn = bytesBefore + part.count - Int(stint_unread(stream))
            isFull = stint_unwritten(stream) == 0
            let bytesOut = output.readableBytes
            if bytesOut > limit { throw .tooLarge }
            if bytesOut > freeBytes, bytesOut / ratio > bytesIn { throw .tooLarge }
            switch code {
            case Z_OK: break
            // Nothing was left to do after a step that filled its space.
            case Z_BUF_ERROR: isFull = false
            case Z_STREAM_END:
                isEnded = true
                isFull = false
            default: throw .malformed
            }
        }
    }
}
