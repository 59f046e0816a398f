public import StintModel
import Synchronization

/// Every change of every workspace that somebody listens to, in one order for all who listen.
///
/// Who records publishes and waits for nobody. What was published is prepared for listeners in
/// portions by one task (``takePortion()``, ``append(_:in:)``), at its own pace: what changes again
/// before its turn is told once. A workspace to which nobody has listened for a while costs nothing.
public final class ExecutionFeed: Sendable {
    public struct Bounds: Sendable {
        public var ring = FeedRing.Bounds()
        /// Changes that are prepared together: less than may wait for a listener, so that who keeps
        /// up is never told to load anew.
        public var portion = 128
        /// The most executions of a workspace that wait to be prepared; beyond them all its
        /// listeners load anew.
        public var backlog = 16_384
        /// How long a workspace is followed after its last listener left, for those who come back.
        public var linger = Duration.seconds(120)

        public init() {}
    }

    /// What is known of a workspace that is followed.
    private struct Channel {
        var ring: FeedRing
        var backlog = FeedBacklog()
        /// Listeners by the agent they want to hear of.
        var audience: [Spelling?: Int] = [:]
        /// Since when nobody listens.
        var leftAt: ContinuousClock.Instant?
        /// Whether anything changed since the figures were taken.
        var hasChanged = false
    }

    private struct State {
        var channels: [Workspace: Channel] = [:]
        /// Workspaces with something to prepare, in turn.
        var due: [Workspace] = []
    }

    public let bounds: Bounds
    private let state = Mutex(State())

    public init(bounds: Bounds = Bounds()) {
        self.bounds = bounds
    }

    // MARK: Listening

    /// Follows a workspace for one listener more, until ``leave(_:agent:)``.
    ///
    /// - Parameter agent: Of which it wants to hear; `nil` for all.
    /// - Returns: The newest position: whatever is recorded from now on comes after it.
    public func join(_ workspace: Workspace, agent: Spelling?) -> FeedPosition {
        let fresh = freshRing()
        return state.withLock { state in
            var channel = state.channels[workspace] ?? Channel(ring: fresh)
            channel.audience[agent, default: 0] += 1
            channel.leftAt = nil
            state.channels[workspace] = channel
            return channel.ring.position
        }
    }

    public func leave(_ workspace: Workspace, agent: Spelling?) {
        state.withLock { state in
            guard let count = state.channels[workspace]?.audience[agent] else { return }
            state.channels[workspace]?.audience[agent] = count > 1 ? count - 1 : nil
            if state.channels[workspace]?.audience.isEmpty == true {
                state.channels[workspace]?.leftAt = .now
            }
        }
    }

    /// What is new to a listener. It costs by what was recorded since its position.
    public func news(
        since position: FeedPosition?, for filter: FeedFilter, in workspace: Workspace
    ) -> FeedNews {
        let fresh = freshRing()
        return state.withLock { state in
            let ring = state.channels[workspace]?.ring ?? fresh
            guard let position else { return .reset(ring.position) }
            return ring.news(since: position, for: filter)
        }
    }

    private func freshRing() -> FeedRing {
        FeedRing(life: UInt64.random(in: .min ... .max), bounds: bounds.ring)
    }

    // MARK: Publishing

    /// Whether changes of a workspace are worth publishing.
    public func isFollowed(_ workspace: Workspace) -> Bool {
        state.withLock { $0.channels[workspace] != nil }
    }

    /// Publishes what was recorded; to be called in the order of recording.
    ///
    /// - Parameter changes: None where something other than an execution changed that the figures of
    ///   the moment show.
    public func publish(_ changes: [FeedChange], in workspace: Workspace) {
        let fresh = freshRing()
        state.withLock { state in
            guard state.channels[workspace] != nil else { return }
            state.channels[workspace]?.hasChanged = true
            if changes.isEmpty { return }
            for change in changes { state.channels[workspace]?.backlog.add(change) }
            if state.channels[workspace]?.backlog.count ?? 0 > bounds.backlog {
                state.channels[workspace]?.backlog = FeedBacklog()
                state.channels[workspace]?.ring = fresh
            }
            if !state.due.contains(workspace) { state.due.append(workspace) }
        }
    }

    /// Takes what has waited the longest to be prepared, of one workspace; the next time of the
    /// next. Empty where its listeners are to load anew.
    public func takePortion() -> (workspace: Workspace, changes: [FeedChange])? {
        state.withLock { state in
            if state.due.isEmpty { return nil }
            let workspace = state.due.removeFirst()
            let taken = state.channels[workspace]?.backlog.take(atMost: bounds.portion) ?? []
            if state.channels[workspace]?.backlog.count ?? 0 > 0 { state.due.append(workspace) }
            return (workspace, taken)
        }
    }

    /// Tells what was prepared, in the order in which it was taken.
    public func append(_ prepared: [(change: FeedChange, data: [UInt8])], in workspace: Workspace) {
        state.withLock { state in
            for (change, data) in prepared {
                state.channels[workspace]?.ring.append(change, data: data)
            }
        }
    }

    // MARK: Figures

    /// Takes the workspaces in which something changed since the last time and the agents whose
    /// figures somebody there wants to see; `nil` for those of all agents together.
    public func takeChanged() -> [(workspace: Workspace, agent: Spelling?)] {
        state.withLock { state in
            var changed: [(workspace: Workspace, agent: Spelling?)] = []
            for (workspace, channel) in state.channels where channel.hasChanged {
                state.channels[workspace]?.hasChanged = false
                changed += channel.audience.keys.map { (workspace, $0) }
            }
            return changed
        }
    }

    /// Forgets the workspaces to which nobody has listened for long enough.
    public func forgetUnheard(at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.channels = state.channels.filter { _, channel in
                channel.leftAt.map { now - $0 < bounds.linger } ?? true
            }
        }
    }
}
