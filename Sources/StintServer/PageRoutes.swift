import HTTPTypes
import Hummingbird
import StintDashboard

/// The dashboard's files. They are open to everybody: what they show, they ask of this interface as
/// whoever reads them.
struct PageRoutes: Sendable {
    /// The paths of the pages: all begin with the same document, which looks at the path itself.
    static let pages = ["/", "/executions", "/executions/:id", "/diagnose", "/login"]

    var routes: [Route] {
        Self.pages.map { path in
            .page(path) { request, _ in Self.index.answer(to: request) }
        } + [
            .page("/assets/:version/:name") { request, scope in
                guard let asset = Self.assets[try scope.parameters.require("name")] else {
                    throw Problem.notFound
                }
                let version = try scope.parameters.require("version")
                return asset.answer(to: request, mayKeep: version == asset.version)
            },
            // Asked for by browsers that have not read the document.
            .page("/favicon.ico") { request, _ in Self.favicon.answer(to: request) },
        ]
    }

    private static let index = HeldPage(.index, document)
    private static let favicon = HeldPage(.favicon, PageFile.favicon.bytes)
    private static let assets = Dictionary(
        uniqueKeysWithValues: PageFile.assets.map { ($0.name, HeldPage($0, $0.bytes)) })

    /// The document names each file by an address that changes with it. So it alone is asked for again
    /// each time; the others a browser keeps, and after an update nobody mixes old and new.
    private static let document: [UInt8] = {
        let text = String(decoding: PageFile.index.bytes, as: UTF8.self)
        return Array(
            assets.reduce(text) { text, asset in
                text.replacing(
                    "\"/assets/\(asset.key)\"",
                    with: "\"/assets/\(asset.value.version)/\(asset.key)\"")
            }.utf8)
    }()
}

/// A file as it is sent: compressed once, and known by a tag that changes with it.
private struct HeldPage: Sendable {
    let version: String
    private let body: ByteBuffer
    private let compressed: ByteBuffer
    private let tag: String
    private let headers: HTTPFields

    init(_ file: PageFile, _ bytes: [UInt8]) {
        body = ByteBuffer(bytes: bytes)
        compressed = Gzip.compressed(bytes, .best)
        tag = Answer.tag(of: bytes)
        version = String(tag.dropFirst().dropLast())
        headers = [
            .contentType: file.contentType,
            .vary: "Accept-Encoding",
            .contentSecurityPolicy: Self.policy,
            .referrerPolicy: "no-referrer",
            .crossOriginOpenerPolicy: "same-origin",
        ]
    }

    /// - Parameter mayKeep: Whether the address is one of these very bytes.
    func answer(to request: Request, mayKeep: Bool = false) -> Response {
        var headers = headers
        headers[.cacheControl] = mayKeep ? "public, max-age=31536000, immutable" : "no-cache"
        let isCompressed = AnswerCompression.isTaken(by: request)
        headers[.eTag] = isCompressed ? "W/" + tag : tag
        if Answer.isHeld(tag, by: request) {
            return Response(status: .notModified, headers: headers)
        }
        if isCompressed { headers[.contentEncoding] = "gzip" }
        return Response(
            status: .ok, headers: headers,
            body: .init(byteBuffer: isCompressed ? compressed : body))
    }

    /// Nothing but what comes from here, and no script or style inside the document: a text that was
    /// recorded cannot become either.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "font-src 'self'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
    ].joined(separator: "; ")
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    fileprivate static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
}
