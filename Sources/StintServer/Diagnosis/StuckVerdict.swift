import StintMetrics
import StintModel
import StintWire

/// What has probably happened to an execution that is lost, from what is known of it.
struct StuckVerdict {
    /// What is known of the worker that ran it.
    enum Worker: Hashable {
        /// It is not named, or a worker of that name has not reported in living memory.
        case unknown
        /// It goes on reporting.
        case alive(name: String, at: Instant)
        /// It has stopped reporting.
        case gone(name: String, at: Instant)

        /// - Parameter seenAt: Its last report; `nil` where none is known.
        init(name: String?, seenAt: Instant?, now: Instant) {
            guard let name, let seenAt else {
                self = .unknown
                return
            }
            self =
                now.since(seenAt) < LoadGrid.reportSpan
                ? .alive(name: name, at: seenAt) : .gone(name: name, at: seenAt)
        }
    }

    let text: String
    let isCertain: Bool
    let advice: String
    /// Why one would close it, as an error's message.
    let reason: String
    /// The decisive ones first.
    let facts: [StuckBody.Fact]

    /// - Parameters:
    ///   - silent: Since when nothing was heard of it, and elapsed: since its attempt began.
    ///   - p99: What 99 of 100 of its agent's successes did not exceed.
    init(
        _ lost: LostVerdict, worker: Worker, silent: TimeSpan, elapsed: TimeSpan?, p99: TimeSpan?,
        now: Instant
    ) {
        let heard = "last heard of \(silent.rough) ago"
        let limit = lost.limit.map(\.rough)
        var facts: [StuckBody.Fact] = []
        func add(_ text: String, decisive: Bool) {
            facts.append(StuckBody.Fact(text: text, decisive: decisive))
        }
        switch lost.rule {
        case .heartbeat:
            add(
                heard + (limit.map { ", expected every \($0)" } ?? ""), decisive: true)
        case .deadline:
            add(
                limit.map { "its deadline of \($0) has passed" } ?? "its deadline has passed",
                decisive: true)
            add(heard, decisive: false)
        case .origin:
            add("its origin says that it is gone", decisive: true)
            add(heard, decisive: false)
        }
        switch worker {
        case .unknown:
            add("nothing is known of its worker", decisive: false)
        case .alive(let name, let at):
            add(
                "worker \(name) alive, reported \(now.since(at).rough) ago",
                decisive: lost.rule == .heartbeat)
        case .gone(let name, let at):
            add(
                "worker \(name) gone, last reported \(now.since(at).rough) ago",
                decisive: lost.rule != .origin)
        }
        if let elapsed, let p99, p99 > .zero {
            let ratio = (elapsed.seconds / p99.seconds * 10).rounded() / 10
            add("elapsed \(ratio) × p99", decisive: false)
        }
        self.facts = facts.filter(\.decisive) + facts.filter { !$0.decisive }

        switch (lost.rule, worker) {
        case (.origin, _):
            (text, isCertain) = ("Gone at the origin", true)
            reason = "gone at the origin"
            advice = "Its origin does not run it any more. Close it."
        case (_, .gone):
            (text, isCertain) = ("Worker gone", true)
            reason = "worker lost"
            advice =
                "Its worker has stopped, and it with it. Close it, and start it again if it is still due."
        case (.deadline, _):
            (text, isCertain) = ("Past its deadline", true)
            reason = "deadline passed"
            advice =
                "It may run on: nobody has stopped it. See its logs, stop it at its origin, then close it."
        case (.heartbeat, .alive):
            (text, isCertain) = ("Silent, worker alive", false)
            reason = "silent"
            advice =
                "Its worker goes on, so it hangs or was dropped. See its logs; a later event brings it back."
        case (.heartbeat, .unknown):
            (text, isCertain) = ("Worker gone", false)
            reason = "worker lost"
            advice =
                "See its logs. If they end where its events do, close it; a later event brings it back."
        }
    }
}

extension TimeSpan {
    /// In one unit, cut: `12 s`, `53 min`, `5 h`, `3 d`. Below a second, `0 s`.
    var rough: String {
        let seconds = max(0, microseconds) / 1_000_000
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        if seconds < 172_800 { return "\(seconds / 3_600) h" }
        return "\(seconds / 86_400) d"
    }
}
