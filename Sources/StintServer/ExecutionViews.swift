import StintModel
import StintStorage

/// Executions as readers see them: the view of what is stored, and when what runs should end.
struct ExecutionViews: Sendable {
    let store: any ExecutionStore
    let remaining: RemainingTimes
    let retention: TimeSpan
    let now: @Sendable () -> Instant

    /// With what is usual of the agents of those that run.
    func views(
        of states: [(id: ExecutionID, state: ExecutionState)], in workspace: Workspace
    ) async throws(StoreError) -> [Execution] {
        let now = now()
        let running = states.map(\.state).filter { [.running, .waiting].contains($0.status) }
        let times =
            running.isEmpty
            ? [:]
            : try await remaining.times(
                of: Set(running.map { Spelling($0.agent) }), in: workspace, at: now, store: store)
        return states.map { id, state in
            var view = view(of: id, state, in: workspace)
            if let time = times[Spelling(state.agent)],
                let end = ExpectedEnd(of: state, by: time, at: now)
            {
                view.etaAt = end.at
                view.isOverdue = end.isOverdue
            }
            return view
        }
    }

    /// By its state and the prices alone.
    func view(of id: ExecutionID, _ state: ExecutionState, in workspace: Workspace) -> Execution {
        Execution(
            id: id, workspace: workspace, state: state, retention: retention, prices: store.prices)
    }
}
