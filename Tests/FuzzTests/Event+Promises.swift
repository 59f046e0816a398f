import StintModel
import StintStorage
import StintWire

@testable import StintIngest

extension Event {
    /// What holds of every event that a decoder accepted.
    ///
    /// - Parameter isNative: Whether it came in the form in which it is written.
    func keepsPromises(isNative: Bool) throws(BrokenPromise) {
        if let execution {
            var writer = BinaryWriter()
            encode(to: &writer)
            let stored = writer.bytes
            let read: (event: Event?, isWhole: Bool) = stored.withUnsafeBytes { bytes in
                var reader = BinaryReader(bytes)
                let event = try? Event(encoded: &reader, of: execution)
                return (event, reader.isAtEnd)
            }
            try promise(read.event == self && read.isWhole, "What is stored is read back.")
        }
        var json = JSONWriter()
        writeJSON(to: &json, receivedAt: nil)
        guard (try? JSONTree.skip(json.bytes)) != nil else {
            throw BrokenPromise(
                description: "What is shown is JSON: \(String(decoding: json.bytes, as: UTF8.self))"
            )
        }
        guard isNative else { return }
        let again = FuzzTarget.decode(json.bytes, as: .json)
        try promise(
            again?.events == [self],
            "What is shown can be sent again: \(self) \(String(describing: again))")
    }
}

extension [Event] {
    /// What holds of the records that events make.
    static func keepPromises(_ events: [Event]) throws(BrokenPromise) {
        var states: [ExecutionID: (forwards: ExecutionState, backwards: ExecutionState)] = [:]
        for event in events {
            guard let id = event.execution else { continue }
            states[id, default: (ExecutionState(event), ExecutionState(event))].forwards
                .apply(event)
        }
        for event in events.reversed() {
            guard let id = event.execution else { continue }
            states[id]?.backwards.apply(event)
        }
        for (id, state) in states {
            try promise(
                state.forwards.encoded() == state.backwards.encoded(),
                "The order of events does not matter.")
            try state.forwards.keepsPromises(as: id)
        }
    }
}
