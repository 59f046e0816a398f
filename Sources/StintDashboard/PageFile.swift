/// One file of the dashboard, as it lies in the folder `Pages`; the program carries its bytes.
public struct PageFile: Sendable {
    public let name: String
    public let bytes: [UInt8]

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
    public static let index = PageFile(name: "index.html", bytes: PackageResources.index_html)

    /// What the document asks for: every other file of the folder, which a test holds it to.
    public static let assets = [
        favicon,
        PageFile(name: "api.js", bytes: PackageResources.api_js),
        PageFile(name: "app.css", bytes: PackageResources.app_css),
        PageFile(name: "app.js", bytes: PackageResources.app_js),
        PageFile(name: "charts.js", bytes: PackageResources.charts_js),
        PageFile(name: "formats.js", bytes: PackageResources.formats_js),
        PageFile(name: "keyboard.js", bytes: PackageResources.keyboard_js),
        PageFile(name: "live.js", bytes: PackageResources.live_js),
        PageFile(name: "overview.js", bytes: PackageResources.overview_js),
        PageFile(name: "preview.js", bytes: PackageResources.preview_js),
        PageFile(name: "signs.js", bytes: PackageResources.signs_js),
        PageFile(name: "theme.js", bytes: PackageResources.theme_js),
    ]

    public static let favicon = PageFile(
        name: "favicon.svg", bytes: PackageResources.favicon_svg)
}
