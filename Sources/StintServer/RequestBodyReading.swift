import HTTPTypes
import Hummingbird
import NIOCore

/// Reads bodies whole, inflated, within the limit.
struct RequestBodyReading: Sendable {
    /// The most bytes of a body, counted after decompression.
    let limit: Int

    /// - Throws: ``Problem`` 413 past the limit, 415 for an unknown `Content-Encoding`, 400 for a
    ///   body that is not what its encoding says.
    func read(_ request: Request) async throws -> ByteBuffer {
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw tooLarge
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
        switch request.headers[.contentEncoding]?.lowercased() ?? "identity" {
        case "identity", "": return body
        case "gzip", "x-gzip", "deflate": return try inflated(body)
        case let other:
            throw Problem(
                .unsupportedMediaType, "unknown_encoding",
                "The Content-Encoding \(other.prefix(100)) is not known here; gzip and deflate are.",
                headers: [.acceptEncoding: "gzip, deflate"])
        }
    }

    private func inflated(_ body: ByteBuffer) throws(Problem) -> ByteBuffer {
        do throws(Inflation.Failure) {
            let bytes = try body.withUnsafeReadableBytes { (bytes) throws(Inflation.Failure) in
                try Inflation.inflate(bytes, limit: limit)
            }
            return ByteBuffer(bytes: bytes)
        } catch {
            switch error {
            case .tooLarge: throw tooLarge
            case .malformed:
                throw Problem(
                    .badRequest, "bad_encoding",
                    "The body is not what its Content-Encoding says, or is cut short.")
            }
        }
    }

    private var tooLarge: Problem {
        Problem(
            .contentTooLarge, "too_large",
            "The body is larger than \(limit) bytes after decompression. Send it in parts.")
    }
}
