import Crypto
public import StintModel

/// The signature of a request, version 4, as its `Authorization` header carries it.
///
/// Signed are the method, the path and query, every header given, and the body. Paths are those of
/// these interfaces: already in their shortest form, and of unreserved characters.
public struct RequestSignature: Sendable {
    public let credentials: AWSCredentials
    public let region: String
    /// As it signs: `states`, `sqs`.
    public let service: String

    public init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The instant as the header `X-Amz-Date` has it: `20261121T053305Z`.
    public static func date(_ instant: Instant) -> String {
        let digits = instant.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }
        return digits + "Z"
    }

    /// - Parameters:
    ///   - headers: Those that are signed, `Host` and `X-Amz-Date` among them.
    ///   - at: The instant that `X-Amz-Date` says. The service takes it within five minutes.
    public func authorization(
        _ method: String, path: String = "/", query: [(name: String, value: String)] = [],
        headers: [AWSRequest.Header], body: [UInt8], at: Instant
    ) -> String {
        let date = Self.date(at)
        let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
        var values: [String: [String]] = [:]
        for header in headers {
            let words = header.value.split(whereSeparator: { $0 == " " || $0 == "\t" })
            values[header.name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        let names = values.keys.sorted()
        let signed = names.joined(separator: ";")
        let canonicalQuery = query.map { "\(encoded($0.name))=\(encoded($0.value))" }.sorted()
        let canonical = [
            method, path, canonicalQuery.joined(separator: "&"),
            names.map { "\($0):\(values[$0, default: []].joined(separator: ","))\n" }.joined(),
            signed, hex(SHA256.hash(data: body)),
        ].joined(separator: "\n")
        let text = [
            "AWS4-HMAC-SHA256", date, scope, hex(SHA256.hash(data: Array(canonical.utf8))),
        ].joined(separator: "\n")
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(signed), Signature=\(hex(seal(text, on: date.prefix(8))))"
    }

    private func seal(
        _ text: String, on day: Substring
    ) -> HMAC<SHA256>.MAC {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secret)".utf8))
        for part in [String(day), region, service, "aws4_request"] {
            key = SymmetricKey(
                data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        return String(
            decoding: text.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
                default: [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
                }
            }, as: UTF8.self)
    }
}
