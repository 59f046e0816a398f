import Foundation
import StintModel
import StintSimulation
import StintStorage

/// Ninety days of twenty agents, and what is open at their end. Each execution is had by its number
/// alone; those that ended come first, in order of time.
///
/// Leaner than the fleet of `stint simulate`: no steps, no silence, no corrections. What matters
/// here is how many there are, not how many ways they can go.
struct BusyFleet: Sendable {
    /// How many ended.
    let ended: Int
    let seed: UInt64
    /// The moment at which the open ones are open, and before which all others ended.
    let until: Instant
    /// The sums of the seasons up to and with each hour.
    private let season: [Double]

    static let running = 1_000
    static let queued = 10_000
    private static let days = 90
    private static let agents = 20

    init(ended: Int, seed: UInt64, until: Instant) {
        self.ended = ended
        self.seed = seed
        self.until = until
        var sum = 0.0
        season = (0..<(Self.days * 24)).map { hour in
            let start = until - .days(Int64(Self.days)) + .seconds(Int64(hour) * 3_600)
            let hours = start.microseconds / 3_600_000_000
            // 1970-01-01 was a Thursday: day 3 of the week that begins on Monday.
            let isWeekend = (hours / 24 + 3) % 7 >= 5
            let ofDay = 0.6 - 0.4 * cos(Double(hours % 24 - 1) / 12 * .pi)
            sum += isWeekend ? ofDay / 3 : ofDay
            return sum
        }
    }

    /// The open ones included.
    var count: Int { ended + Self.running + Self.queued }

    func recording(_ number: Int) -> Recording {
        var random = RandomSource(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        let agent = agent(&random)
        var events: [Event]
        if number < ended {
            events = history(number, agent, &random)
        } else if number < ended + Self.running {
            let run = runTime(of: agent, &random)
            let startedAt = until - run - .seconds(1)
            let wait = wait(&random)
            events = [queued(startedAt - wait, number, agent), started(startedAt, number, agent)]
        } else {
            let at = until - .seconds(3_600).share(.random(in: 0..<1, using: &random))
            events = [queued(at, number, agent)]
            if number.isMultiple(of: 4) {
                events[0].facts.append(Fact(.priority, .integer(Int64(number / 4 % 10))))
            }
        }
        var recording = Recording(workspace: .default, id: id(number), first: events[0])
        for event in events.dropFirst() { recording.append(event) }
        return recording
    }

    /// Of four workers and the host they share, one in five minutes.
    var workerSamples: [WorkerSample] {
        (1...(Self.days * 288)).flatMap { number in
            (0...4).map { worker in
                var report = WorkerReport(worker: worker == 0 ? "host" : "worker-\(worker)")
                report.cpu = Double((number * 7 + worker * 13) % 100)
                report.memory = 40 + Double(number % 20)
                if worker > 0 {
                    report.capacity = 8
                    report.busy = Int64((number + worker) % 9)
                }
                return WorkerSample(
                    workspace: worker == 0 ? nil : .default,
                    at: until - .seconds(Int64(number) * 300), report: report)
            }
        }
    }

    // MARK: One that ended

    private func history(_ number: Int, _ agent: Int, _ random: inout RandomSource) -> [Event] {
        let wait = wait(&random)
        let run = runTime(of: agent, &random)
        let share = (Double(number) + .random(in: 0..<1, using: &random)) / Double(ended)
        let queuedAt = min(arrival(at: share), until - wait - run - .seconds(1))
        let startedAt = queuedAt + wait
        var events = [queued(queuedAt, number, agent), started(startedAt, number, agent)]
        for call in 1...Int.random(in: 1...2, using: &random) {
            events.append(
                called(startedAt + run.share(Double(call) / 3), number, call, agent, &random))
        }
        var finished = Event(.executionFinished, execution: id(number), at: startedAt + run)
        finished.outcome = .succeeded
        if Int.random(in: 0..<100, using: &random) == 0 {
            finished.outcome = .failed
            finished.failure = Failure(type: "ToolError", message: "The tool answered 502")
        }
        events.append(finished)
        return events
    }

    /// The instant before which a share of all came.
    private func arrival(at share: Double) -> Instant {
        let wanted = share * season[season.count - 1]
        var (low, high) = (0, season.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if season[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        let before = low == 0 ? 0 : season[low - 1]
        let part = (wanted - before) / (season[low] - before)
        return until - .days(Int64(Self.days)) + .seconds(Int64(low) * 3_600)
            + .seconds(3_600).share(part)
    }

    // MARK: Draws

    /// The second half as often as the first, and so on: a few do most of the work.
    private func agent(_ random: inout RandomSource) -> Int {
        let share = Double.random(in: 0..<1, using: &random)
        return Int(Double(Self.agents) * share * share)
    }

    private func wait(_ random: inout RandomSource) -> TimeSpan {
        spread(.milliseconds(800), &random)
    }

    /// From half a second to some minutes, whatever their volume.
    private func runTime(of agent: Int, _ random: inout RandomSource) -> TimeSpan {
        spread(.milliseconds(500).share(exp2(Double(agent * 7 % Self.agents) / 2)), &random)
    }

    /// As often above the median as below, with a long tail.
    private func spread(_ median: TimeSpan, _ random: inout RandomSource) -> TimeSpan {
        let bell = (0..<4).reduce(-2.0) { sum, _ in sum + .random(in: 0..<1, using: &random) }
        return median.share(exp2(bell * 1.5))
    }

    // MARK: Events

    private func id(_ number: Int) -> ExecutionID {
        var random = RandomSource(seed: seed ^ UInt64(number) << 1)
        guard let id = ExecutionID(rawValue: "ex_" + String(random.next(), radix: 16)) else {
            preconditionFailure("Hexadecimal digits are an id.")
        }
        return id
    }

    private func queued(_ at: Instant, _ number: Int, _ agent: Int) -> Event {
        var event = Event(.executionQueued, execution: id(number), at: at)
        event.facts = [
            Fact(.agent, .string("agent-\(agent / 10)\(agent % 10)")),
            Fact(.user, .string("user-\(number % 500)")),
        ]
        return event
    }

    private func started(_ at: Instant, _ number: Int, _ agent: Int) -> Event {
        Event(.executionStarted, execution: id(number), at: at)
    }

    private func called(
        _ at: Instant, _ number: Int, _ call: Int, _ agent: Int, _ random: inout RandomSource
    ) -> Event {
        var event = Event(.modelCalled, execution: id(number), at: at)
        let output = Int64.random(in: 40...1_200, using: &random)
        event.tokens = Tokens(input: .random(in: 200...6_000, using: &random), output: output)
        event.call = ModelCall(
            id: "call-\(call)", model: "model-\((agent + call) % 3)",
            latency: .milliseconds(200 + 4 * output), costNanos: 15_000 * output)
        return event
    }
}

extension TimeSpan {
    fileprivate static func milliseconds(_ count: Int64) -> TimeSpan {
        TimeSpan(microseconds: count * 1_000)
    }

    fileprivate func share(_ share: Double) -> TimeSpan {
        TimeSpan(microseconds: Int64(Double(microseconds) * share))
    }
}
