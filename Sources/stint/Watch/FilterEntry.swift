/// A filter that is being typed, in the language of the filter field on the web.
struct FilterEntry: Hashable, Sendable {
    private static let longest = 200

    private(set) var text: String
    /// What was wrong with it when it was last entered.
    var fault: String?

    init(text: String) {
        self.text = text
    }

    mutating func append(_ character: Character) {
        guard text.count < Self.longest else { return }
        text.append(character)
        fault = nil
    }

    mutating func erase() {
        text = String(text.dropLast())
        fault = nil
    }

    /// The filter together with what holds already.
    func filter(on base: ExecutionFilter) throws(CommandFailure) -> ExecutionFilter {
        let typed: [QueryItem]
        do {
            typed = try FilterExpression.parameters(text)
        } catch {
            throw error as? CommandFailure ?? .wrongArguments("\(error)")
        }
        for item in typed where !item.name.hasPrefix("attr.") {
            let isTwice = item.name != "status" && typed.count { $0.name == item.name } > 1
            if isTwice || base.parameters.contains(where: { $0.name == item.name }) {
                throw .wrongArguments("\(item.name) is given twice")
            }
        }
        return ExecutionFilter(parameters: base.parameters + typed)
    }

    func lines(_ style: Style) -> [String] {
        let entry = style.fitted("/\(style.text(text))_")
        return (fault.map { [style.painted(style.fitted(style.text($0)), .red)] } ?? []) + [entry]
    }
}
