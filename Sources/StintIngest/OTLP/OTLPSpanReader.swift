import FoundationEssentials
public import OTLPMessages
import StintModel
public import StintTraces

/// Reads the spans of an export in the model's words.
public enum OTLPSpanReader {
    /// What can be read is read; a span that cannot is left out and counted.
    ///
    /// - Complexity: Linear in the export.
    public static func read(
        _ export: OTLPTraceExport, window: AdmissionWindow, settings: OTLPSettings
    ) -> OTLPReading {
        var reading = OTLPReading()
        var places: [TraceID: Int] = [:]
        var words = OTLPWords(settings: settings)
        for resourceSpans in export.resourceSpans {
            let resource = OTLPResourceFacts(resourceSpans.resource, &words)
            for span in resourceSpans.scopeSpans.lazy.flatMap(\.spans) {
                do {
                    let (trace, told) = try OTLPSpanReading(
                        span, of: resource, window: window, &words
                    ).read()
                    if let last = reading.traces.last, last.id == trace {
                        reading.traces[reading.traces.count - 1].spans.append(told)
                    } else if let place = places[trace] {
                        reading.traces[place].spans.append(told)
                    } else {
                        places[trace] = reading.traces.count
                        reading.traces.append((trace, [told]))
                    }
                } catch {
                    reading.rejected += 1
                    reading.firstReason = reading.firstReason ?? error.detail
                }
            }
        }
        return reading
    }
}

/// The spans of one export, by trace in the order of the export.
public struct OTLPReading: Sendable {
    public var traces: [(id: TraceID, spans: [TraceSpan])] = []
    /// Spans that cannot be read, now or ever.
    public var rejected = 0
    /// Of the first of those, a sentence for the sender.
    public var firstReason: String?

    public init() {}
}

/// Why a span was refused.
struct OTLPSpanFault: Error {
    let detail: String
}

/// What a resource says of all its spans.
struct OTLPResourceFacts {
    var service: String?
    var facts: [Fact] = []
    /// Of the execution, where the span is among its outermost.
    var attributes: [Attribute] = []

    init(_ resource: OTLPResource, _ words: inout OTLPWords) {
        words.read(resource.attributes)
        service = words.name(.service)
        if let namespace = words.name(.namespace) {
            attributes.append(Attribute("namespace", .string(namespace)))
        }
        if let environment = words.name(.environment) {
            facts.append(Fact(.environment, .string(environment)))
            attributes.append(Attribute("environment", .string(environment)))
        }
        attributes += words.rest()
    }
}
