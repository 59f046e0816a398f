import StintModel

extension StateVisits {
    /// What the visits are in native events: a step for each, a try for each time its work was done,
    /// and for each execution that a task started, whose child it is.
    ///
    /// A step's key is the number of the event that entered the state, as its name may stand for many.
    func events(of execution: ExecutionID) -> [Event] {
        visits.flatMap { visit in visit.tries.flatMap { events(of: $0, of: visit, execution) } }
            + children.map { child in
                var event = Event(.executionUpdated, execution: child.execution, at: child.at)
                event.facts = [Fact(.parent, .string(execution.rawValue))]
                return event
            }
    }

    private func events(of turn: Try, of visit: Visit, _ execution: ExecutionID) -> [Event] {
        func event(_ kind: EventKind, _ at: Instant) -> Event {
            var event = Event(kind, execution: execution, at: at, attempt: turn.attempt)
            event.step = Self.key(visit.id)
            event.stepTry = turn.number
            let name = visit.name.cut(toBytes: Limits.nameBytes)
            event.facts = [
                Fact(.name, .string(name)), Fact(.kind, .string(visit.kind.cut(toBytes: 64))),
                Fact(.activity, .string(activity(of: visit))),
            ]
            if let parent = visit.parent {
                event.facts.append(Fact(.parent, .string(Self.key(visits[parent].id))))
            }
            event.attributes = attributes(of: visit)
            return event
        }
        var events = [event(.stepStarted, turn.start)]
        if let end = turn.end, let outcome = turn.outcome {
            var finish = event(.stepFinished, end)
            finish.outcome = outcome
            finish.failure = turn.failure
            events.append(finish)
        }
        return events
    }

    /// With as many digits as the longest history needs, so that keys stand in order.
    private static func key(_ id: Int64) -> String {
        let digits = String(id)
        return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
    }

    private func activity(of visit: Visit) -> String {
        let what = visit.function ?? visit.resource
        let text = what.map { "\(visit.name): \($0)" } ?? visit.name
        return text.cut(toBytes: Limits.textBytes)
    }

    private func attributes(of visit: Visit) -> [Attribute] {
        let told = [
            ("resource", visit.resource), ("functionName", visit.function),
            ("logGroup", visit.function.map { "/aws/lambda/\($0)" }), ("mapRunArn", visit.mapRun),
        ]
        return told.compactMap { key, text in
            text.map { Attribute(key, .string($0.cut(toBytes: Limits.attributeBytes))) }
        }
    }
}
