import HTTPTypes
import Hummingbird

/// Which page sends a request, by what the browser says of it; pages cannot change that.
enum PageOrigin {
    /// A page of this server.
    case own
    case foreign
    /// Nothing is said: it comes from a program, or asks for something only.
    case unsaid

    init(of request: Request) {
        // Said over TLS and on the own machine; it knows the scheme and the port behind a proxy too.
        if let site = request.headers[.secFetchSite] {
            self = site == "same-origin" ? .own : .foreign
            return
        }
        guard let origin = request.headers[.origin] else {
            self = .unsaid
            return
        }
        // `https://host:port`. A proxy may have ended TLS, so the scheme is left out.
        let authority = origin.drop { $0 != "/" }.drop { $0 == "/" }
        self = authority.lowercased() == request.head.authority?.lowercased() ? .own : .foreign
    }

    static let refusal = Problem(
        .forbidden, "foreign_origin",
        "In place of a key a cookie is taken from this server's own pages alone.")
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
