import StintModel
import Synchronization
import UnixSignals

/// Keeps a view up with the feed, the keyboard and the clock, until it has its verdict.
struct LiveLoop: Sendable {
    /// At most four frames a second.
    private static let tick = Duration.milliseconds(250)
    /// How soon what a view wants to know is asked for.
    private static let attention = Duration.milliseconds(50)
    /// Before a question that found no answer is asked again.
    private static let pause = Duration.seconds(2)

    let client: ServerClient
    /// Filters of the feed.
    let filters: [QueryItem]
    let console: Console
    /// How long it goes on at the most.
    var limit: Duration?

    private final class Held<View: LiveView>: Sendable {
        let view: Mutex<View>

        init(_ view: View) {
            self.view = Mutex(view)
        }
    }

    /// - Returns: ``ExitStatus/stillOpen`` where the limit has passed, ``ExitStatus/interrupted``
    ///   after a signal to stop, else the view's verdict.
    func run(_ view: some LiveView) async throws -> ExitStatus {
        let held = Held(view)
        let result: Result<ExitStatus, any Error>
        do {
            result = .success(try await first(held))
        } catch {
            result = .failure(error)
        }
        let (now, size) = (console.now(), console.terminalSize())
        write(held.view.withLock { $0.closing(at: now, size: size) })
        return try result.get()
    }

    private func first(_ held: Held<some LiveView>) async throws -> ExitStatus {
        // From before anything is drawn: whoever is told to stop leaves the terminal as it was.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await follow(held)
                return nil
            }
            group.addTask {
                try await ask(held)
                return nil
            }
            group.addTask {
                for await bytes in console.keys() {
                    held.view.withLock { for key in Key.keys(in: bytes) { $0.press(key) } }
                }
                return nil
            }
            group.addTask {
                for await _ in signals { return .interrupted }
                return nil
            }
            group.addTask { try await draw(held) }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    private func follow(_ held: Held<some LiveView>) async throws {
        let feed = LiveFeed(client: client, query: filters)
        try await feed.follow(in: console) { report in
            let now = console.now()
            held.view.withLock { $0.receive(report, at: now) }
        }
    }

    private func ask(_ held: Held<some LiveView>) async throws {
        let questions = LiveQuestions(client: client)
        while !Task.isCancelled {
            let now = console.now()
            guard let question = held.view.withLock({ $0.nextQuestion(at: now) }) else {
                try await console.sleep(Self.attention)
                continue
            }
            while !Task.isCancelled {
                do {
                    let answer = try await questions.answer(to: question)
                    let now = console.now()
                    held.view.withLock { $0.receive(answer, at: now) }
                    break
                } catch let failure as CommandFailure where failure.status == .wrongArguments {
                    throw failure
                } catch {
                    // The feed says whether the server is away.
                    try await console.sleep(Self.pause)
                }
            }
        }
    }

    private func draw(_ held: Held<some LiveView>) async throws -> ExitStatus {
        let start = console.uptime()
        while true {
            let (now, size) = (console.now(), console.terminalSize())
            let (output, verdict) = held.view.withLock { view in
                // What the verdict is about is left for the closing.
                view.verdict == nil ? (view.output(at: now, size: size), nil) : (nil, view.verdict)
            }
            if let verdict { return try verdict.get() }
            if let output { write(output) }
            if let limit, console.uptime() - start >= limit { return .stillOpen }
            try await console.sleep(Self.tick)
        }
    }

    private func write(_ output: LiveOutput) {
        if !output.notes.isEmpty { console.writeError(output.notes) }
        if !output.text.isEmpty { console.write(output.text) }
    }
}
