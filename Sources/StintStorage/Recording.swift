public import StintMetrics
public import StintModel

/// What one request says about one execution: its events, folded, and their trail.
///
/// The state is that of these events alone. A store merges it into what it holds, and because
/// merging is a join, requests may be folded apart, in parallel, before they meet in the store.
public struct Recording: Sendable {
    public let workspace: Workspace
    public let id: ExecutionID
    public private(set) var state: ExecutionState
    public private(set) var trail = TrailChunk()

    public init(workspace: Workspace, id: ExecutionID, first event: Event) {
        self.workspace = workspace
        self.id = id
        state = ExecutionState(event)
        trail.append(event)
    }

    /// Of many events at once, of which the order does not matter to the state: it is folded step by
    /// step, so that each is put behind the ones before.
    ///
    /// - Parameter isCut: Whether more was told of the execution than is kept.
    /// - Returns: `nil` without events.
    public init?(workspace: Workspace, id: ExecutionID, events: [Event], isCut: Bool = false) {
        let steps = events.indices.sorted {
            let (one, other) = (events[$0].step ?? "", events[$1].step ?? "")
            return one.isSpelledBefore(other) || (one.isSpelled(like: other) && $0 < $1)
        }
        guard let first = steps.first else { return nil }
        self.workspace = workspace
        self.id = id
        state = ExecutionState(events[first])
        for index in steps.dropFirst() { state.apply(events[index]) }
        for event in events { trail.append(event) }
        if isCut { state.isTruncated = true }
    }

    /// - Precondition: The event is about this execution.
    public mutating func append(_ event: Event) {
        state.apply(event)
        trail.append(event)
    }
}

/// The events of one execution that came in one request, in order of arrival, in the stored form.
public struct TrailChunk: Hashable, Sendable {
    public private(set) var writer = BinaryWriter()
    /// One digest an event, in the same order, by which a repetition is recognised.
    public private(set) var digests: [UInt64] = []
    private var ends: [Int] = []

    public init() {}

    public var bytes: [UInt8] { writer.bytes }
    public var count: Int { digests.count }
    public var isEmpty: Bool { digests.isEmpty }

    public mutating func append(_ event: Event) {
        let start = writer.bytes.count
        event.encode(to: &writer)
        var digest = Fingerprint()
        writer.bytes.withUnsafeBufferPointer { bytes in
            for index in start..<bytes.count { digest.combine(bytes[index]) }
        }
        digests.append(digest.value)
        ends.append(writer.bytes.count)
    }

    /// Only the events whose digest is not in `known`.
    public func without(_ known: Set<UInt64>) -> TrailChunk {
        var rest = TrailChunk()
        var start = 0
        for (digest, end) in zip(digests, ends) {
            if !known.contains(digest) {
                rest.writer.raw(writer.bytes[start..<end])
                rest.digests.append(digest)
                rest.ends.append(rest.writer.bytes.count)
            }
            start = end
        }
        return rest
    }
}

/// One report of a worker's load, or of a server's own host.
public struct WorkerSample: Hashable, Sendable {
    /// Whose worker it is; `nil` for a server's host, which shows in every workspace.
    public let workspace: Workspace?
    public let at: Instant
    public let report: WorkerReport

    public init(workspace: Workspace?, at: Instant, report: WorkerReport) {
        self.workspace = workspace
        self.at = at
        self.report = report
    }

    /// Which ten seconds it stands for: of one worker and slot the newest report counts.
    public var slot: Int64 { LoadGrid.step(of: at) }

    /// The report in the stored form, version 1.
    public func encode(to writer: inout BinaryWriter) {
        writer.byte(1)
        writer.optional(report.capacity) { $0.zigzag($1) }
        writer.optional(report.busy) { $0.zigzag($1) }
        for share in [report.cpu, report.memory, report.gpu] {
            writer.optional(share) { $0.fixed64($1.bitPattern) }
        }
    }
}

extension WorkerReport {
    /// Reads back what ``WorkerSample/encode(to:)`` wrote.
    public init(worker: String, encoded reader: inout BinaryReader) throws(DamagedBytes) {
        guard try reader.byte() == 1 else { throw DamagedBytes() }
        self.init(worker: worker)
        capacity = try reader.optional { (reader) throws(DamagedBytes) in try reader.zigzag() }
        busy = try reader.optional { (reader) throws(DamagedBytes) in try reader.zigzag() }
        for share in [\WorkerReport.cpu, \.memory, \.gpu] {
            self[keyPath: share] = try reader.optional { (reader) throws(DamagedBytes) in
                Double(bitPattern: try reader.fixed64())
            }
        }
    }
}

/// What is recorded in one transaction: everything in it, or nothing.
public struct RecordingGroup: Sendable {
    public var recordings: [Recording]
    public var traces: [TraceRecording]
    public var workers: [WorkerSample]
    /// What came of the requests whose events their clients had numbered.
    public var batches: [ClientBatch]
    /// The server's clock when the group was received.
    public var receivedAt: Instant

    public init(
        recordings: [Recording], traces: [TraceRecording] = [], workers: [WorkerSample] = [],
        batches: [ClientBatch] = [], receivedAt: Instant
    ) {
        self.recordings = recordings
        self.traces = traces
        self.workers = workers
        self.batches = batches
        self.receivedAt = receivedAt
    }
}

/// An execution whose state a recording changed.
public struct Change: Hashable, Sendable {
    public let workspace: Workspace
    public let id: ExecutionID
    /// Counts the changes of this execution, from 1.
    public let revision: Int64
    /// As it was; `nil` where nobody had heard of it.
    public let before: ExecutionState?
    /// As it is; `nil` where the traces that told of it no longer do, and nobody else ever did.
    public let state: ExecutionState?
    /// What its start counts for, where it had not started before.
    public let start: Contribution.Start?
    /// What its finish counts for, where it had not finished before, or as something else.
    public let finish: Contribution.Finish?

    public var agent: String { (state ?? before)?.agent ?? "" }

    /// - Parameters:
    ///   - old: What it counted for before.
    ///   - new: What it counts for now.
    public init(
        workspace: Workspace, id: ExecutionID, revision: Int64, before: ExecutionState?,
        state: ExecutionState?, from old: Contribution?, to new: Contribution?
    ) {
        self.workspace = workspace
        self.id = id
        self.revision = revision
        self.before = before
        self.state = state
        start = old?.start == nil ? new?.start : nil
        finish = old?.finish?.outcome == new?.finish?.outcome ? nil : new?.finish
    }
}

/// An event of the trail, with the server's clock when it arrived.
public struct TrailEntry: Hashable, Sendable {
    public let receivedAt: Instant
    public let event: Event

    public init(receivedAt: Instant, event: Event) {
        self.receivedAt = receivedAt
        self.event = event
    }
}

/// An execution as a store holds it.
public struct StoredExecution: Hashable, Sendable {
    public let id: ExecutionID
    /// Counts the changes of this execution, from 1.
    public let revision: Int64
    public let state: ExecutionState

    public init(id: ExecutionID, revision: Int64, state: ExecutionState) {
        self.id = id
        self.revision = revision
        self.state = state
    }
}
