/// One file of a script, read line by line.
struct ScriptModule {
    let name: String
    /// The files it imports, in the order of its lines.
    private(set) var imports: [String] = []
    /// The names it exports, in the order of its lines.
    private(set) var exports: [String] = []
    private var lines: [Substring] = []

    init(name: String, text: String) throws(ScriptBundle.Fault) {
        self.name = name
        var isInComment = false
        var isInTemplate = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.drop { $0 == " " }
            if isInTemplate {
                // What looks like code or a comment in here is text.
                lines.append(line)
            } else if isInComment || words.hasPrefix("/**") {
                isInComment = !words.hasSuffix("*/")
                continue
            } else if words.hasPrefix("//") {
                continue
            } else {
                try read(line)
            }
            if !line.count(where: { $0 == "`" }).isMultiple(of: 2) { isInTemplate.toggle() }
        }
        guard !isInComment, !isInTemplate else {
            throw .init(
                description: "\(name): it is not understood where a comment or a text ends.")
        }
    }

    /// What holds its exports: `$chartDrawing` for `chart-drawing.js`. No name of ours begins with the sign.
    var object: String { Self.object(of: name) }

    var asFunction: String {
        let body = lines.joined(separator: "\n")
        guard !exports.isEmpty else { return "(() => {\n\(body)})();\n" }
        return
            "const \(object) = (() => {\n\(body)return { \(exports.joined(separator: ", ")) };\n})();\n"
    }

    private mutating func read(_ line: Substring) throws(ScriptBundle.Fault) {
        if line.contains("import(") || line.contains("import.meta") {
            throw fault(in: line)
        } else if line.hasPrefix("import ") {
            try readImport(line)
        } else if line.hasPrefix("export ") {
            let declaration = #/export ((?:async )?(?:function|class|const) (\w+).*)/#
            guard let match = line.wholeMatch(of: declaration) else { throw fault(in: line) }
            exports.append(String(match.2))
            lines.append(match.1)
        } else {
            lines.append(line)
        }
    }

    private mutating func readImport(_ line: Substring) throws(ScriptBundle.Fault) {
        if let match = line.wholeMatch(of: #/import '\./([\w.-]+)';/#) {
            imports.append(String(match.1))
        } else if let match = line.wholeMatch(of: #/import \* as (\w+) from '\./([\w.-]+)';/#) {
            imports.append(String(match.2))
            lines.append("const \(match.1) = \(Self.object(of: String(match.2)));")
        } else if let match = line.wholeMatch(of: #/import \{ ([\w, ]+) \} from '\./([\w.-]+)';/#) {
            imports.append(String(match.2))
            let names = match.1.replacing(" as ", with: ": ")
            lines.append("const { \(names) } = \(Self.object(of: String(match.2)));")
        } else {
            throw fault(in: line)
        }
    }

    private func fault(in line: Substring) -> ScriptBundle.Fault {
        .init(description: "\(name): this is not understood: \(line)")
    }

    private static func object(of name: String) -> String {
        let words = name.prefix { $0 != "." }.split(separator: "-")
        let others = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return "$" + words.prefix(1).joined() + others.joined()
    }
}
