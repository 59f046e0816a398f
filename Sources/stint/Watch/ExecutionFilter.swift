import StintModel
import StintStorage
import StintWire

/// Which executions are meant, by the parameters of `GET /v1/executions`, judged by their summaries:
/// the feed tells of more than a list would.
struct ExecutionFilter: Hashable, Sendable {
    var parameters: [QueryItem]

    /// The ones that the feed knows too.
    var ofFeed: [QueryItem] { parameters.filter { $0.name == "agent" || $0.name == "status" } }

    var agent: String? { parameters.first { $0.name == "agent" }?.value }

    /// Whether the status does not matter, or is one of these.
    func admits(_ status: ExecutionStatus) -> Bool {
        let words = parameters.filter { $0.name == "status" }.map(\.value)
        return words.isEmpty || words.contains(status.word)
    }

    /// Whether a list of these parameters, less any range of time and order, holds the execution.
    func matches(_ execution: ExecutionBody) -> Bool {
        if let status = execution.standing, !admits(status) { return false }
        return parameters.allSatisfy { item in
            switch item.name {
            case "agent": execution.agent == item.value
            case "user": execution.user == item.value
            case "correlation": execution.correlation == item.value
            case "parent": execution.parent == item.value
            case "environment": execution.environment == item.value
            case "counted":
                !["test", "mock"].contains(execution.environment) == (item.value == "true")
            case "errorType": execution.error?.type == item.value
            case "goalMet": execution.goalMet.map(String.init) == item.value
            case "minDurationSeconds":
                execution.durationSeconds.map { $0 >= Double(item.value) ?? 0 } ?? false
            case "maxDurationSeconds":
                execution.durationSeconds.map { $0 < Double(item.value) ?? 0 } ?? false
            case "q": Self.words(of: execution, include: item.value)
            case _ where item.name.hasPrefix("attr."): Self.attribute(of: execution, is: item)
            default: true
            }
        }
    }

    private static func attribute(of execution: ExecutionBody, is item: QueryItem) -> Bool {
        let value = execution.attributes?[String(item.name.dropFirst("attr.".count))]
        guard let value else { return false }
        if case .string(let text) = value { return text == item.value }
        let number = Double(item.value).flatMap { $0.isFinite ? Scalar(number: $0).text : nil }
        return value.text == item.value || value.text == number
    }

    private static func words(of execution: ExecutionBody, include query: String) -> Bool {
        let error = execution.error
        let held =
            [
                execution.id, execution.name, execution.agent, error?.type, error?.message,
                error?.cause,
            ]
            .compactMap(\.self).flatMap { SearchText.words(in: $0) }
        return SearchText.words(in: query).allSatisfy { word in
            held.contains { $0.hasPrefix(word) }
        }
    }
}
