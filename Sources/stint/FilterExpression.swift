import StintModel

/// The filter language of the web page: another spelling of the list's parameters, and nothing more.
///
/// Blanks separate terms. `field:value` compares exactly; `field:"two words"` holds blanks;
/// `duration:>60` and `duration:<300` are bounds in seconds. All other terms, and everything in
/// quotation marks, are words to find.
enum FilterExpression {
    private static let fields = [
        "agent": "agent", "status": "status", "user": "user", "correlation": "correlation",
        "parent": "parent", "error": "errorType", "goal": "goalMet", "environment": "environment",
        "counted": "counted",
    ]

    /// - Throws: ``CommandFailure`` that names the term at fault, and the nearest field there is.
    static func parameters(_ text: String) throws -> [QueryItem] {
        var items: [QueryItem] = []
        var words: [String] = []
        for term in terms(text) {
            guard let field = term.field else {
                if !term.value.isEmpty { words.append(term.value) }
                continue
            }
            items.append(try parameter(field, term.value))
        }
        if !words.isEmpty { items.append(QueryItem("q", words.joined(separator: " "))) }
        return items
    }

    private static func parameter(_ field: String, _ value: String) throws -> QueryItem {
        func fault(_ what: String) -> CommandFailure { .wrongArguments("--query: \(what)") }

        guard !value.isEmpty else { throw fault("'\(field):' has no value") }
        if field.hasPrefix("attr."), field.count > 5 { return QueryItem(field, value) }
        switch field {
        case "status":
            guard let status = ExecutionStatus(word: value) else {
                throw fault("no status is called '\(value)'")
            }
            return QueryItem("status", status.word)
        case "goal":
            guard let goal = FilterOptions.Goal(rawValue: value) else {
                throw fault("goal is met or missed, not '\(value)'")
            }
            return QueryItem("goalMet", String(goal.isMet))
        case "counted":
            guard value == "true" || value == "false" else {
                throw fault("counted is true or false, not '\(value)'")
            }
            return QueryItem("counted", value)
        case "duration":
            guard let bound = SpanArgument(argument: String(value.dropFirst())),
                value.hasPrefix(">") || value.hasPrefix("<")
            else { throw fault("duration is >60 or <300, not '\(value)'") }
            return QueryItem(
                value.hasPrefix(">") ? "minDurationSeconds" : "maxDurationSeconds",
                bound.secondsText)
        default:
            guard let name = fields[field] else {
                let known = Array(fields.keys) + ["duration", "attr."]
                let nearest = known.min {
                    (distance(field, $0), $0) < (distance(field, $1), $1)
                }
                throw fault(
                    "no field '\(field)'; did you mean '\(nearest ?? "agent")'? "
                        + "Words with a colon stand in quotation marks")
            }
            return QueryItem(name, value)
        }
    }

    private static func terms(_ text: String) -> [(field: String?, value: String)] {
        var terms: [(field: String?, value: String)] = []
        var field: String?
        var value = ""
        var isQuoted = false
        var wasQuoted = false

        func end() {
            if field != nil || !value.isEmpty { terms.append((field, value)) }
            (field, value, wasQuoted) = (nil, "", false)
        }

        for character in text {
            switch character {
            case "\"":
                isQuoted.toggle()
                wasQuoted = true
            case ":" where !isQuoted && !wasQuoted && field == nil && !value.isEmpty:
                field = value
                value = ""
            case _ where character.isWhitespace && !isQuoted:
                end()
            default:
                value.append(character)
            }
        }
        end()
        return terms
    }

    /// How many letters must be changed, put in or left out to make one word of the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
