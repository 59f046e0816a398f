import CZlib
import NIOCore

/// Compresses what is made bit by bit: gzip (RFC 1952). What it holds back is less than a part.
///
/// Used by one task after the other, never by two at once.
final class GzipStream {
    // zlib keeps the address of its stream.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    init() {
        stream.initialize(to: stint_stream())
        guard stint_deflate_init_gzip(stream, Gzip.Effort.quick.rawValue) == Z_OK else {
            preconditionFailure("zlib has no memory.")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// - Returns: What can go out by now, perhaps nothing.
    func compress(_ bytes: [UInt8]) -> ByteBuffer { run(bytes, Z_NO_FLUSH) }

    /// Ends the stream.
    func finish() -> ByteBuffer { run([], Z_FINISH) }

    private func run(_ bytes: [UInt8], _ flush: Int32) -> ByteBuffer {
        let step = 32 << 10
        var output = ByteBuffer()
        bytes.withUnsafeBufferPointer { bytes in
            stint_set_input(stream, bytes.baseAddress, UInt32(bytes.count))
            var isFull = true
            while isFull {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: step) { space in
                    stint_set_output(stream, space.baseAddress, UInt32(step))
                    let code = deflate(stream, flush)
                    precondition(code != Z_STREAM_ERROR, "zlib's stream is as it was set up.")
                    let unwritten = Int(stint_unwritten(stream))
                    isFull = unwritten == 0
                    return step - unwritten
                }
            }
        }
        return output
    }
}
