import HTTPTypes
import Hummingbird
import StintStorage
import StintWire

/// Answers of JSON, as bytes that are written once.
enum Answer {
    static func json(
        _ status: HTTPResponse.Status = .ok, _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var json = JSONWriter()
        write(&json)
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    /// For readers: with an `ETag`, and 304 where the caller has this already.
    static func tagged(_ json: JSONWriter, for request: Request) -> Response {
        tagged(json, tag(of: json), for: request)
    }

    /// - Parameter tag: That of the JSON, which was found before.
    static func tagged(_ json: JSONWriter, _ tag: String, for request: Request) -> Response {
        var headers = headers
        headers[.eTag] = tag
        headers[.cacheControl] = "private, no-cache"
        if isHeld(tag, by: request) { return Response(status: .notModified, headers: headers) }
        return Response(
            status: .ok, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    static func tag(of json: JSONWriter) -> String { tag(of: json.bytes) }

    static func tag(of bytes: [UInt8]) -> String {
        var digest = Fingerprint()
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes { digest.combine(byte) }
        }
        return "\"\(digest.hex)\""
    }

    /// Whether `If-None-Match` names the tag: RFC 9110 §13.1.2, compared weakly.
    static func isHeld(_ tag: String, by request: Request) -> Bool {
        guard let held = request.headers[.ifNoneMatch] else { return false }
        return EntityTag.isNamed(tag, in: held)
    }

    private static let headers: HTTPFields = [.contentType: "application/json"]
}
