import Foundation

/// `embed-pages OUTPUT PAGE…`: writes a Swift file that holds the texts of the pages.
///
/// What `app.js` imports becomes one script with it; every other file stays as it lies. As literals of text
/// they compile in a second; the byte arrays that a package embeds by itself take minutes.
@main enum EmbedPages {
    static func main() throws {
        let paths = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
        guard let output = paths.first else { fatalError("usage: embed-pages OUTPUT PAGE…") }
        var texts: [String: String] = [:]
        for page in paths.dropFirst() {
            texts[page.lastPathComponent] = try String(contentsOf: page, encoding: .utf8)
        }
        let script = try ScriptBundle(entry: "app.js", files: texts)
        for name in script.names { texts[name] = nil }
        texts["app.js"] = script.text
        let pages = texts.sorted { $0.key < $1.key }.map { name, text in
            """
                    PageFile(
                        name: "\(name)",
                        text: \(literal(text))),
            """
        }
        let source = """
            extension PageFile {
                /// Every file that a browser may ask for, by name.
                public static let all: [PageFile] = [
            \(pages.joined(separator: "\n"))
                ]
            }

            """
        try source.write(to: output, atomically: true, encoding: .utf8)
    }

    /// A literal of these very characters: with more signs around it than stand anywhere inside, so
    /// that nothing in it ends it or is an escape.
    private static func literal(_ text: String) -> String {
        let longest = text.split { $0 != "#" }.map(\.count).max() ?? 0
        let signs = String(repeating: "#", count: longest + 1)
        return "\(signs)\"\"\"\n\(text)\n\"\"\"\(signs)"
    }
}
