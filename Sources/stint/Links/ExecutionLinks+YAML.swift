import StintServer
import Yams

// Links and commands as people write them: lists in the YAML file of settings.

extension ExecutionLinks.Template {
    /// What the list gives.
    enum Kind: String {
        case links, commands

        var target: String { self == .links ? "href" : "command" }
    }

    /// Reads a list: `- {title: Logs, href: "https://logs.example/?id={id}", when: {source: sqs}}`.
    ///
    /// - Throws: ``CommandFailure`` naming the file, the entry and the member that is wrong.
    static func list(
        _ kind: Kind, yaml list: Node, of path: String
    ) throws(CommandFailure) -> [Self] {
        guard let list = list.sequence else {
            throw .wrongArguments(
                "the \(kind.rawValue) of \(path) are not a list",
                next: "Write one a line: '- {title: …, \(kind.target): …}'.")
        }
        var templates: [Self] = []
        for (index, node) in list.enumerated() {
            templates.append(
                try Self(kind, node, of: "entry \(index + 1) of the \(kind.rawValue) of \(path)"))
        }
        return templates
    }

    private init(_ kind: Kind, _ node: Node, of place: String) throws(CommandFailure) {
        let names = ["title", kind.target, "when"]
        let due = "Its members are \(names.joined(separator: ", "))."
        guard let members = node.mapping else {
            throw .wrongArguments("\(place) has no members", next: due)
        }
        for (name, _) in members where !names.contains(name.string ?? "") {
            throw .wrongArguments(
                "\(place) has a member that is not known here: \(name.string ?? "a compound one")",
                next: due)
        }
        guard let title = members["title"]?.scalar?.string, !title.isEmpty,
            let text = members[kind.target]?.scalar?.string
        else {
            throw .wrongArguments("\(place) lacks its title or its \(kind.target)", next: due)
        }
        let target: ExecutionTemplate
        do throws(ExecutionTemplate.Fault) {
            target = try ExecutionTemplate(text)
        } catch {
            switch error {
            case .unclosed:
                throw .wrongArguments(
                    "\(place): a brace of its \(kind.target) has no other one",
                    next: "A value stands as {id}.")
            case .unknown(let name):
                throw .wrongArguments(
                    "\(place): there is no value {\(name)}", next: Self.knownNames)
            }
        }
        if kind == .links, !["https://", "http://"].contains(where: target.beginning.hasPrefix) {
            throw .wrongArguments(
                "\(place): its href does not begin with https:// or http://",
                next: "Give the whole address of the page.")
        }
        self.init(
            title: title, target: target,
            conditions: try members["when"].map { node throws(CommandFailure) in
                try Self.conditions(node, of: place)
            } ?? [])
    }

    private static func conditions(
        _ node: Node, of place: String
    ) throws(CommandFailure) -> [ExecutionLinks.Condition] {
        guard let members = node.mapping else {
            throw .wrongArguments(
                "\(place): its 'when' is not a mapping", next: "Write as {source: sqs}.")
        }
        var conditions: [ExecutionLinks.Condition] = []
        for (name, value) in members {
            guard let known = ExecutionTemplate.Place(name.string ?? ""),
                let value = value.scalar?.string
            else {
                throw .wrongArguments(
                    "\(place): its 'when' asks for \(name.string ?? "a compound name")",
                    next: Self.knownNames)
            }
            conditions.append(.init(place: known, value: value))
        }
        return conditions
    }

    private static var knownNames: String {
        "The values are \(ExecutionTemplate.Place.names.joined(separator: ", "))."
    }
}
