import Foundation
import StintModel
import Testing

@Suite struct LimitsTests {
    typealias Tell = Telling

    /// The same events in order, reversed, shuffled, and merged from halves.
    private func states(of events: [Event]) -> [ExecutionState] {
        var generator = SeededGenerator(seed: 8)
        let law = Law.record
        var halves = law.fold(Array(events[..<(events.count / 2)]))
        halves.merge(law.fold(Array(events[(events.count / 2)...])))
        return [
            law.fold(events), law.fold(events.reversed()),
            law.fold(Delivery.shuffled(events, using: &generator)), halves,
        ]
    }

    private func digits(_ number: Int) -> String { String(String(number + 100_000).dropFirst()) }

    @Test func `of too many steps the smallest stay, whatever the order`() {
        let events = (0..<2_050).map { Tell.step(.stepStarted, "s-\(digits($0))", "14:00:00") }
        for state in states(of: events) {
            #expect(state.steps.count == Limits.stepsPerExecution)
            #expect(state.steps.entries.first?.key.key == "s-00000")
            #expect(state.steps.entries.last?.key.key == "s-01999")
            #expect(state.isTruncated)
        }
    }

    @Test func `as many steps as fit are all kept`() {
        let events = (0..<Limits.stepsPerExecution).map {
            Tell.step(.stepStarted, "s-\(digits($0))", "14:00:00")
        }
        let state = Law.record.fold(events)
        #expect(state.steps.count == Limits.stepsPerExecution)
        #expect(!state.isTruncated)
    }

    @Test func `of too many attempts the highest stay, and the earliest start is remembered`() {
        let events = (1...1_020).map { number in
            Tell.event(.executionStarted, "14:00:00", attempt: UInt16(number)) {
                $0.at = $0.at + .seconds(Int64(number))
            }
        }
        for state in states(of: events) {
            #expect(state.attempts.count == Limits.attemptsPerExecution)
            #expect(state.currentAttempt == 1_020)
            #expect(state.attempts.entries.first?.key == 21)
            #expect(state.startedAt == Tell.at("14:00:01"))
            #expect(state.isTruncated)
        }
    }

    @Test func `of too many attributes the smallest stay, whatever the order`() {
        let events = (0..<1_040).map { number in
            Tell.event(.executionUpdated, "14:00:00") {
                $0.attributes = [Attribute("a-\(digits(number))", .integer(Int64(number)))]
            }
        }
        for state in states(of: events) {
            #expect(state.attributes.count == Limits.attributesPerExecution)
            #expect(state.attributes.entries.last?.key == "a-01023")
            #expect(state.isTruncated)
        }
    }

    @Test func `an identifier is from 1 through 512 bytes long`() {
        #expect(ExecutionID(rawValue: "") == nil)
        #expect(ExecutionID(rawValue: String(repeating: "a", count: 512)) != nil)
        #expect(ExecutionID(rawValue: String(repeating: "a", count: 513)) == nil)
        #expect(ExecutionID(rawValue: String(repeating: "é", count: 257)) == nil)
        #expect(Workspace(rawValue: "") == nil)
        #expect(Workspace(rawValue: String(repeating: "a", count: 257)) == nil)
        #expect(Workspace(rawValue: "default") == .default)
    }
}

extension LimitsTests {
    /// A list beside the values could forget one.
    @Test func `all limits are listed`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/StintModel/Limits.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        let declared = source.matches(of: /static let (\w+)/).map { String($0.1) }
        let listed = Limits.all.map(\.name)
        #expect(declared.count > 10)
        #expect(
            declared.filter { $0 != "all" }
                == listed.map { $0 == "eventsAheadSeconds" ? "eventsAhead" : $0 })
    }
}
