package import StintModel

/// An execution or a step, as a span tells of it.
package protocol TracedScope: Sendable {
    var isLate: Bool { get }
    /// It began so long ago, and is told only now.
    func began(_ ago: TimeSpan)
    func rename(_ name: String)
    func activity(_ text: String)
    func modelCall(
        _ model: String, input: Int?, output: Int?, cachedInput: Int?, reasoning: Int?,
        latency: Duration?, cost: Double?, id: String?)
    /// - Parameter kind: Of a step.
    func finish(
        _ ending: Ending, _ ago: TimeSpan, kind: String?, attributes: [String: AttributeValue])
}

extension ExecutionScope: TracedScope {
    package func began(_ ago: TimeSpan) {
        tell(.executionStarted, .execution) { $0.at = $0.at - ago }
    }

    package func rename(_ name: String) {
        tell(.executionUpdated, .execution) { $0.facts = [Fact(.agent, .string(name.asName))] }
    }

    /// An execution has none of its own.
    package func activity(_ text: String) {}

    package func finish(
        _ ending: Ending, _ ago: TimeSpan, kind: String?, attributes: [String: AttributeValue]
    ) {
        finish(ending) {
            $0.at = $0.at - ago
            $0.attributes = attributes.attributes
        }
    }
}

extension StepScope: TracedScope {
    package var isLate: Bool { execution.isLate }

    package func began(_ ago: TimeSpan) {
        tell(.stepStarted, .step) { $0.at = $0.at - ago }
    }

    package func rename(_ name: String) {
        tell(.stepUpdated, .step) { $0.facts = [Fact(.name, .string(name.asName))] }
    }

    package func finish(
        _ ending: Ending, _ ago: TimeSpan, kind: String?, attributes: [String: AttributeValue]
    ) {
        finish(ending) {
            $0.at = $0.at - ago
            if let kind { $0.facts.append(Fact(.kind, .string(kind.asName))) }
            $0.attributes = attributes.attributes
        }
    }
}

extension TraceParent {
    /// Of an execution that began under it.
    package var attributes: [String: AttributeValue] {
        ["traceId": AttributeValue(traceID), "parentSpanId": AttributeValue(parentID)]
    }
}
