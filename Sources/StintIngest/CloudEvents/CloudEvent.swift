import StintModel

/// What stands around the data of a CloudEvent: its context attributes.
struct CloudEvent {
    var id: String?
    var source: String?
    var specversion: String?
    var type: String?
    var subject: String?
    var time: String?
    var dataContentType: String?
    /// Where the run that it tells of stands in a trace.
    var trace: TraceParent?
    /// Attributes that no specification names.
    var extensions: [Attribute] = []

    /// The data of an event in structured mode.
    enum Data {
        case nothing
        /// Stands at the value.
        case value(JSONReader)
        /// What is said to be a document of its own.
        case document([UInt8])
    }

    /// Reads the event that stands next.
    mutating func read(_ reader: inout JSONReader) throws(IngestFault) -> Data {
        guard try reader.peek() == .object else {
            throw .unfit(pointer: "", detail: "A CloudEvent is an object.")
        }
        try reader.enterObject()
        var keys = JSONKeySet()
        var value: JSONReader?
        var encoded: JSONText?
        while let key = try reader.nextKey() {
            try keys.insertOnce(key, of: reader, in: "")
            if try reader.skipNull() { continue }
            let word = reader.word(key)
            if word.spells("data") {
                value = reader
                try reader.skip(tolerant: true)
            } else if word.spells("data_base64"), try reader.peek() == .string {
                encoded = try reader.string()
            } else if let scalar = try reader.scalarIfAny() {
                set(reader.decode(key), scalar)
            }
        }
        if let encoded, Self.isJSON(dataContentType) {
            return Base64.decode(reader.slice(encoded)).map(Data.document) ?? .nothing
        }
        guard var value else { return .nothing }
        // Some put a document into a string, though JSON needs no such wrapping.
        guard try value.peek() == .string else { return .value(value) }
        guard Self.isJSON(dataContentType) else { return .nothing }
        return .document(Array(value.decode(try value.string()).utf8))
    }

    /// Reads the headers of an event in binary mode.
    ///
    /// - Throws: Where a header stands twice or is no text.
    mutating func read(_ headers: [(name: String, value: String)]) throws(IngestFault) {
        var seen: Set<String> = []
        for (name, value) in headers {
            guard seen.insert(name).inserted else {
                // Two of them begin a new trace (W3C Trace Context 3.2); they are no mistake of ours.
                if name == "traceparent" { trace = nil } else { throw .duplicateKey("/" + name) }
                continue
            }
            guard let text = CloudEventHeader.decode(value) else {
                throw .unfit(
                    pointer: "/" + name, detail: "Percent-encoded, a header's value is UTF-8.")
            }
            set(name, .string(text))
        }
    }

    private mutating func set(_ name: String, _ value: Scalar) {
        let text = value.string.flatMap { $0.isEmpty ? nil : $0 }
        switch name {
        case "id": id = text
        case "source": source = text
        case "specversion": specversion = text
        case "type": type = text
        case "subject": subject = text
        case "time": time = text
        case "datacontenttype": dataContentType = text
        case "dataschema", "tracestate": break
        case "traceparent": trace = text.flatMap(TraceParent.init)
        default: if value != .string("") { extensions.append(Attribute(name, value)) }
        }
    }

    /// Refuses what is no CloudEvent of version 1.0.
    func check() throws(IngestFault) {
        guard let specversion else { throw Self.missing("specversion") }
        guard specversion == "1.0" else {
            throw .unfit(pointer: "/specversion", detail: "CloudEvents of version 1.0 are taken.")
        }
        if id == nil { throw Self.missing("id") }
        if source == nil { throw Self.missing("source") }
        if type == nil { throw Self.missing("type") }
    }

    private static func missing(_ name: String) -> IngestFault {
        .unfit(pointer: "/" + name, detail: "A CloudEvent has an `\(name)`, a string.")
    }

    /// When it happened.
    ///
    /// - Returns: `nil` where it does not say so.
    func at() throws(IngestFault) -> Instant? {
        guard let time else { return nil }
        guard let at = Instant(rfc3339: time) else {
            throw .unfit(
                pointer: "/time",
                detail: "A time is expected, as RFC 3339 writes it: 2026-11-20T14:00:05.123Z.")
        }
        return at
    }

    /// Whether data of this type is JSON, as data without a type is.
    static func isJSON(_ type: String?) -> Bool {
        guard let type else { return true }
        let name = type.lowercased().prefix { $0 != ";" }.filter { $0 != " " }
        return name.isEmpty || name == "application/json" || name == "text/json"
            || name.hasSuffix("+json")
    }
}
