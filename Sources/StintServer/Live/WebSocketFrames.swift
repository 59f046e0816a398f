import NIOCore
import NIOWebSocket

/// The frames that the server sends, as bytes: unmasked and whole (RFC 6455 §5.2).
enum WebSocketFrames {
    static func writeHead(
        _ opcode: WebSocketOpcode, length: Int, to buffer: inout ByteBuffer
    ) {
        buffer.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch length {
        case ...125:
            buffer.writeInteger(UInt8(length))
        case ...0xFFFF:
            buffer.writeInteger(126 as UInt8)
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(127 as UInt8)
            buffer.writeInteger(UInt64(length))
        }
    }

    static let ping = control(.ping, ByteBuffer())

    static func pong(_ data: ByteBuffer) -> ByteBuffer { control(.pong, data) }

    static func close(_ code: WebSocketErrorCode) -> ByteBuffer {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        return control(.connectionClose, data)
    }

    /// - Parameter data: At most 125 bytes.
    private static func control(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        writeHead(opcode, length: data.readableBytes, to: &buffer)
        buffer.writeImmutableBuffer(data)
        return buffer
    }
}
