import StintAWS
import StintIngest
import StintModel
import StintStorage

/// What an origin says, made ready for the recorder.
struct OriginSubmission {
    let workspace: Workspace
    let window: AdmissionWindow
    private(set) var gathering: Gathering
    /// Why what was said of the execution itself was not taken; `nil` where it was.
    private(set) var refusal: String?

    init(workspace: Workspace, window: AdmissionWindow) {
        self.workspace = workspace
        self.window = window
        gathering = Gathering(workspace: workspace)
    }

    var submission: Recorder.Submission { gathering.submission }

    /// Takes a report. Where the execution itself is not taken, neither are its steps.
    mutating func add(_ report: OriginReport) {
        var events: [Event] = []
        do {
            let result = try report.detail.withUnsafeBytes { bytes in
                try EventBridgeDecoder.decode(bytes, window: window) { events.append(copy $0) }
            }
            refusal = result.rejected.first?.detail
        } catch {
            refusal = "The answer cannot be read as a change of status."
        }
        guard refusal == nil else { return }
        for event in events { gathering.append(event) }
        // Times of the service itself, but a step may be older than what is kept.
        for event in report.events where (window.oldest...window.newest).contains(event.at) {
            if let id = event.execution, window.isErased?(id) == true { continue }
            gathering.append(event)
        }
    }

    /// Takes it that the origin knows nothing of the execution any more, which stands until something
    /// newer is heard of it.
    mutating func addGone(_ execution: StoredExecution) {
        let state = execution.state
        let seen = state.current.run.seen ?? state.first
        var event = Event(
            .executionLost, execution: execution.id, at: seen, attempt: state.currentAttempt,
            authority: .inferred)
        event.lost = LostVerdict(seen: seen, rule: .origin)
        gathering.append(event)
    }
}
