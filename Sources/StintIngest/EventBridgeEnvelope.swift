import StintModel

/// What stands around the `detail` of an event. All of it may be missing: a rule's transformer
/// keeps what it likes.
struct EventBridgeEnvelope {
    var id: String?
    var source: String?
    var detailType: String?
    var account: String?
    var region: String?
    /// In whole seconds.
    var time: Instant?

    static let detailType = "Step Functions Execution Status Change"

    /// Reads a member whose value is a string.
    ///
    /// - Returns: Whether it is one of the envelope's; else nothing has been read.
    mutating func read(
        _ key: JSONText, _ reader: inout JSONReader
    ) throws(IngestFault) -> Bool {
        let word = reader.word(key)
        if word.spells("id") {
            id = try reader.foreignText()
        } else if word.spells("source") {
            source = try reader.foreignText()
        } else if word.spells("detail-type") {
            detailType = try reader.foreignText()
        } else if word.spells("account") {
            account = try reader.foreignText()
        } else if word.spells("region") {
            region = try reader.foreignText()
        } else if word.spells("time") {
            time = try reader.foreignText().flatMap { Instant(rfc3339: $0) }
        } else {
            return false
        }
        return true
    }

    /// Refuses what is known to be the event of something else.
    func check() throws(IngestFault) {
        guard source ?? "aws.states" == "aws.states" else {
            throw .unfit(pointer: "/source", detail: "Only events of `aws.states` are taken.")
        }
        guard detailType ?? Self.detailType == Self.detailType else {
            throw .unfit(
                pointer: "/detail-type", detail: "Only `\(Self.detailType)` is taken.")
        }
    }
}

extension JSONReader {
    /// The string that stands next, mended where it must be: U+0000 and lone halves of surrogate
    /// pairs become U+FFFD.
    ///
    /// - Returns: `nil` where it is empty, which in these events says as much as nothing.
    mutating func foreignText() throws(IngestFault) -> String? {
        let text = try string()
        return text.count == 0 ? nil : decode(text)
    }
}
