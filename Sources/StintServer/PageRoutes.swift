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
            .page("/assets/:name") { request, scope in
                guard let asset = Self.assets[try scope.parameters.require("name")] else {
                    throw Problem.notFound
                }
                return asset.answer(to: request)
            },
            // Asked for by browsers that have not read the document.
            .page("/favicon.ico") { request, _ in Self.favicon.answer(to: request) },
        ]
    }

    private static let index = HeldPage(.index)
    private static let favicon = HeldPage(.favicon)
    private static let assets = Dictionary(
        uniqueKeysWithValues: PageFile.assets.map { ($0.name, HeldPage($0)) })
}

/// A file as it is sent: compressed once, and known by a tag that changes with it.
private struct HeldPage: Sendable {
    private let body: ByteBuffer
    private let compressed: ByteBuffer
    private let tag: String
    private let headers: HTTPFields

    init(_ file: PageFile) {
        body = ByteBuffer(bytes: file.bytes)
        compressed = Gzip.compressed(file.bytes, .best)
        tag = Answer.tag(of: file.bytes)
        headers = [
            .contentType: file.contentType,
            // Kept, and asked for again each time: after an update nobody mixes old files and new.
            .cacheControl: "no-cache",
            .vary: "Accept-Encoding",
            .contentSecurityPolicy: Self.policy,
            .referrerPolicy: "no-referrer",
            .crossOriginOpenerPolicy: "same-origin",
        ]
    }

    func answer(to request: Request) -> Response {
        var headers = headers
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
