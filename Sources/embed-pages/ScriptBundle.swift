/// Modules as the one script that a browser fetches, so that a page does not wait for each of some forty files in turn.
///
/// Each module becomes a function that is called once, after those of the modules it imports, and returns what
/// it exports; inside, every line stays as it was written. It understands what our modules are written in, and refuses the
/// rest, so that the script does what the files would do as they lie:
///
/// - `import { one, two as other } from './file.js';`, `import * as file from './file.js';` and `import './file.js';`, in a
///   line each;
/// - `export` before a function, a class or a `const` of one name: what is exported never changes, so it can be handed over;
/// - no circle, and no `import()`.
///
/// Lines that hold nothing but a comment are left out: they are a fifth of what would be sent.
struct ScriptBundle {
    let text: String
    /// The names of the files that are inside.
    let names: [String]

    /// - Parameters:
    ///   - entry: The name of the file that begins; the others are what it imports, at any depth.
    ///   - files: The texts of all, by name.
    init(entry: String, files: [String: String]) throws(Fault) {
        var order = Order(files: files)
        try order.place(entry, for: nil)
        let exports = order.placed.filter { !$0.exports.isEmpty }
            .map { "\($0.object) as \($0.object.dropFirst())" }
        names = order.placed.map(\.name)
        text =
            order.placed.map(\.asFunction).joined()
            // For the console, and for tests of a single module.
            + "export { \(exports.joined(separator: ", ")) };\n"
    }

    /// What a module does that is not understood here.
    struct Fault: Error, CustomStringConvertible, Equatable {
        let description: String
    }
}

/// Puts each module after those it imports.
private struct Order {
    let files: [String: String]
    var placed: [ScriptModule] = []
    private var begun: Set<String> = []

    init(files: [String: String]) {
        self.files = files
    }

    mutating func place(_ name: String, for importer: String?) throws(ScriptBundle.Fault) {
        if placed.contains(where: { $0.name == name }) { return }
        guard let text = files[name] else {
            throw .init(
                description: "\(importer ?? "The script") needs \(name), which is not there.")
        }
        guard begun.insert(name).inserted else {
            throw .init(description: "\(name) imports itself, over \(importer ?? name).")
        }
        let module = try ScriptModule(name: name, text: text)
        for other in module.imports { try place(other, for: name) }
        placed.append(module)
    }
}
