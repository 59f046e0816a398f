import HTTPTypes
import Hummingbird
import NIOCore
import StintIngest
import StintModel
import StintStorage
import StintWire

/// Events in: native ones, and those of foreign formats.
struct IngestRoutes: Sendable {
    let recorder: Recorder
    let erasures: Erasures
    let reading: RequestBodyReading
    let retention: TimeSpan
    let maximumEvents: Int
    /// By which names events of Step Functions name their agents, where the server knows them.
    let agentNames: AgentNames?
    let now: @Sendable () -> Instant
    let metrics: ServerMetrics

    var routes: [Route] {
        [
            .post("/v1/events", .ingest, .sendEvents(atMost: maximumEvents), events),
            .post("/v1/eventbridge", .ingest, .sendEventBridge, eventBridge),
        ] + cloudEventsRoutes + lineageRoutes
    }

    private static let nativeForms: [(type: String, form: BodyForm)] = [
        ("application/json", .json), ("application/x-ndjson", .ndjson),
    ]
    static let foreignForms: [(type: String, form: BodyForm)] = [
        ("application/json", .json)
    ]

    // MARK: POST /v1/events

    @Sendable private func events(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        let form = try MediaType.form(of: request, among: Self.nativeForms)
        var (submission, result) = try await reading.read(request) { body in
            try decode(body, scope) { (bytes, window, sink) throws(BodyError) in
                try NativeEventDecoder.decode(
                    bytes, as: form, window: window, maximumEvents: maximumEvents, into: sink)
            }
        }
        submission.batch = batch(request, of: scope.identity.workspace, result)
        try await recorder.record(submission)
        count(result)
        return answer(.ok, result)
    }

    /// What came of the events that a client numbered; `nil` where it numbers none, or not as it
    /// should, which is counted.
    private func batch(
        _ request: Request, of workspace: Workspace, _ result: IngestResult
    ) -> ClientBatch? {
        do {
            return try ClientNumbers(request.headers)?.batch(of: workspace, result)
        } catch {
            metrics.clientNumbersIgnored.add()
            return nil
        }
    }

    // MARK: POST /v1/eventbridge

    @Sendable private func eventBridge(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        try QueryParameters(request).finish()
        _ = try MediaType.form(of: request, among: Self.foreignForms)
        return try await record(foreign: request, scope) {
            (bytes, window, sink) throws(BodyError) in
            try EventBridgeDecoder.decode(
                bytes, window: window, maximumEvents: maximumEvents, agentNames: agentNames,
                into: sink)
        }
    }

    // MARK: Parts

    /// Records the body of a foreign format.
    ///
    /// Where nothing of it could be taken the answer is 400: its sender would send the same for a day
    /// otherwise, in vain.
    func record(
        foreign request: Request, _ scope: RequestScope,
        _ decode: (
            UnsafeRawBufferPointer, AdmissionWindow, (borrowing Event) -> Void
        ) throws(BodyError) -> IngestResult
    ) async throws -> Response {
        let (submission, result) = try await reading.read(request) { body in
            try self.decode(body, scope, decode)
        }
        try await recorder.record(submission)
        count(result)
        if result.accepted == 0, let first = result.rejected.first {
            throw Problem(
                .badRequest, "nothing_accepted",
                "No event of the body could be taken. The first: \(first.detail)",
                parts: result.rejected.prefix(100).map {
                    Problem.Part(pointer: "/\($0.index)\($0.pointer)", detail: $0.detail)
                })
        }
        return answer(.ok, result)
    }

    /// Decodes a body and folds its events by execution.
    private func decode(
        _ body: ByteBuffer, _ scope: RequestScope,
        _ decode: (
            UnsafeRawBufferPointer, AdmissionWindow, (borrowing Event) -> Void
        ) throws(BodyError) -> IngestResult
    ) throws -> (Recorder.Submission, IngestResult) {
        let window = AdmissionWindow(
            receivedAt: now(), retention: retention, erasures: erasures,
            in: scope.identity.workspace)
        var gathering = Gathering(workspace: scope.identity.workspace)
        let result: IngestResult
        do throws(BodyError) {
            result = try body.withUnsafeReadableBytes { (bytes) throws(BodyError) in
                try decode(bytes, window) { gathering.append($0) }
            }
        } catch {
            // What cannot be read is not free.
            try scope.allowance?.take(1)
            switch error {
            case .malformed(let detail, let offset):
                throw Problem(
                    .badRequest, "malformed_body",
                    "The body is not JSON: \(detail) (byte \(offset)).")
            case .tooManyEvents(let limit):
                throw Problem(
                    .contentTooLarge, "too_many_events",
                    "A request holds at most \(limit) events. Send them in parts.")
            }
        }
        try scope.allowance?.take(max(1, result.accepted + result.rejected.count))
        gathering.submission.bytes = body.readableBytes
        return (gathering.submission, result)
    }

    private func count(_ result: IngestResult) {
        metrics.eventsAccepted.add(result.accepted)
        metrics.eventsRejected.add(result.rejected.count)
    }

    private func answer(_ status: HTTPResponse.Status, _ result: IngestResult) -> Response {
        Answer.json(status) { json in
            json.object { json in
                json.member("accepted", Int64(result.accepted))
                json.key("rejected")
                json.array(result.rejected) { json, rejection in
                    json.object { json in
                        json.member("index", Int64(rejection.index))
                        json.member("pointer", rejection.pointer)
                        json.member("detail", rejection.detail)
                    }
                }
            }
        }
    }
}

extension AdmissionWindow {
    /// What a server takes into a workspace.
    init(
        receivedAt: Instant, retention: TimeSpan, erasures: Erasures, in workspace: Workspace
    ) {
        self.init(receivedAt: receivedAt, retention: retention)
        if !erasures.isEmpty { isErased = { erasures.contains($0, in: workspace) } }
    }
}

/// Brings the events of one request together by execution.
struct Gathering {
    let workspace: Workspace
    var submission = Recorder.Submission()
    private var places: [ExecutionID: Int] = [:]
    private var last: (id: ExecutionID, place: Int)?

    init(workspace: Workspace) {
        self.workspace = workspace
    }

    mutating func append(_ event: Event) {
        guard let id = event.execution else {
            if let report = event.worker {
                submission.workers.append(
                    WorkerSample(workspace: workspace, at: event.at, report: report))
            }
            return
        }
        // Events of one execution often stand together.
        if let last, last.id == id { return submission.recordings[last.place].append(event) }
        if let place = places[id] {
            last = (id, place)
            submission.recordings[place].append(event)
        } else {
            let place = submission.recordings.count
            places[id] = place
            last = (id, place)
            submission.recordings.append(
                Recording(workspace: workspace, id: id, first: event))
        }
    }
}
