import StintModel
import StintTraces

// Stands in for the store's side of traces until it is there.

struct TraceRecording: Sendable {
    init(workspace: Workspace, id: TraceID, spans: [TraceSpan]) {}
}

extension Recorder.Submission {
    var traces: [TraceRecording] {
        get { [] }
        set {}
    }
}
