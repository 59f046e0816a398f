import CZlib

/// Inflates a compressed body, checking its size while it grows rather than after.
enum Inflation {
    enum Failure: Error, Equatable {
        /// It would be larger than allowed.
        case tooLarge
        /// It is not what its `Content-Encoding` says, or is cut short.
        case malformed
    }

    /// gzip (of one or more members) or deflate (with or without a zlib header).
    ///
    /// - Parameters:
    ///   - limit: The most bytes that may come out.
    ///   - ratio: How many times its size a body may become, once past the first MiB.
    static func inflate(
        _ body: UnsafeRawBufferPointer, limit: Int, ratio: Int = 100
    ) throws(Failure) -> [UInt8] {
        do {
            return try inflate(body, limit: limit, ratio: ratio, initialise: stint_inflate_init)
        } catch .malformed where !looksLikeGzip(body) {
            // Some senders of "deflate" leave out the zlib header.
            return try inflate(body, limit: limit, ratio: ratio, initialise: stint_inflate_init_raw)
        }
    }

    private static func looksLikeGzip(_ body: UnsafeRawBufferPointer) -> Bool {
        body.count >= 2 && body[0] == 0x1F && body[1] == 0x8B
    }

    private static func inflate(
        _ body: UnsafeRawBufferPointer, limit: Int, ratio: Int,
        initialise: (UnsafeMutablePointer<z_stream>) -> Int32
    ) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard initialise(&stream) == Z_OK else { throw .malformed }
        defer { inflateEnd(&stream) }

        let freeBytes = 1 << 20
        let step = 64 << 10
        var output: [UInt8] = []
        output.reserveCapacity(min(limit, max(step, body.count * 4)))
        // zlib does not write through this pointer; its type is older than `const`.
        stream.next_in = UnsafeMutablePointer(
            mutating: body.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(body.count)
        var isEnded = false
        while !isEnded {
            var code = Z_OK
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: step) { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(step)
                code = CZlib.inflate(&stream, Z_NO_FLUSH)
                output.append(contentsOf: buffer[..<(step - Int(stream.avail_out))])
            }
            if output.count > limit { throw .tooLarge }
            if output.count > freeBytes, output.count / ratio > body.count { throw .tooLarge }
            switch code {
            case Z_OK:
                // All of the input is there: without progress it was cut short.
                if stream.avail_in == 0, stream.avail_out > 0 { throw .malformed }
            case Z_STREAM_END where stream.avail_in == 0:
                isEnded = true
            case Z_STREAM_END:
                // gzip may be several members in a row.
                guard inflateReset(&stream) == Z_OK else { throw .malformed }
            default:
                throw .malformed
            }
        }
        return output
    }
}
