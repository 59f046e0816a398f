import Foundation
import StintModel

/// A native event as the law vectors write it, read without the decoder of the product: what both
/// agree on is then the law and not a shared mistake.
struct NativeEvent: Decodable {
    let event: Event

    private enum CodingKeys: String, CodingKey {
        case type, execution, at, attempt, revision, agent, user, priority, waitingFor, goalMet
        case attributes, status, error, activity, step, tokens, call, model, latencySeconds
        case number = "try"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func member<Value: Decodable>(_ key: CodingKeys, _: Value.Type) throws -> Value? {
            try members.decodeIfPresent(Value.self, forKey: key)
        }
        func required<Value>(_ value: Value?, _ key: CodingKeys) throws -> Value {
            guard let value else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: members, debugDescription: "not understood")
            }
            return value
        }

        let type = try members.decode(String.self, forKey: .type)
        let kind = try required(EventKind.allCases.first { $0.word == type }, .type)
        let id = try members.decode(String.self, forKey: .execution)
        let at = try members.decode(String.self, forKey: .at)
        var event = Event(
            kind, execution: try required(ExecutionID(rawValue: id), .execution),
            at: try required(Instant(rfc3339: at), .at),
            attempt: try member(.attempt, UInt16.self) ?? 1,
            revision: try member(.revision, UInt16.self) ?? 0)

        if !kind.isAboutStep, kind != .modelCalled {
            if let agent = try member(.agent, String.self) {
                event.facts.append(Fact(.agent, .string(agent)))
            }
            if let user = try member(.user, String.self) {
                event.facts.append(Fact(.user, .string(user)))
            }
            if let priority = try member(.priority, Double.self) {
                event.facts.append(Fact(.priority, Scalar(number: priority)))
            }
            if let waitingFor = try member(.waitingFor, String.self) {
                event.facts.append(Fact(.waitingFor, .string(waitingFor)))
            }
            if let goalMet = try member(.goalMet, Bool.self) {
                event.facts.append(Fact(.goalMet, .boolean(goalMet)))
            }
        }
        if let activity = try member(.activity, String.self) {
            event.facts.append(Fact(.activity, .string(activity)))
        }
        if let attributes = try member(.attributes, [String: NativeScalar].self) {
            event.attributes = attributes.map { Attribute($0.key, $0.value.scalar) }
        }
        if let status = try member(.status, String.self) {
            event.outcome = try required(Outcome(word: status), .status)
        }
        event.failure = try member(.error, NativeFailure.self)?.failure
        event.step = try member(.step, String.self)
        event.stepTry = try member(.number, UInt16.self) ?? 1
        event.tokens = try member(.tokens, NativeTokens.self)?.tokens
        if let call = try member(.call, String.self) {
            event.call = ModelCall(
                id: call, model: try member(.model, String.self),
                latency: try member(.latencySeconds, Double.self).flatMap(TimeSpan.init(seconds:)))
        }
        self.event = event
    }
}

struct NativeScalar: Decodable {
    let scalar: Scalar

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let flag = try? value.decode(Bool.self) {
            scalar = .boolean(flag)
        } else if let number = try? value.decode(Double.self) {
            scalar = Scalar(number: number)
        } else {
            scalar = .string(try value.decode(String.self))
        }
    }
}

struct NativeTokens: Decodable, Hashable {
    let input: Int64?
    let output: Int64?
    let cachedInput: Int64?
    let reasoning: Int64?

    var tokens: Tokens {
        Tokens(input: input, output: output, cachedInput: cachedInput, reasoning: reasoning)
    }
}

struct NativeFailure: Decodable, Hashable {
    let type: String?
    let message: String?
    let cause: String?
    let stack: String?
    let at: String?

    var failure: Failure {
        Failure(
            type: type, message: message, cause: cause, stack: stack,
            at: at.flatMap { Instant(rfc3339: $0) })
    }
}
