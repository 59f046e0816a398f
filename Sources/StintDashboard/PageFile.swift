/// One file of the dashboard, as it lies in the folder `Pages`; the program carries its text.
public struct PageFile: Sendable {
    public let name: String
    let text: StaticString

    public var bytes: [UInt8] { text.withUTF8Buffer(Array.init) }

    /// The media type, by the ending of the name.
    public var contentType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: preconditionFailure("The media type of \(name) is not known.")
        }
    }

    /// The document that every page begins with.
    public static let index = named("index.html")

    /// What the document asks for: every other file of the folder.
    public static let assets = all.filter { $0.name != index.name }

    public static let favicon = named("favicon.svg")

    private static func named(_ name: String) -> PageFile {
        guard let file = all.first(where: { $0.name == name }) else {
            preconditionFailure("There is no \(name) among the pages.")
        }
        return file
    }
}
