import StintModel

/// What the input of a Step Functions execution tells of where the execution came from. Nothing else
/// of it is kept.
///
/// The input is a text that the caller chose, mostly JSON. Looked at are its own members, and those
/// of the one record that a pipe from a queue leaves there.
struct ExecutionInput {
    /// The queue message that caused it.
    var messageID: String?
    /// When that message was sent, by the queue's clock.
    var sentAt: Instant?
    /// The execution that started it, as Step Functions notes it in the input of a nested one.
    var parent: ExecutionID?

    init() {}

    /// Where the text is no JSON, or says nothing of this, nothing is known.
    init(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var read = ExecutionInput()
            var reader = JSONReader(bytes)
            // What is no JSON after all says nothing by its beginning either.
            guard (try? read.read(&reader)) != nil, (try? reader.finish()) != nil else { return }
            self = read
        }
    }

    private mutating func read(_ reader: inout JSONReader) throws(IngestFault) {
        switch try reader.peek() {
        case .object:
            try readMembers(&reader)
        case .array:
            try reader.enterArray()
            var count = 0
            while try reader.nextElement() {
                count += 1
                if count == 1, try reader.peek() == .object {
                    try readMembers(&reader)
                } else {
                    try reader.skip(tolerant: true)
                }
            }
            // Several messages in one execution: none of them is its one cause.
            if count != 1 { self = ExecutionInput() }
        default:
            try reader.skip(tolerant: true)
        }
    }

    private mutating func readMembers(_ reader: inout JSONReader) throws(IngestFault) {
        try reader.enterObject()
        while let key = try reader.nextKey() {
            let word = reader.word(key)
            let kind = try reader.peek()
            if word.spells("messageId"), kind == .string {
                messageID = try reader.foreignText()
            } else if word.spells("attributes"), kind == .object {
                try readAttributes(&reader)
            } else if word.spells("AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"), kind == .string {
                parent = try reader.foreignText().flatMap(ExecutionID.init(rawValue:))
            } else {
                try reader.skip(tolerant: true)
            }
        }
        if messageID == nil { sentAt = nil }
    }

    /// Reads the attributes of a message, whose values are texts.
    private mutating func readAttributes(_ reader: inout JSONReader) throws(IngestFault) {
        try reader.enterObject()
        while let key = try reader.nextKey() {
            if reader.word(key).spells("SentTimestamp"), try reader.peek() == .string {
                let text = try reader.foreignText()
                sentAt = text.flatMap { Int64($0) }.flatMap(Instant.init(milliseconds:))
            } else {
                try reader.skip(tolerant: true)
            }
        }
    }
}
