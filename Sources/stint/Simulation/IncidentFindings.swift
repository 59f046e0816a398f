import StintModel
import StintSimulation

/// What a server noticed of the incidents of a fleet.
struct IncidentFindings: Sendable {
    /// Two slots of five minutes: so soon after its beginning an incident is to be noticed.
    private static let delay = TimeSpan.seconds(600)
    /// Arrivals, or finishes, in a slot of an incident, past which nobody may overlook it.
    private static let plainToSee = 50.0

    private(set) var lines: [String] = []
    /// Incidents that were plain to see, and not found.
    private(set) var overlooked: [String] = []

    /// - Parameter anomalies: As the server shows them.
    init(
        _ incidents: [Incident], _ executions: [KnownExecution], _ anomalies: [ShownFigure]
    ) {
        var rest = anomalies
        for incident in incidents {
            guard let type = incident.anomaly else { continue }
            let begin = (incident.from - Self.delay)...(incident.from + Self.delay)
            let place = rest.firstIndex { anomaly in
                anomaly["type"].text == type && anomaly.begin.map(begin.contains) == true
            }
            let name = "\(incident.kind.rawValue) from \(incident.from.rfc3339)"
            if let place {
                lines.append("\(name): found, \(rest.remove(at: place).sentence)")
                continue
            }
            let perSlot = incident.perSlot(of: executions)
            lines.append("\(name): not found, \(Int(perSlot)) in five minutes of it")
            if perSlot >= Self.plainToSee { overlooked.append(name) }
        }
        lines += rest.map { "found besides: \($0.sentence)" }
    }
}

extension Incident {
    /// What the interface calls it; `nil` for what is no anomaly of counts.
    fileprivate var anomaly: String? {
        switch kind {
        case .rush: "spike"
        case .failureSurge: "failure_surge"
        case .slowDown: nil
        }
    }

    fileprivate func perSlot(of executions: [KnownExecution]) -> Double {
        let count = executions.count { execution in
            let at = kind == .rush ? execution.startedAt : execution.finishedAt
            return at.map { from <= $0 && $0 < to } == true
        }
        return Double(count) / (to.since(from).seconds / 300)
    }
}

extension ShownFigure {
    fileprivate var begin: Instant? { self["timestamp"].text.flatMap { Instant(rfc3339: $0) } }

    fileprivate var sentence: String {
        let parts = [self["severity"], self["type"], self["timestamp"], self["description"]]
        return parts.compactMap(\.text).joined(separator: " ")
    }
}
