import HTTPTypes
import Hummingbird

/// Compresses answers for who takes them so.
///
/// Only what is there as a whole: a body of unknown length may be a feed, each part of which is to
/// arrive at once.
struct AnswerCompression: RouterMiddleware {
    /// What is smaller hardly gains by it.
    private static let leastBytes = 1 << 10

    func handle(
        _ request: Request, context: RequestScope,
        next: @concurrent (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard response.status == .ok, !response.headers.contains(.contentEncoding),
            let length = response.body.contentLength, length >= Self.leastBytes
        else { return response }
        response.headers[.vary] = "Accept-Encoding"
        guard Self.isTaken(by: request) else { return response }
        let whole = WholeBody()
        try await response.body.write(whole)
        response.body = .init(
            byteBuffer: Gzip.compressed(whole.bytes.readableBytesView, .quick))
        response.headers[.contentLength] = response.body.contentLength.map(String.init)
        response.headers[.contentEncoding] = "gzip"
        // The tag is that of what it says, not of the bytes as they are sent (RFC 9110 §8.8.1).
        if let tag = response.headers[.eTag], !tag.hasPrefix("W/") {
            response.headers[.eTag] = "W/" + tag
        }
        return response
    }

    /// Whether `Accept-Encoding` allows gzip: RFC 9110 §12.5.3. HEAD has no body to compress; some
    /// clients would look for its end.
    static func isTaken(by request: Request) -> Bool {
        guard request.method != .head, let accepted = request.headers[.acceptEncoding] else {
            return false
        }
        var isTaken = false
        for part in accepted.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let coding = words.first else { continue }
            let isRefused = words.dropFirst().contains {
                $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0
            }
            switch coding {
            case "gzip", "x-gzip": return !isRefused
            case "*": isTaken = !isRefused
            default: break
            }
        }
        return isTaken
    }
}

/// Gathers what a body writes.
private final class WholeBody: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ part: ByteBuffer) {
        // Most bodies are written in one part, which need not be copied.
        if bytes.readableBytes == 0 { bytes = part } else { bytes.writeImmutableBuffer(part) }
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}
