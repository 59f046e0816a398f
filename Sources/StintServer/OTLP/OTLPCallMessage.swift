import HTTPTypes
import NIOCore

/// The one message of a call, from the frames that bring it, inflated where it is compressed: five bytes
/// that say whether it is and how long, then the message ("gRPC over HTTP/2", Length-Prefixed-Message).
///
/// grpc-swift reads messages as well, but resets the call where one is too large or is not what it
/// says, which exporters take for something that passes, and never ends on gzip that was cut short.
struct OTLPCallMessage {
    private static let headBytes = 5

    /// The most bytes of the message, after decompression.
    private let limit: Int
    /// Whether `grpc-encoding` names a compression that is known.
    private let isEncoded: Bool
    private var head = ByteBuffer()
    /// Bytes that are still to come; `nil` while it is not known how many these are.
    private var left: Int?
    private var inflation: Inflation?
    /// The message as it would have come without compression.
    private var inflated = ByteBuffer()
    /// What it has come to so far: bytes that are held until the call is answered.
    private(set) var bytes = 0

    /// - Parameter encoding: `grpc-encoding`, where one was sent.
    init(encoding: String?, limit: Int) {
        self.limit = limit
        isEncoded = encoding.map(Self.inflates) ?? false
    }

    /// Whether messages of this encoding are inflated here.
    static func inflates(_ encoding: String) -> Bool { encoding == "gzip" || encoding == "deflate" }

    /// Takes the next bytes.
    ///
    /// - Returns: What is ready to be handed on, without compression; empty while nothing is.
    /// - Throws: ``Problem`` 413 past the limit; 400 where it is not what it says.
    mutating func take(_ part: ByteBuffer) throws(Problem) -> ByteBuffer {
        var rest = part
        var ready = part
        if left == nil {
            let isWhole = head.readableBytes == 0 && part.readableBytes >= Self.headBytes
            let missing = Self.headBytes - head.readableBytes
            if let start = rest.readSlice(length: min(missing, rest.readableBytes)) {
                head.writeImmutableBuffer(start)
            }
            guard head.readableBytes == Self.headBytes else { return ByteBuffer() }
            try begin()
            // Most come in one part with what follows, which need not be copied.
            if !isWhole {
                ready = head
                ready.writeImmutableBuffer(rest)
            }
        }
        guard let left, rest.readableBytes <= left else {
            throw Self.malformed("A call of this method has one message.")
        }
        self.left = left - rest.readableBytes
        if let inflation { return try inflate(rest, by: inflation) }
        bytes += rest.readableBytes
        return ready
    }

    /// Says that no bytes are left.
    ///
    /// - Throws: ``Problem`` 400 where the message is not whole.
    func finish() throws(Problem) {
        guard left == 0 else {
            throw Problem(.badRequest, "cut_short", "The call ended before its message was whole.")
        }
    }

    /// Reads the head.
    private mutating func begin() throws(Problem) {
        guard let flag = head.getInteger(at: head.readerIndex, as: UInt8.self),
            let length = head.getInteger(at: head.readerIndex + 1, as: UInt32.self)
        else { return }
        guard length <= limit else { throw tooLarge }
        left = Int(length)
        switch flag {
        case 0: return
        case 1 where isEncoded: break
        default: throw Self.malformed("A message is compressed in no way that the call names.")
        }
        inflated = ByteBuffer(repeating: 0, count: Self.headBytes)
        inflation = Inflation(limit: limit + Self.headBytes)
    }

    private mutating func inflate(
        _ part: ByteBuffer, by inflation: Inflation
    ) throws(Problem) -> ByteBuffer {
        do throws(Inflation.Failure) {
            try inflation.inflate(part, into: &inflated)
            bytes = inflated.readableBytes
            guard left == 0 else { return ByteBuffer() }
            try inflation.finish()
        } catch {
            switch error {
            case .tooLarge: throw tooLarge
            case .malformed:
                throw Problem(
                    .badRequest, "bad_encoding",
                    "The message is not what its grpc-encoding says, or is cut short.")
            }
        }
        let length = UInt32(inflated.readableBytes - Self.headBytes)
        inflated.setInteger(length, at: inflated.readerIndex + 1)
        return inflated
    }

    private var tooLarge: Problem {
        Problem(
            .contentTooLarge, "too_large",
            "The message is larger than \(limit) bytes after decompression. Send it in parts.")
    }

    private static func malformed(_ detail: String) -> Problem {
        Problem(.badRequest, "malformed_body", detail)
    }
}
