import StintModel
import StintStorage
import Synchronization

/// Wakes those who wait for an execution to change.
///
/// Whoever waits registers before it reads, so no change can fall between.
final class ExecutionWatch: Sendable {
    private struct Key: Hashable {
        let workspace: Workspace
        let id: ExecutionID
    }

    private let watchers = Mutex<[Key: [Watcher]]>([:])

    /// Runs `body` with a watcher that is told of every change of the execution meanwhile.
    func watching<Value>(
        _ id: ExecutionID, in workspace: Workspace, _ body: (Watcher) async throws -> Value
    ) async throws -> Value {
        let key = Key(workspace: workspace, id: id)
        let watcher = Watcher()
        watchers.withLock { $0[key, default: []].append(watcher) }
        defer {
            watchers.withLock { watchers in
                watchers[key]?.removeAll { $0 === watcher }
                if watchers[key]?.isEmpty == true { watchers[key] = nil }
            }
        }
        return try await body(watcher)
    }

    /// Tells the watchers of what changed.
    func publish(_ changes: [Change]) {
        let told = watchers.withLock { watchers -> [Watcher] in
            if watchers.isEmpty { return [] }
            return changes.flatMap { watchers[Key(workspace: $0.workspace, id: $0.id)] ?? [] }
        }
        for watcher in told { watcher.tell() }
    }

    /// One who waits. It is told once for any number of changes since it last looked.
    final class Watcher: Sendable {
        private struct State {
            var isTold = false
            var waiting: CheckedContinuation<Void, Never>?
        }

        private let state = Mutex(State())

        /// Returns after the first change since the last call, or when the task is cancelled.
        func changed() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isTold = state.withLock { state in
                        if state.isTold {
                            state.isTold = false
                            return true
                        }
                        state.waiting = continuation
                        return false
                    }
                    if isTold { continuation.resume() }
                }
            } onCancel: {
                tell()
            }
        }

        func tell() {
            let waiting = state.withLock { state in
                state.isTold = state.waiting == nil
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume()
        }
    }
}
