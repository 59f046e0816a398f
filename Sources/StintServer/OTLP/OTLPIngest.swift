import HTTPTypes
import OTLPMessages
import StintIngest
import StintModel
import StintStorage

/// Takes trace exports, by whichever way they come: decoded, reduced to spans, recorded.
struct OTLPIngest: Sendable {
    let recorder: Recorder
    let erasures: Erasures
    let retention: TimeSpan
    /// The most spans of one request.
    let maximumSpans: Int
    let settings: OTLPSettings
    let now: @Sendable () -> Instant
    let metrics: ServerMetrics

    /// Reads an export, and takes its spans off what its key may send.
    ///
    /// - Throws: ``Problem`` 400 where it cannot be read, 413 where it holds too much, 429.
    func read(
        _ body: UnsafeRawBufferPointer, as form: OTLPForm, of workspace: Workspace,
        _ allowance: Allowance?
    ) throws(Problem) -> (submission: Recorder.Submission, outcome: OTLPOutcome) {
        let export: OTLPTraceExport
        do throws(OTLPBodyError) {
            switch form {
            case .protobuf:
                export = try OTLPDecoder.protobuf(body, maximumSpans: maximumSpans)
            case .json: export = try OTLPDecoder.json(body, maximumSpans: maximumSpans)
            }
        } catch {
            // What cannot be read is not free.
            try allowance?.take(1)
            throw Problem(error, form)
        }
        var window = AdmissionWindow(receivedAt: now(), retention: retention)
        if !erasures.isEmpty {
            window.isErased = { [erasures] in erasures.contains($0, in: workspace) }
        }
        let reading = OTLPSpanReader.read(export, window: window, settings: settings)
        let count = export.spanCount
        try allowance?.take(max(1, count))
        var submission = Recorder.Submission()
        submission.traces = reading.traces.map {
            TraceRecording(workspace: workspace, id: $0.id, spans: $0.spans)
        }
        submission.bytes = body.count
        return (
            submission,
            OTLPOutcome(
                accepted: count - reading.rejected, rejected: reading.rejected,
                reason: reading.firstReason)
        )
    }

    /// Returns when what was read is durable.
    func record(
        _ submission: Recorder.Submission, _ outcome: OTLPOutcome
    ) async throws(RecorderError) {
        try await recorder.record(submission)
        metrics.eventsAccepted.add(outcome.accepted)
        metrics.eventsRejected.add(outcome.rejected)
    }
}

/// What became of the spans of one export.
struct OTLPOutcome: Sendable {
    var accepted = 0
    /// Refused, each by itself; none of them may be sent again.
    var rejected = 0
    /// Why the first of them was.
    var reason: String?

    /// As the sender is told; empty where nothing was refused.
    var message: OTLPTraceExportAnswer {
        var answer = OTLPTraceExportAnswer()
        guard rejected > 0 else { return answer }
        answer.partialSuccess.rejected = Int64(rejected)
        answer.partialSuccess.errorMessage =
            "\(rejected) of \(accepted + rejected) spans were refused. The first: "
            + (reason ?? "It is not known what is wrong with it.")
        return answer
    }
}

extension Problem {
    fileprivate init(_ error: OTLPBodyError, _ form: OTLPForm) {
        switch error {
        case .malformed(let detail, let offset):
            let name = form == .json ? "JSON" : "protobuf"
            let place = offset.map { " (byte \($0))" } ?? ""
            self.init(
                .badRequest, "malformed_body",
                "The body is not a trace export in \(name): \(detail)\(place)")
        case .tooManySpans(let limit):
            self.init(
                .contentTooLarge, "too_many_events",
                "A request holds at most \(limit) spans. Send them in parts.")
        case .tooManyParts(let limit):
            self.init(
                .contentTooLarge, "too_many_parts",
                "A request holds at most \(limit) spans, attributes and values. Send it in parts.")
        }
    }
}
