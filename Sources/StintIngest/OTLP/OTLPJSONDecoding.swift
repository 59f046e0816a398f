import OTLPMessages

/// Reads a trace export in its JSON form into the messages of the protobuf form.
struct OTLPJSONDecoding {
    /// Why reading stopped.
    enum Fault: Error {
        case json(IngestFault)
        case body(OTLPBodyError)

        /// As its sender is told.
        var told: OTLPBodyError {
            switch self {
            case .json(.malformed(let detail, let offset)):
                .malformed(detail: detail, offset: offset)
            case .json(.unfit(_, let detail)): .malformed(detail: detail, offset: nil)
            case .json(.tooManyEvents(let limit)): .tooManySpans(limit: limit)
            case .body(let error): error
            }
        }
    }

    var reader: JSONReader
    var tally: OTLPTally

    init(_ reader: JSONReader, tally: OTLPTally) {
        self.reader = reader
        self.tally = tally
    }

    // MARK: Messages

    mutating func document() throws(Fault) -> OTLPTraceExport {
        try json { (reader) throws(IngestFault) in try reader.refuseByteOrderMark() }
        let export = try export()
        try json { (reader) throws(IngestFault) in try reader.finish() }
        return export
    }

    private mutating func export() throws(Fault) -> OTLPTraceExport {
        var export = OTLPTraceExport()
        try members { (decoding, key) throws(Fault) in
            guard key.spells("resourceSpans") else { return false }
            try decoding.elements { (decoding) throws(Fault) in
                export.resourceSpans.append(try decoding.resourceSpans())
            }
            return true
        }
        return export
    }

    private mutating func resourceSpans() throws(Fault) -> OTLPResourceSpans {
        var spans = OTLPResourceSpans()
        try members { (decoding, key) throws(Fault) in
            if key.spells("resource") {
                try decoding.members { (decoding, key) throws(Fault) in
                    guard key.spells("attributes") else { return false }
                    try decoding.attributes(into: &spans.resource.attributes)
                    return true
                }
            } else if key.spells("scopeSpans") {
                try decoding.elements { (decoding) throws(Fault) in
                    spans.scopeSpans.append(try decoding.scopeSpans())
                }
            } else {
                return false
            }
            return true
        }
        return spans
    }

    private mutating func scopeSpans() throws(Fault) -> OTLPScopeSpans {
        var spans = OTLPScopeSpans()
        try members { (decoding, key) throws(Fault) in
            if key.spells("scope") {
                try decoding.members { (decoding, key) throws(Fault) in
                    if key.spells("name") {
                        spans.scope.name = try decoding.text()
                    } else if key.spells("version") {
                        spans.scope.version = try decoding.text()
                    } else {
                        return false
                    }
                    return true
                }
            } else if key.spells("spans") {
                try decoding.elements { (decoding) throws(Fault) in
                    spans.spans.append(try decoding.span())
                }
            } else {
                return false
            }
            return true
        }
        return spans
    }

    private mutating func span() throws(Fault) -> OTLPSpan {
        do throws(OTLPBodyError) { try tally.countSpan() } catch { throw .body(error) }
        var span = OTLPSpan()
        try members { (decoding, key) throws(Fault) in
            if key.spells("traceId") {
                span.traceID = try decoding.id()
            } else if key.spells("spanId") {
                span.spanID = try decoding.id()
            } else if key.spells("traceState") {
                span.traceState = try decoding.text()
            } else if key.spells("parentSpanId") {
                span.parentSpanID = try decoding.id()
            } else if key.spells("name") {
                span.name = try decoding.text()
            } else if key.spells("kind") {
                span.kind = try decoding.word()
            } else if key.spells("startTimeUnixNano") {
                span.startTimeUnixNano = try decoding.nanoseconds()
            } else if key.spells("endTimeUnixNano") {
                span.endTimeUnixNano = try decoding.nanoseconds()
            } else if key.spells("attributes") {
                try decoding.attributes(into: &span.attributes)
            } else if key.spells("events") {
                try decoding.elements { (decoding) throws(Fault) in
                    span.events.append(try decoding.event())
                }
            } else if key.spells("links") {
                try decoding.elements { (decoding) throws(Fault) in
                    span.links.append(try decoding.link())
                }
            } else if key.spells("status") {
                span.status = try decoding.status()
            } else if key.spells("flags") {
                span.flags = UInt32(truncatingIfNeeded: try decoding.integer())
            } else {
                return false
            }
            return true
        }
        return span
    }

    private mutating func event() throws(Fault) -> OTLPEvent {
        var event = OTLPEvent()
        try members { (decoding, key) throws(Fault) in
            if key.spells("timeUnixNano") {
                event.timeUnixNano = try decoding.nanoseconds()
            } else if key.spells("name") {
                event.name = try decoding.text()
            } else if key.spells("attributes") {
                try decoding.attributes(into: &event.attributes)
            } else {
                return false
            }
            return true
        }
        return event
    }

    private mutating func link() throws(Fault) -> OTLPLink {
        var link = OTLPLink()
        try members { (decoding, key) throws(Fault) in
            if key.spells("traceId") {
                link.traceID = try decoding.id()
            } else if key.spells("spanId") {
                link.spanID = try decoding.id()
            } else if key.spells("attributes") {
                try decoding.attributes(into: &link.attributes)
            } else {
                return false
            }
            return true
        }
        return link
    }

    private mutating func status() throws(Fault) -> OTLPSpanStatus {
        var status = OTLPSpanStatus()
        try members { (decoding, key) throws(Fault) in
            if key.spells("message") {
                status.message = try decoding.text()
            } else if key.spells("code") {
                status.code = try decoding.word()
            } else {
                return false
            }
            return true
        }
        return status
    }

    private mutating func attributes(into attributes: inout [OTLPKeyValue]) throws(Fault) {
        try elements { (decoding) throws(Fault) in
            var attribute = OTLPKeyValue()
            try decoding.members { (decoding, key) throws(Fault) in
                if key.spells("key") {
                    attribute.key = try decoding.text()
                } else if key.spells("value") {
                    attribute.value = try decoding.value()
                } else {
                    return false
                }
                return true
            }
            attributes.append(attribute)
        }
    }

    private mutating func value() throws(Fault) -> OTLPAnyValue {
        var value = OTLPAnyValue()
        try members { (decoding, key) throws(Fault) in
            if key.spells("stringValue") {
                value.stringValue = try decoding.text()
            } else if key.spells("boolValue") {
                value.boolValue = try decoding.flag()
            } else if key.spells("intValue") {
                value.intValue = try decoding.integer()
            } else if key.spells("doubleValue") {
                value.doubleValue = try decoding.double()
            } else if key.spells("bytesValue") {
                value.bytesValue = try decoding.base64()
            } else if key.spells("arrayValue") {
                var array = OTLPArrayValue()
                try decoding.values { (decoding) throws(Fault) in
                    array.values.append(try decoding.value())
                }
                value.arrayValue = array
            } else if key.spells("kvlistValue") {
                var list = OTLPKeyValueList()
                try decoding.members { (decoding, key) throws(Fault) in
                    guard key.spells("values") else { return false }
                    try decoding.attributes(into: &list.values)
                    return true
                }
                value.kvlistValue = list
            } else {
                return false
            }
            return true
        }
        return value
    }

    /// The elements of `values` of the object that stands next.
    private mutating func values(
        _ read: (inout Self) throws(Fault) -> Void
    ) throws(Fault) {
        try members { (decoding, key) throws(Fault) in
            guard key.spells("values") else { return false }
            try decoding.elements(read)
            return true
        }
    }
}
