public import StintModel
public import StintTraces

/// What one request says about one trace: its spans, and what these tell by themselves.
///
/// Whether more is known of the trace only the store knows. Where it is not, which is the common
/// case, the store takes what was folded here, in parallel with other requests; else it assembles the
/// trace anew.
public struct TraceRecording: Sendable {
    public let workspace: Workspace
    /// Of the spans of this request alone.
    public private(set) var trace: Trace
    /// What it tells of executions, each once.
    public private(set) var told: [Recording]
    /// The spans in the stored form.
    public private(set) var encoded: [UInt8]

    public init(workspace: Workspace, id: TraceID, spans: [TraceSpan]) {
        self.workspace = workspace
        trace = Trace(id: id, spans: spans)
        told = trace.recordings(in: workspace)
        encoded = TraceSpan.encoded(trace.spans)
    }

    public var id: TraceID { trace.id }
    public var spans: [TraceSpan] { trace.spans }

    /// Adds what other requests say about the same trace.
    public mutating func merge(_ others: [TraceRecording]) {
        guard trace.merge(others.flatMap(\.spans)) else { return }
        told = trace.recordings(in: workspace)
        encoded = TraceSpan.encoded(trace.spans)
    }
}

extension Trace {
    /// What it tells of executions, folded: each once.
    public func recordings(in workspace: Workspace) -> [Recording] {
        executions().compactMap {
            Recording(workspace: workspace, id: $0.id, events: $0.events, isCut: $0.isCut)
        }
    }
}
