import HTTPTypes
import Hummingbird
import StintModel
import StintStorage

/// The cookie that holds the secret of a browser's session.
struct SessionCookie: Sendable {
    /// Whether the server itself speaks TLS.
    let isSecure: Bool

    /// The prefix makes browsers refuse a cookie of that name that came any other way (RFC 6265bis
    /// §4.1.3.2); they would refuse this one over plain HTTP.
    var name: String { isSecure ? "__Host-stint" : "stint" }

    /// - Returns: `nil` where there is none, or one that cannot be ours.
    func secret(in request: Request) -> SessionSecret? {
        guard let cookies = request.headers[.cookie] else { return nil }
        for pair in cookies.split(separator: ";") {
            let pair = pair.drop { $0 == " " }
            guard pair.hasPrefix(name + "=") else { continue }
            return SessionSecret(text: pair.dropFirst(name.count + 1))
        }
        return nil
    }

    /// The value of `Set-Cookie` that gives a browser the secret.
    func giving(_ secret: SessionSecret) -> String {
        "\(name)=\(secret.text); Max-Age=\(Int(BrowserSession.longest.seconds)); \(attributes)"
    }

    /// The value of `Set-Cookie` that takes it away.
    var taking: String { "\(name)=; Max-Age=0; \(attributes)" }

    private var attributes: String {
        "Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }
}
