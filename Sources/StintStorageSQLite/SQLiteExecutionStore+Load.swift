public import StintMetrics
public import StintModel
public import StintStorage

extension SQLiteExecutionStore {
    public func workerLoad(
        in workspace: Workspace, from: Instant, to: Instant, by grid: TimeGrid?
    ) async throws(StoreError) -> [LoadBucket] {
        try await read { reader throws(SQLiteFailure) in
            try reader.workerLoad(in: workspace, from: from, to: to, by: grid)
        }
    }

    public func workersNow(
        in workspace: Workspace, at now: Instant
    ) async throws(StoreError) -> WorkersNow {
        try await read { reader throws(SQLiteFailure) in
            try reader.workersNow(in: workspace, at: now)
        }
    }

    public func sumWorkerLoad(at now: Instant, limit: Int) async throws(StoreError) -> Int {
        try await writer.sumLoad(at: now, limit: limit)
    }
}
