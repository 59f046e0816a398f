import StintClient
import StintModel
import Tracing

/// What the attributes of a span say, in OpenTelemetry's conventions for generative AI, and which of
/// them are told.
struct SpanMeaning {
    /// A call of a model, as its span has counted it.
    struct Call: Hashable {
        var model: String
        var input: Int?
        var output: Int?
        var cachedInput: Int?
        var reasoning: Int?
    }

    /// What sort of step it is.
    private(set) var kind: String?
    /// `nil` too of what sums up the calls of others, as an agent's span does.
    private(set) var call: Call?
    private(set) var errorType: String?
    private(set) var attributes: [String: AttributeValue] = [:]

    private static let kinds = [
        "chat": "model", "generate_content": "model", "text_completion": "model",
        "embeddings": "embedding", "execute_tool": "tool", "invoke_agent": "agent",
        "invoke_workflow": "agent", "retrieval": "retrieval", "search_memory": "retrieval",
    ]

    // What is told of the many attributes of this convention: the others are counts, told as such, or
    // hold what was said.
    private static let keptNames: Set = [
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.tool.name",
        "gen_ai.tool.type", "gen_ai.conversation.id",
    ]
    private static let keptBeginnings = ["gen_ai.agent.", "gen_ai.request.", "gen_ai.response."]

    private static func isKept(_ name: String) -> Bool {
        !name.hasPrefix("gen_ai.") || keptNames.contains(name)
            || keptBeginnings.contains(where: name.hasPrefix)
    }

    init(of span: SpanAttributes) {
        if span.isEmpty { return }
        let model = span.text("gen_ai.response.model") ?? span.text("gen_ai.request.model")
        let input = span.count("gen_ai.usage.input_tokens")
        kind =
            span.text("gen_ai.operation.name").flatMap { Self.kinds[$0] }
            ?? (model != nil && input != nil ? "model" : nil)
        if let model, kind == "model" || kind == "embedding" {
            call = Call(
                model: model, input: input, output: span.count("gen_ai.usage.output_tokens"),
                cachedInput: span.count("gen_ai.usage.cache_read.input_tokens"),
                reasoning: span.count("gen_ai.usage.reasoning.output_tokens"))
        }
        errorType = span.text("error.type")
        var attributes: [String: AttributeValue] = [:]
        func keep(_ name: String, _ value: SpanAttribute) {
            if Self.isKept(name), let value = AttributeValue(value) { attributes[name] = value }
        }
        span.forEach(keep)
        self.attributes = attributes
    }
}

extension SpanAttributes {
    fileprivate func text(_ name: String) -> String? {
        switch get(name) {
        case .string(let text): text.isEmpty ? nil : text
        case .stringConvertible(let value): "\(value)"
        default: nil
        }
    }

    fileprivate func count(_ name: String) -> Int? {
        switch get(name) {
        case .int32(let count): Int(count)
        case .int64(let count): Int(exactly: count)
        default: nil
        }
    }
}

extension AttributeValue {
    /// - Returns: `nil` of what a later version of the convention may add.
    fileprivate init?(_ value: SpanAttribute) {
        switch value {
        case .int32(let number): self.init(Int(number))
        case .int64(let number): self.init(Int(number))
        case .double(let number): self.init(number)
        case .bool(let flag): self.init(flag)
        case .string(let text): self.init(text)
        case .stringConvertible(let value): self.init(describing: value)
        case .int32Array(let numbers): self.init(array: numbers.map { Self(Int($0)) })
        case .int64Array(let numbers): self.init(array: numbers.map { Self(Int($0)) })
        case .doubleArray(let numbers): self.init(array: numbers.map { Self($0) })
        case .boolArray(let flags): self.init(array: flags.map { Self($0) })
        case .stringArray(let texts): self.init(array: texts.map { Self($0) })
        case .stringConvertibleArray(let values):
            self.init(array: values.map { Self(describing: $0) })
        default: return nil
        }
    }

    /// A number as one: an array of `Int` comes as one of texts to be.
    private init(describing value: any CustomStringConvertible) {
        switch value {
        case let number as Int: self.init(number)
        case let flag as Bool: self.init(flag)
        default: self.init("\(value)")
        }
    }

    /// As the text of a JSON array.
    private init(array: [AttributeValue]) {
        var json: [UInt8] = [0x5B]
        for (index, element) in array.enumerated() {
            if index > 0 { json.append(0x2C) }
            element.scalar.writeCanonicalJSON(to: &json)
        }
        json.append(0x5D)
        self.init(String(decoding: json, as: UTF8.self))
    }
}
