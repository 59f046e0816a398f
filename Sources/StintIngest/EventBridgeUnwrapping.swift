import StintModel

/// Finds the events in what a queue, a topic or a batch has wrapped around them.
struct EventBridgeUnwrapping {
    let window: AdmissionWindow
    var agentNames: AgentNames?
    var tally: EventTally

    /// An event in a notification in a message in a batch in an array makes five.
    private static let deepestNesting = 6

    /// Reads the value that stands next, and every event in it.
    mutating func read(
        _ reader: inout JSONReader, nesting: Int, _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        guard nesting < Self.deepestNesting else {
            try reader.skip(tolerant: true)
            try tally.reject("", "Messages are wrapped in messages too often to be followed.")
            return
        }
        switch try reader.peek() {
        case .array:
            try reader.enterArray()
            while try reader.nextElement() { try read(&reader, nesting: nesting + 1, sink) }
        case .object:
            try readObject(&reader, nesting: nesting, sink)
        default:
            try reader.skip(tolerant: true)
            try tally.reject("", "An event is an object.")
        }
    }

    private mutating func readObject(
        _ reader: inout JSONReader, nesting: Int, _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        let start = reader
        let object: EventBridgeWrapping
        do {
            object = try EventBridgeWrapping(&reader)
        } catch {
            guard case .unfit(let pointer, let detail) = error else { throw error }
            reader = start
            try reader.skip(tolerant: true)
            return try tally.reject(pointer, detail)
        }
        // Places are read again from copies: the object itself has been passed by now.
        if var list = object.list {
            try read(&list, nesting: nesting + 1, sink)
        } else if var detail = object.detail {
            try readEvent(&detail, in: object.envelope, at: "/detail", sink)
        } else if object.isDetail {
            var detail = start
            try readEvent(&detail, in: EventBridgeEnvelope(), at: "", sink)
        } else if let message = object.message {
            try readMessage(message, start, nesting: nesting, sink)
        } else {
            try tally.reject(
                "",
                "A status change of a Step Functions execution is expected: its event, the `detail` "
                    + "of it, or a message that holds one.")
        }
    }

    private mutating func readEvent(
        _ detail: inout JSONReader, in envelope: EventBridgeEnvelope, at pointer: String,
        _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        try tally.admit(&detail) { (reader) throws(IngestFault) in
            try envelope.check()
            let change = try StatusChange(&reader, in: envelope, at: pointer)
            for event in try change.events(within: window, agentNames: agentNames) { sink(event) }
        }
    }

    /// Reads the document that is the text of a message.
    private mutating func readMessage(
        _ message: EventBridgeWrapping.Message, _ reader: JSONReader, nesting: Int,
        _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        let text = Array(reader.decode(message.text).utf8)
        try text.withUnsafeBufferPointer { (bytes) throws(IngestFault) in
            var document = JSONReader(bytes)
            do throws(IngestFault) {
                try document.refuseByteOrderMark()
                try document.skip(tolerant: true)
                try document.finish()
            } catch {
                guard case .malformed(let detail, let offset) = error else { throw error }
                return try tally.reject(
                    message.pointer, "This text is not JSON at its byte \(offset). \(detail)")
            }
            document = JSONReader(bytes)
            try read(&document, nesting: nesting + 1, sink)
        }
    }
}

/// What an object may be, told by its members: a batch, an envelope, a detail or a message.
struct EventBridgeWrapping {
    struct Message {
        var text: JSONText
        var pointer: String
    }

    /// Stands at the array of a batch.
    var list: JSONReader?
    /// Stands at the detail of an envelope.
    var detail: JSONReader?
    var envelope = EventBridgeEnvelope()
    /// Whether it is a detail itself.
    var isDetail = false
    var message: Message?

    /// Reads the object that stands next.
    init(_ reader: inout JSONReader) throws(IngestFault) {
        try reader.enterObject()
        var keys = JSONKeySet()
        while let key = try reader.nextKey() {
            try keys.insertOnce(key, of: reader, in: "")
            let word = reader.word(key)
            let kind = try reader.peek()
            if word.spells("detail"), kind == .object {
                detail = reader
            } else if word.spells("Records") || word.spells("Messages"), kind == .array {
                list = reader
            } else if word.spells("executionArn"), kind != .null {
                isDetail = true
            } else if word.spells("body") || word.spells("Body") || word.spells("Message"),
                kind == .string
            {
                let pointer = "/" + reader.decode(key)
                message = Message(text: try reader.string(), pointer: pointer)
                continue
            } else if kind == .string, try envelope.read(key, &reader) {
                continue
            }
            try reader.skip(tolerant: true)
        }
    }
}
