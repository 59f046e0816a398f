import Foundation
import StintModel

/// Who does the work of a task, as the event that hands it out says.
struct TaskResource {
    /// The ARN of a function or an activity; `lambda invoke` of an integration.
    let name: String?
    /// The Lambda function, by its bare name.
    let function: String?

    init(_ details: HistoryEvent.Details) {
        let resource = details.resource.flatMap { $0.isEmpty ? nil : $0 }
        if let service = details.resourceType, !service.isEmpty {
            name = [service, resource].compactMap(\.self).joined(separator: " ")
            function = service == "lambda" ? Self.called(details.parameters) : nil
        } else {
            name = resource
            function = resource.flatMap(Self.function)
        }
    }

    private static func called(_ parameters: String?) -> String? {
        struct Call: Decodable {
            var function: String?

            enum CodingKeys: String, CodingKey { case function = "FunctionName" }
        }
        guard let parameters else { return nil }
        let call = try? JSONDecoder().decode(Call.self, from: Data(parameters.utf8))
        return call?.function.flatMap(Self.function)
    }

    /// The name of `arn:…:function:{name}[:{version}]`, or of `{name}[:{version}]`.
    private static func function(_ text: String) -> String? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard text.hasPrefix("arn:") else { return parts.first.flatMap { $0.isEmpty ? nil : $0 } }
        guard let word = parts.firstIndex(of: "function"), parts.count > word + 1 else {
            return nil
        }
        return parts[word + 1]
    }

    /// The nested execution that a task told of when it was submitted.
    static func execution(startedBy output: String?) -> ExecutionID? {
        struct Output: Decodable {
            var execution: String

            enum CodingKeys: String, CodingKey { case execution = "ExecutionArn" }
        }
        guard let output else { return nil }
        let told = try? JSONDecoder().decode(Output.self, from: Data(output.utf8))
        return told.flatMap { ExecutionID(rawValue: $0.execution) }
    }
}
