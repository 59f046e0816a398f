import Foundation
import StintServer
import Yams

/// A YAML file of settings, under the names of the flags.
struct SettingsFile {
    /// As texts, however they are written; by name.
    private(set) var settings: [String: String] = [:]
    /// The list of prices, where it stands in this file, and what the file is called.
    private(set) var prices: (node: Node, path: String)?
    /// The lists of links and of commands.
    private(set) var links = ExecutionLinks()

    /// - Throws: ``CommandFailure`` naming the file and the setting that is wrong.
    init(path: String) throws(CommandFailure) {
        let document: Node?
        do {
            document = try Yams.compose(yaml: String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw CommandFailure(
                what: "\(path) cannot be read as YAML", why: "\(error)", status: .wrongArguments)
        }
        // A file of comments alone says nothing.
        guard let document else { return }
        guard let members = document.mapping else {
            throw .wrongArguments(
                "\(path) is not a list of settings", next: "Write one a line: 'port: 8790'.")
        }
        for (key, value) in members {
            let name = key.string ?? ""
            if let kind = ExecutionLinks.Template.Kind(rawValue: name) {
                let list = try ExecutionLinks.Template.list(kind, yaml: value, of: path)
                switch kind {
                case .links: links.links = list
                case .commands: links.commands = list
                }
                continue
            }
            guard ServerConfiguration.names.contains(name) else {
                throw .wrongArguments(
                    "\(path) has a setting that is not known here: \(name)",
                    next:
                        "The settings are \(ServerConfiguration.names.sorted().joined(separator: ", "))."
                )
            }
            if let scalar = value.scalar {
                settings[name] = scalar.string
            } else if name == "prices" {
                prices = (value, path)
            } else {
                throw .wrongArguments(
                    "\(path): the setting \(name) has a single value, not a list of them")
            }
        }
    }
}
