import Foundation
import StintModel
import Testing

/// One history of `law-vectors.json` and what must be shown of it, whatever the delivery.
struct LawVector: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let events: [Event]
    let expect: Expectation

    var testDescription: String { name }

    private enum CodingKeys: String, CodingKey {
        case name, events, expect
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        events = try members.decode([NativeEvent].self, forKey: .events).map(\.event)
        expect = try members.decode(Expectation.self, forKey: .expect)
    }

    /// All of `Tests/Fixtures/law-vectors.json`.
    static let all: [LawVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/law-vectors.json")
        do {
            return try JSONDecoder().decode([LawVector].self, from: Data(contentsOf: file))
        } catch {
            fatalError("\(file.path()) cannot be read: \(error)")
        }
    }()
}

/// A part of the view; what is `nil` must not be known.
struct Expectation: Decodable, Sendable {
    struct Step: Decodable, Hashable, Sendable {
        let attempt: UInt16
        let name: String
        let `try`: UInt16
        let status: String
        let startedAt: String?
        let finishedAt: String?
        let activity: String?
        let tokens: NativeTokens?
        let error: NativeFailure?
    }

    let id: String
    let agent: String?
    let user: String?
    let goalMet: Bool?
    let status: String
    let attempt: UInt16
    let conflict: Bool
    let queuedAt: String?
    let startedAt: String?
    let finishedAt: String?
    let queueWaitSeconds: Double?
    let durationSeconds: Double?
    let totalSeconds: Double?
    let tokens: NativeTokens?
    let error: NativeFailure?
    let attributes: [String: NativeScalar]
    let steps: [Step]

    /// Each member in which an execution shows something else, with both values.
    func differences(from shown: Execution) -> [String] {
        var differences: [String] = []
        func compare<Value: Equatable>(_ member: String, _ expected: Value, _ shown: Value) {
            if expected != shown {
                differences.append("\(member): expected \(expected), shown \(shown)")
            }
        }
        func span(_ seconds: Double?) -> TimeSpan? { seconds.flatMap(TimeSpan.init(seconds:)) }

        compare("id", id, shown.id.rawValue)
        compare("agent", agent, shown[.agent]?.string)
        compare("user", user, shown[.user]?.string)
        compare("goalMet", goalMet, shown[.goalMet]?.boolean)
        compare("status", status, shown.status.word)
        compare("attempt", attempt, shown.attempt)
        compare("conflict", conflict, shown.hasConflict)
        compare("queuedAt", queuedAt, shown.queuedAt?.rfc3339)
        compare("startedAt", startedAt, shown.startedAt?.rfc3339)
        compare("finishedAt", finishedAt, shown.finishedAt?.rfc3339)
        compare("queueWaitSeconds", span(queueWaitSeconds), shown.queueWait)
        compare("durationSeconds", span(durationSeconds), shown.duration)
        compare("totalSeconds", span(totalSeconds), shown.total)
        compare("tokens", tokens?.tokens, shown.tokens)
        compare("error", error?.failure, shown.failure)
        compare(
            "attributes", attributes.mapValues(\.scalar),
            Dictionary(uniqueKeysWithValues: shown.attributes.map { ($0.key, $0.value) }))
        let shownSteps = Set(
            shown.steps.map { step in
                Step(
                    attempt: step.attempt, name: step.name, try: step.number,
                    status: step.status.word, startedAt: step.startedAt?.rfc3339,
                    finishedAt: step.finishedAt?.rfc3339, activity: step.activity,
                    tokens: step.tokens.map(NativeTokens.init),
                    error: step.failure.map(NativeFailure.init))
            })
        for step in Set(steps).subtracting(shownSteps) { differences.append("missing: \(step)") }
        for step in shownSteps.subtracting(steps) { differences.append("not expected: \(step)") }
        compare("steps.count", steps.count, shown.steps.count)
        return differences
    }
}

extension NativeTokens {
    fileprivate init(_ tokens: Tokens) {
        input = tokens.input
        output = tokens.output
        cachedInput = tokens.cachedInput
        reasoning = tokens.reasoning
    }
}

extension NativeFailure {
    fileprivate init(_ failure: Failure) {
        type = failure.type
        message = failure.message
        cause = failure.cause
        stack = failure.stack
        at = failure.at?.rfc3339
    }
}
