import StintModel
import StintWire

/// Where one looks on from an execution: pages elsewhere, and commands.
///
/// Beside those that an operator has set there are those of Step Functions and CloudWatch, where the
/// execution came from there.
public struct ExecutionLinks: Hashable, Sendable {
    /// A page or a command for some of the executions.
    public struct Template: Hashable, Sendable {
        public var title: String
        public var target: ExecutionTemplate
        /// What an execution must have for it.
        public var conditions: [Condition]

        public init(title: String, target: ExecutionTemplate, conditions: [Condition] = []) {
            self.title = title
            self.target = target
            self.conditions = conditions
        }
    }

    public struct Condition: Hashable, Sendable {
        public var place: ExecutionTemplate.Place
        public var value: String

        public init(place: ExecutionTemplate.Place, value: String) {
            self.place = place
            self.value = value
        }
    }

    /// Values are percent-encoded.
    public var links: [Template]
    /// Values are quoted for a shell.
    public var commands: [Template]

    public init(links: [Template] = [], commands: [Template] = []) {
        self.links = links
        self.commands = commands
    }

    func pages(of execution: Execution, at now: Instant) -> [LinkBody] {
        filled(links, from: execution, at: now, PercentEncoding.encode)
            .map { LinkBody(title: $0.title, href: $0.text) }
            + AmazonPlaces(execution).links(at: now)
    }

    func commandLines(of execution: Execution, at now: Instant) -> [CommandBody] {
        filled(commands, from: execution, at: now, \.shellQuoted)
            .map { CommandBody(title: $0.title, command: $0.text) }
            + AmazonPlaces(execution).commands(at: now)
    }

    private func filled(
        _ templates: [Template], from execution: Execution, at now: Instant,
        _ escape: (String) -> String
    ) -> [(title: String, text: String)] {
        templates.compactMap { template in
            let holds = template.conditions.allSatisfy {
                $0.place.value(of: execution, at: now) == $0.value
            }
            guard holds, let text = template.target.filled(from: execution, at: now, escape) else {
                return nil
            }
            return (template.title, text)
        }
    }
}
