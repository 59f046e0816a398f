import Foundation

/// `embed-pages OUTPUT PAGE…`: writes a Swift file that holds the texts of the pages.
///
/// As literals of text they compile in a second; the byte arrays that a package embeds by itself take
/// minutes.
@main enum EmbedPages {
    static func main() throws {
        let paths = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
        guard let output = paths.first else { fatalError("usage: embed-pages OUTPUT PAGE…") }
        let pages = try paths.dropFirst().map { page in
            let text = try String(contentsOf: page, encoding: .utf8)
            return """
                        PageFile(
                            name: "\(page.lastPathComponent)",
                            text: \(literal(text))),
                """
        }
        let source = """
            extension PageFile {
                /// Every file of the folder, by name.
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
