import CZlib
import NIOCore

/// Compresses what is sent: gzip (RFC 1952), in one piece.
enum Gzip {
    enum Effort: Int32 {
        /// For what is sent once.
        case quick = 1
        /// For what is compressed once and sent often.
        case best = 9
    }

    static func compressed(_ bytes: some Collection<UInt8>, _ effort: Effort) -> ByteBuffer {
        let done = bytes.withContiguousStorageIfAvailable {
            compressed($0, effort)
        }
        return done ?? Array(bytes).withUnsafeBufferPointer { compressed($0, effort) }
    }

    private static func compressed(
        _ bytes: UnsafeBufferPointer<UInt8>, _ effort: Effort
    ) -> ByteBuffer {
        var stream = stint_stream()
        guard stint_deflate_init_gzip(&stream, effort.rawValue) == Z_OK else {
            preconditionFailure("zlib has no memory.")
        }
        defer { deflateEnd(&stream) }
        stint_set_input(&stream, bytes.baseAddress, UInt32(bytes.count))
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var output = ByteBuffer()
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { space in
            stint_set_output(&stream, space.baseAddress, UInt32(bound))
            let code = deflate(&stream, Z_FINISH)
            precondition(code == Z_STREAM_END, "zlib does not keep to its bound.")
            return bound - Int(stint_unwritten(&stream))
        }
        return output
    }
}
