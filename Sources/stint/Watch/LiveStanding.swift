import StintModel
import StintWire

/// How the server and the connection to it stand: what every live view shows around its executions.
struct LiveStanding: Sendable {
    enum Connection: Hashable, Sendable {
        case connecting, live
        case lost(since: Instant, retryAt: Instant)
    }

    /// How old the figures may become.
    private static let refresh = TimeSpan.seconds(60)

    private(set) var connection = Connection.connecting
    private(set) var realtime: RealtimeBody?
    private(set) var figures: MetricsBody?
    /// By agent.
    private(set) var usual: [String: UsualTime] = [:]
    /// By how much the server's clock is ahead of ours.
    private var offset = TimeSpan.zero
    private var figuresAskedAt: Instant?

    /// The server's time.
    func time(at now: Instant) -> Instant { now + offset }

    mutating func receive(_ report: LiveFeed.Report, at now: Instant) {
        switch report {
        case .connected:
            connection = .live
        case .lost(_, let pause):
            let retryAt = now + TimeSpan(microseconds: pause.microseconds)
            if case .lost(let since, _) = connection {
                connection = .lost(since: since, retryAt: retryAt)
            } else {
                connection = .lost(since: now, retryAt: retryAt)
            }
        case .message(.realtime(let block)):
            realtime = block
            offset = block.timestamp.since(now)
        case .message:
            break
        }
    }

    mutating func receive(_ agents: [AgentBody], _ figures: MetricsBody) {
        self.figures = figures
        usual = [:]
        for agent in agents { usual[agent.figures.agentId] = UsualTime(agent.figures) }
    }

    /// Other executions are meant than those of which the figures are.
    mutating func forgetFigures() {
        figures = nil
        figuresAskedAt = nil
    }

    /// Whether the figures are to be asked for; they count as asked for from then on.
    mutating func wantsFigures(at now: Instant) -> Bool {
        guard connection == .live else { return false }
        if let asked = figuresAskedAt, now < asked + Self.refresh, now >= asked { return false }
        figuresAskedAt = now
        return true
    }

    /// `live 14:24:31 UTC`, or since when there is no connection.
    ///
    /// - Parameter style: Its moment is the server's.
    func words(_ style: Style) -> Cell {
        switch connection {
        case .connecting:
            return Cell("connecting")
        case .live:
            return Cell("live \(style.time.text(style.time.now)) \(style.time.zoneName)")
        case .lost(let since, let retryAt):
            // Rounded up: at 0 s it is being tried.
            let rest = TimeSpan(
                microseconds: time(at: retryAt).since(style.time.now).microseconds + 999_999)
            return Cell(
                "no connection since \(style.time.text(time(at: since))), "
                    + "trying again in \(DurationFormat.running(rest))", color: .yellow)
        }
    }
}

extension Duration {
    /// Whole microseconds, cut.
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
