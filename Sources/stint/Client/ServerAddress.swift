import Foundation

/// Where a server is: its scheme, host and port, and the path it may lie under.
struct ServerAddress: Hashable, Sendable {
    static let standard = "http://127.0.0.1:8790"

    /// Without a slash at its end.
    let text: String

    /// - Returns: `nil` unless the text is an `http` or `https` address of a host, without user,
    ///   query or fragment.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        self.text = text
    }

    /// The address of a resource of it; each segment of the path stands for itself.
    func url(_ path: [String], _ query: [QueryItem] = []) -> String {
        var url = text
        for segment in path {
            // A segment of dots would be resolved away on the road.
            let encoded = segment.percentEncoded
            let isDots = encoded == "." || encoded == ".."
            url += "/" + (isDots ? encoded.replacing(".", with: "%2E") : encoded)
        }
        if !query.isEmpty {
            url += "?"
            url += query.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }
                .joined(separator: "&")
        }
        return url
    }
}
