import Foundation
import StintModel
import StintSimulation

/// One question about figures: which window, whose, in which zone.
struct FigureQuestion: Sendable {
    /// `nil` for the hour that ends when it is asked.
    var window: Range<Instant>?
    var agent: String?
    var zone = "UTC"

    var query: [QueryItem] {
        var query: [QueryItem] = []
        if let window {
            query.append(QueryItem("from", window.lowerBound.rfc3339))
            query.append(QueryItem("to", window.upperBound.rfc3339))
        } else {
            query.append(QueryItem("timeframe", "1h"))
        }
        if let agent { query.append(QueryItem("agent", agent)) }
        return query + [QueryItem("tz", zone), QueryItem("compare", "previous")]
    }

    var name: String { "metrics \(query.map { "\($0.name)=\($0.value)" }.joined(separator: "&"))" }

    /// What is asked about a fleet: all of its time and its last day in several zones, an hour in
    /// the midst of it that begins at no round time, and of each agent.
    static func all(about executions: [KnownExecution]) -> [FigureQuestion] {
        let starts = executions.compactMap { $0.startedAt ?? $0.queuedAt }.sorted()
        guard let first = starts.first,
            let last = executions.compactMap(\.lastEventAt).max()
        else { return [] }
        let whole = first..<(last + TimeSpan(microseconds: 1))
        let day = (whole.upperBound - .days(1))..<whole.upperBound
        // What lies ahead would depend on the moment at which it is asked.
        let latest = whole.upperBound - .seconds(3_600)
        let odd =
            min(starts[starts.count / 2] - .seconds(1_000), latest) - TimeSpan(microseconds: 123)
        let hour = odd..<(odd + .seconds(3_600))
        var questions = [FigureQuestion(window: nil)]
        for window in [whole, day] {
            for zone in ["UTC", "Europe/Berlin", "Asia/Kolkata"] {
                questions.append(FigureQuestion(window: window, zone: zone))
            }
        }
        questions.append(FigureQuestion(window: hour))
        for agent in Set(executions.lazy.compactMap(\.agent)).sorted() {
            questions.append(FigureQuestion(window: whole, agent: agent))
            questions.append(FigureQuestion(window: hour, agent: agent))
        }
        return questions
    }
}
