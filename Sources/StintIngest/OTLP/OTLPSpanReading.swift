import FoundationEssentials
import OTLPMessages
import StintModel
import StintTraces

/// Reads one span.
struct OTLPSpanReading {
    private let span: OTLPSpan
    private let resource: OTLPResourceFacts
    private let window: AdmissionWindow
    private let words: OTLPWords

    init(
        _ span: OTLPSpan, of resource: OTLPResourceFacts, window: AdmissionWindow,
        _ words: inout OTLPWords
    ) {
        words.read(span.attributes)
        self.span = span
        self.resource = resource
        self.window = window
        self.words = words
    }

    func read() throws(OTLPSpanFault) -> (TraceID, TraceSpan) {
        guard let (high, low) = span.traceID.words, let trace = TraceID(high: high, low: low) else {
            throw OTLPSpanFault(detail: "A trace's id is 16 bytes, not all of them zero.")
        }
        guard let bits = span.spanID.word, let id = SpanID(bits) else {
            throw OTLPSpanFault(detail: "A span's id is 8 bytes, not all of them zero.")
        }
        let start = Instant(nanoseconds: span.startTimeUnixNano)
        let end =
            span.endTimeUnixNano == 0 ? nil : Instant(nanoseconds: span.endTimeUnixNano)
        for time in [start, end ?? start] {
            if let detail = window.objection(to: time) { throw OTLPSpanFault(detail: detail) }
        }
        let meaning = OTLPMeaning(of: span.name, words)
        var told = TraceSpan(
            id: id, role: meaning.role, name: meaning.name, start: start, end: end)
        told.agent = meaning.agent
        told.workflow = meaning.workflow
        told.service = resource.service
        hang(&told)
        try belong(&told, to: trace)
        fail(&told)
        switch told.role {
        case .model, .embedding: call(&told)
        case .agent, .workflow: told.requestModel = words.name(.requestModel)
        case .plumbing, .chain, .tool, .retrieval: break
        }
        describe(&told)
        return (trace, told)
    }

    // MARK: Where it hangs

    /// The bit that says that it is known where the parent is, and the one that says that it is remote.
    private static let isRemoteKnown: UInt32 = 0x100
    private static let isRemote: UInt32 = 0x200

    private func hang(_ told: inout TraceSpan) {
        if let parent = span.parentSpanID.word.flatMap({ SpanID($0) }) {
            told.parent = parent
            if span.flags & Self.isRemoteKnown != 0 {
                told.parentage = span.flags & Self.isRemote != 0 ? .elsewhere : .here
            } else {
                told.parentage = isServed ? .elsewhere : .unsaid
            }
        } else {
            told.parentage = .none
        }
        guard let announced = told.parent else { return }
        if words.word(.spanType) == "pending_span" {
            // Logfire: a companion of its own id below the span that began, which says what that is below.
            told.announces = announced
            told.parent = words.word(.pendingParent).flatMap { UInt64($0, radix: 16) }
                .flatMap { SpanID($0) }
            told.parentage = told.parent == nil ? .none : .here
        } else if words.word(.lifecycle) == "start", told.end == told.start {
            // A companion that says nothing but whose start it is.
            told.announces = announced
            told.parent = nil
            told.parentage = .unsaid
            told.agent = words.name(.agent)
            told.role = told.agent == nil ? .plumbing : .agent
            told.name = told.agent ?? told.name
        }
        if told.announces != nil { told.end = nil }
    }

    /// Whether it answers another process: a server's span, or a consumer's.
    private var isServed: Bool { span.kind == 2 || span.kind == 5 }

    private func belong(_ told: inout TraceSpan, to trace: TraceID) throws(OTLPSpanFault) {
        told.execution = words.name(.execution).flatMap { ExecutionID(rawValue: $0) }
        guard window.isErased != nil else { return }
        let execution = told.execution ?? ExecutionID(rawValue: trace.text)
        if let execution, let detail = window.objection(to: execution) {
            throw OTLPSpanFault(detail: detail)
        }
    }

    // MARK: How it ended

    private func fail(_ told: inout TraceSpan) {
        let isFailed = span.status.code == 2 || words.word(.toolStatus) == "error"
        guard isFailed, told.announces == nil else {
            told.status = span.status.code == 1 ? .ok : .unset
            return
        }
        var failure = Failure(type: words.name(.errorType))
        if let event = span.events.last(where: { $0.name == "exception" }) {
            for attribute in event.attributes {
                guard case .stringValue(let text) = attribute.value.value else { continue }
                switch attribute.key {
                case "exception.type":
                    // `_OTHER` stands for a class that is not told.
                    if failure.type == nil || failure.type == "_OTHER" {
                        failure.type = text.kept(upTo: Limits.nameBytes)
                    }
                case "exception.message": failure.message = text.kept(upTo: Limits.textBytes)
                case "exception.stacktrace": failure.stack = text.kept(upTo: Limits.textBytes)
                default: break
                }
            }
            if event.timeUnixNano > 0 { failure.at = Instant(nanoseconds: event.timeUnixNano) }
        }
        if failure.message == nil {
            // Some put the whole traceback behind the first line.
            let line = span.status.message.prefix { $0 != "\n" && $0 != "\r\n" }
            failure.message = String(line).kept(upTo: Limits.textBytes)
        }
        told.failure = failure == Failure() ? nil : failure
        let isDeadline = failure.type.map(words.settings.isDeadline) ?? false
        told.status = isDeadline ? .timedOut : .error
    }

    // MARK: What it says

    private func call(_ told: inout TraceSpan) {
        var tokens = Tokens(
            input: words.count(.inputTokens), output: words.count(.outputTokens),
            cachedInput: words.count(.cachedTokens), reasoning: words.count(.reasoningTokens))
        if let input = tokens.input, let cached = tokens.cachedInput, cached > input {
            // Providers that count cached tokens apart; ours are a part of the input.
            let written = words.count(.cacheWriteTokens) ?? 0
            let (sum, overflow) = input.addingReportingOverflow(cached)
            let (whole, isTooLarge) = sum.addingReportingOverflow(written)
            tokens.input = overflow || isTooLarge ? .max : whole
        }
        if !tokens.isEmpty { told.tokens = tokens }
        told.costNanos = words.nanos(.cost)
        told.requestModel = words.name(.requestModel) ?? requestedModel
        // Where the call failed, what stands for the model that answered is the one that was asked for.
        let model = words.name(.responseModel)
        if told.hasFailed {
            told.requestModel = told.requestModel ?? model
        } else {
            told.model = model
        }
    }

    /// Of OpenInference, which has the request's parameters as the text of a JSON object.
    private var requestedModel: String? {
        words.word(.requestParameters).flatMap { JSONReader.member("model", of: $0) }
            .flatMap { $0.kept(upTo: Limits.nameBytes) }
    }

    private func describe(_ told: inout TraceSpan) {
        let isOutermost =
            told.parent == nil || told.parentage != .here || told.role.isRunOrChain || isServed
        guard isOutermost || told.role != .plumbing else { return }
        if let user = words.name(.user) { told.facts.append(Fact(.user, .string(user))) }
        let known: [(String, String?)] = [
            ("agentId", words.name(.agentID)),
            ("conversation", words.name(.conversation)),
            ("provider", provider),
            ("messageId", words.name(.message)),
        ]
        for (key, word) in known {
            if let word { told.attributes.append(Attribute(key, .string(word))) }
        }
        told.attributes += words.rest()
        guard isOutermost else { return }
        told.facts += resource.facts
        told.attributes += resource.attributes
        if let link = span.links.first, let (high, low) = link.traceID.words,
            let trace = TraceID(high: high, low: low)
        {
            told.attributes.append(Attribute("linkedTrace", .string(trace.text)))
            if let id = link.spanID.word.flatMap({ SpanID($0) }) {
                told.attributes.append(Attribute("linkedSpan", .string(id.text)))
            }
        }
    }

    private var provider: String? {
        words.name(.provider).flatMap { OTLPDialects.frameworks.contains($0) ? nil : $0 }
    }
}

extension TraceSpan.Role {
    fileprivate var isRunOrChain: Bool { self == .agent || self == .workflow || self == .chain }
}

extension Instant {
    /// Truncated to whole microseconds.
    fileprivate init(nanoseconds: UInt64) {
        self.init(microseconds: Int64(nanoseconds / 1_000))
    }
}

extension Data {
    /// - Returns: `nil` unless it is 8 bytes long.
    fileprivate var word: UInt64? {
        guard count == 8 else { return nil }
        return withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// - Returns: `nil` unless it is 16 bytes long.
    fileprivate var words: (UInt64, UInt64)? {
        guard count == 16 else { return nil }
        return withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension JSONReader {
    /// The text that a member of an object has, where both are what they should be.
    static func member(_ name: StaticString, of json: String) -> String? {
        var json = json
        return json.withUTF8 { bytes in
            var reader = JSONReader(bytes)
            do {
                guard try reader.peek() == .object else { return nil }
                try reader.enterObject()
                while let key = try reader.nextKey() {
                    if reader.word(key).spells(name) {
                        guard try reader.peek() == .string else { return nil }
                        return reader.decode(try reader.string())
                    }
                    try reader.skip(tolerant: true)
                }
            } catch {}
            return nil
        }
    }
}
