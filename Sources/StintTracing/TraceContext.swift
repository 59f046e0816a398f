import StintClient
import StintModel
public import Tracing

/// Where a span stands among those of other processes: W3C Trace Context.
struct SpanPlace: Sendable {
    /// What a span within it is told of it.
    var parent: TraceParent
    /// `tracestate`, which is passed on as it came.
    var state: String?

    init(_ parent: TraceParent, state: String?) {
        (self.parent, self.state) = (parent, state)
    }

    /// The place of a new span: in the trace of the one around it, else in that of its execution.
    ///
    /// - Parameter trace: 32 hex digits.
    /// - Returns: `nil` where these are all 0.
    init?(inside outer: SpanPlace?, trace: String) {
        guard
            let parent = TraceParent(
                traceID: outer?.parent.traceID ?? trace, parentID: hex(.random(in: 1...UInt64.max)),
                isSampled: outer?.parent.isSampled ?? true)
        else { return nil }
        self.init(parent, state: outer?.state)
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = SpanPlace
        static var nameOverride: String? { "stint-trace" }
    }

    var place: SpanPlace? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}

extension StintTracer {
    private static let parentField = "traceparent"
    private static let stateField = "tracestate"

    /// Reads `traceparent` and `tracestate`, as a request brings them. What is none is passed over.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        let text = extractor.extract(key: Self.parentField, from: carrier)
        guard let parent = text.flatMap({ TraceParent($0) }) else { return }
        let state = extractor.extract(key: Self.stateField, from: carrier)
        context.place = SpanPlace(parent, state: state)
    }

    /// Writes them. Within an execution but outside of any span, the trace is the execution's.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        let trace = Surroundings.inside(context)?.execution.traceID
        guard let place = context.place ?? trace.flatMap({ SpanPlace(inside: nil, trace: $0) })
        else { return }
        injector.inject(place.parent.text, forKey: Self.parentField, into: &carrier)
        if let state = place.state {
            injector.inject(state, forKey: Self.stateField, into: &carrier)
        }
    }
}
