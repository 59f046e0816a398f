import Logging
import StintMetrics
import StintModel
import StintServer
import StintStorage
import Synchronization
import Testing

@Suite struct RecorderTests {
    /// On the main actor, whose jobs run in order: all three wait before the first group is taken.
    @MainActor
    @Test(arguments: [StoreError.refused(reason: "a rule"), .damaged(what: "a stored state")])
    func `a request that cannot be stored fails alone, and is logged`(
        _ error: StoreError
    ) async throws {
        let store = PickyStore(refusing: "poison", with: error)
        let log = RecordedLog()
        let recorder = Recorder(
            store: store, now: { Instant(microseconds: 0) },
            logger: Logger(label: "recorder") { _ in log }, onCommit: { _ in })
        let requests = ["one", "poison", "two"].map { id in
            Task { @MainActor in await Self.refusal(of: id, by: recorder) }
        }
        await Task { @MainActor in }.value
        let service = Task { try await recorder.run() }
        var refusals: [RecorderError?] = []
        for request in requests { refusals.append(await request.value) }
        service.cancel()
        try await service.value

        #expect(refusals == [nil, .store(error), nil])
        #expect(store.tried == [["one", "poison", "two"], ["one"], ["poison"], ["two"]])
        #expect(log.errors == ["A group could not be recorded"])
    }

    private static func refusal(of id: String, by recorder: Recorder) async -> RecorderError? {
        let id = ExecutionID(rawValue: id)!
        var submission = Recorder.Submission()
        submission.recordings = [
            Recording(
                workspace: .default, id: id,
                first: Event(.executionStarted, execution: id, at: Instant(microseconds: 0)))
        ]
        do throws(RecorderError) {
            try await recorder.record(submission)
            return nil
        } catch {
            return error
        }
    }
}

/// Refuses every group with one execution in it, and holds nothing.
private final class PickyStore: ExecutionStore {
    private let poison: String
    private let error: StoreError
    private let groups = Mutex<[[String]]>([])

    init(refusing poison: String, with error: StoreError) {
        self.poison = poison
        self.error = error
    }

    /// The executions of each group, in order.
    var tried: [[String]] { groups.withLock(\.self) }

    func record(_ group: RecordingGroup) async throws(StoreError) -> [Change] {
        let ids = group.recordings.map(\.id.rawValue)
        groups.withLock { $0.append(ids) }
        if ids.contains(poison) { throw error }
        return []
    }

    func figures<Value: Sendable>(
        in workspace: Workspace,
        _ read: @escaping @Sendable (any FiguresSnapshot) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        throw .unavailable(reason: "it holds nothing")
    }

    func execution(
        _ id: ExecutionID, in workspace: Workspace
    ) async throws(StoreError) -> StoredExecution? { nil }

    func page(
        _ query: ExecutionQuery, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> ExecutionPage { ExecutionPage(items: [], next: nil) }

    func open(limit: Int) async throws(StoreError) -> [OpenExecution] { [] }

    func trail(
        of id: ExecutionID, in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> TrailPage { TrailPage(entries: [], next: nil) }

    func silent(
        at now: Instant, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> SilentPage { SilentPage(items: [], next: nil) }

    func expire(_ expiry: Expiry) async throws(StoreError) -> Int { 0 }

    func erase(
        _ id: ExecutionID, in workspace: Workspace, until horizon: Instant
    ) async throws(StoreError) -> Bool { false }

    func audit(_ workspace: Workspace?) async throws(StoreError) -> AuditReport { AuditReport() }

    let erasures = Erasures(secret: [], hashes: [])

    func rollUps(
        _ level: RollUpLevel, in workspace: Workspace, from: Instant, to: Instant
    ) async throws(StoreError) -> [StoredCell] { [] }

    let prices = PriceBook()

    func reprice(by prices: PriceBook) async throws(StoreError) -> Int { 0 }

    func workerLoad(
        in workspace: Workspace, from: Instant, to: Instant, by grid: TimeGrid?
    ) async throws(StoreError) -> [LoadBucket] { [] }

    func workersNow(
        in workspace: Workspace, at now: Instant
    ) async throws(StoreError) -> WorkersNow { WorkersNow(workers: [], hosts: []) }

    func sumWorkerLoad(at now: Instant, limit: Int) async throws(StoreError) -> Int { 0 }

    func clients(
        in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> ClientPage { ClientPage(items: [], next: nil) }

    func clientTotals(in workspace: Workspace) async throws(StoreError) -> ClientTotals {
        ClientTotals()
    }

    func undecidedTraces() async throws(StoreError) -> Int { 0 }

    func check() async throws(StoreError) {}

    let details: [(name: String, value: String)] = []
    let cursorSecret: [UInt8] = []
}

/// Keeps the errors that were logged.
private final class RecordedLog: LogHandler {
    private let messages = Mutex<[String]>([])

    var errors: [String] { messages.withLock(\.self) }

    func log(event: LogEvent) {
        if event.level >= .error { messages.withLock { $0.append("\(event.message)") } }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
}
