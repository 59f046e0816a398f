/// A page elsewhere that says more of an execution.
public struct LinkBody: Decodable, Hashable, Sendable {
    public var title: String
    public var href: String

    public init(title: String, href: String) {
        self.title = title
        self.href = href
    }

    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("title", title)
            json.member("href", href)
        }
    }
}
