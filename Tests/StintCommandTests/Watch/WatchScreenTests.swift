import Foundation
import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct WatchScreenTests {
    private let now = Instant.reading
    private let size = TerminalSize(columns: 120, rows: 24)

    private func realtime(_ queued: String = "") throws -> LiveFeed.Report {
        let json = """
            {"timestamp":"2025-11-28T14:24:31Z","currentlyRunning":9,"queueDepth":7,
            "avgQueueWaitTime":4,"executionsInProgress":[],"queuedExecutions":[\(queued)],
            "systemLoad":{"workers":{"total":16,"busy":9,"idle":7,"reporting":2}}}
            """
        return .message(
            .realtime(try JSONDecoder().decode(RealtimeBody.self, from: Data(json.utf8))))
    }

    private func figures() throws -> LiveAnswer {
        let agent = """
            {"agentId":"portfolio-planner","agentName":"portfolio-planner","executions":20,"n":20,
            "p50":71,"p95":110,"trend":[],"currentlyRunning":1,"queueDepth":0}
            """
        let json = """
            {"workspace":"default","from":"2025-11-28T13:24:31Z","to":"2025-11-28T14:24:31Z",
            "tz":"UTC","stepSeconds":60}
            """
        let decoder = JSONDecoder()
        return .figures(
            [try decoder.decode(AgentBody.self, from: Data(agent.utf8))],
            try decoder.decode(MetricsBody.self, from: Data(json.utf8)))
    }

    private func screen(_ filter: [QueryItem] = []) throws -> WatchScreen {
        var screen = WatchScreen(
            filter: .init(parameters: filter), style: .terminal(120), hasKeys: true, now: now)
        screen.receive(.connected(isResumed: false), at: now)
        screen.receive(try realtime(), at: now)
        while let question = screen.nextQuestion(at: now) {
            switch question {
            case .figures: screen.receive(try figures(), at: now)
            case .open:
                let open = [Samples.running, Samples.waiting, Samples.lost, Samples.queued]
                screen.receive(.open(try open.map(Samples.execution), isWhole: true), at: now)
            default: Issue.record("unasked for: \(question)")
            }
        }
        return screen
    }

    /// The last frame, as a terminal shows it.
    private func shown(
        _ screen: inout WatchScreen, at now: Instant = .reading, size: TerminalSize? = nil
    ) -> [String] {
        let size = size ?? self.size
        var terminal = TestTerminal(columns: size.columns, rows: size.rows)
        terminal.write(screen.closing(at: now, size: size).text)
        // Another screen would draw over the same frame.
        return terminal.screen
    }

    @Test func `the table tells how all stands and what each is doing`() throws {
        var screen = try screen()
        #expect(
            shown(&screen) == [
                "Running 9 of 16   Queue 7   live 14:24:31 UTC",
                "",
                "▲ maze-experiment    ex_19aa6f02  invoke-agent  Move 64                   "
                    + "╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱  8 m 25 s  silent for 53 min",
                "◐ portfolio-planner  ex_c40d9e5a  charter       Rendering chart 3 of 5    "
                    + "███████░░░┃░░░░░      49 s  usually 21 s more",
                "◐ approvals          ex_wait0000                waiting for a person in…  "
                    + "╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱  4 m 31 s  silent for 4 min",
                "○ trade-matching     ex_d900cec1                                          "
                    + "                      38 s",
            ])
    }

    @Test func `it is drawn when something changed, else once a second`() throws {
        var screen = try screen()
        func isDrawn(_ span: Int64) -> Bool {
            let now = self.now + TimeSpan(microseconds: span)
            return !screen.output(at: now, size: size).text.isEmpty
        }
        #expect(isDrawn(0))
        #expect(!isDrawn(250_000))
        #expect(isDrawn(1_000_000))
        screen.press(.down)
        #expect(isDrawn(1_250_000))
        #expect(!isDrawn(1_500_000))
        #expect(
            !screen.output(at: now + .seconds(1), size: .init(columns: 60, rows: 9)).text.isEmpty)
    }

    @Test func `a lost connection is said, with when it is tried again, and nothing is emptied`()
        throws
    {
        var screen = try screen()
        screen.receive(.lost(reason: "Gone.", pause: .seconds(8)), at: now)
        let lines = shown(&screen, at: now + .seconds(3))
        #expect(lines[0].hasSuffix("no connection since 14:24:31, trying again in 5 s"))
        #expect(lines.count == 6)
        #expect(screen.nextQuestion(at: now) == nil)
    }

    @Test func `the server's clock counts, not ours`() throws {
        var screen = try screen()
        let ours = now - .seconds(7_200)
        screen.receive(try realtime(), at: ours)
        #expect(shown(&screen, at: ours + .seconds(2))[0].hasSuffix("live 14:24:33 UTC"))
    }

    @Test func `an end is shown, counted, and makes room after ten seconds`() throws {
        var screen = try screen()
        let end = Samples.running.replacing(
            #""status":"running","#,
            with: #""status":"failed","finishedAt":"2025-11-28T14:24:31Z","durationSeconds":49.9,"#,
            maxReplacements: 1)
        screen.receive(
            .message(.execution(try Samples.execution(end), document: end)), at: now)
        var lines = shown(&screen)
        #expect(lines[3].hasPrefix("✗ portfolio-planner  ex_c40d9e5a"))
        #expect(lines[3].hasSuffix("49.9 s  failed"))
        #expect(lines.last == "✗ 1 failed since 14:24:31")
        lines = shown(&screen, at: now + .seconds(10))
        #expect(!lines.contains { $0.contains("portfolio") })
        #expect(lines.last == "✗ 1 failed since 14:24:31")
    }

    @Test func `with less room those ended fold first, then those queued, then those lost`() throws
    {
        var followed = FollowedExecutions(since: now)
        func add(_ count: Int, _ status: String, _ more: String = "") throws {
            for number in 0..<count {
                let execution = try Samples.execution(
                    #"{"id":"\#(status)-\#(number)","agent":"a","status":"\#(status)"\#(more)}"#)
                followed.receive(execution, at: now)
            }
        }
        try add(3, "lost")
        try add(4, "running")
        try add(2, "queued")
        try add(2, "succeeded", #","finishedAt":"2025-11-28T14:24:31Z""#)
        func lines(_ rows: Int) -> [String] {
            let table = WatchTable(
                followed: followed, standing: LiveStanding(), style: .terminal(100))
            return Array(table.lines(rows: rows).dropFirst(2))
        }
        func signs(_ rows: Int) -> String { String(lines(rows).compactMap(\.first)) }
        #expect(signs(14) == "▲▲▲◐◐◐◐✓✓○○✓")
        #expect(signs(13) == "▲▲▲◐◐◐◐○○✓")
        #expect(signs(11) == "▲▲▲◐◐◐◐○✓")
        #expect(signs(10) == "▲◐◐◐◐▲○✓")
        #expect(signs(8) == "▲◐◐▲○✓")
        #expect(
            lines(8).dropFirst(2) == [
                "◐ 3 more", "▲ 2 more lost", "○ 2 queued   next: a", "✓ 2 succeeded since 14:24:31",
            ])
    }

    @Test(arguments: 0..<40)
    func `no frame is larger than the terminal`(_ seed: UInt64) throws {
        var random = Draw(state: seed)
        var screen = try screen()
        let words = ExecutionStatus.allCases.map(\.word)
        for number in 0..<random.below(40) {
            let text = String(
                repeating: ["x", "界", "\\u001b[2J"][random.below(3)], count: random.below(60))
            let document = """
                {"id":"\(text)-\(number)","agent":"\(text)","status":"\(words[random.below(9)])",
                "finishedAt":"2025-11-28T14:24:31Z","startedAt":"2025-11-28T14:24:00Z",
                "lastEventAt":"2025-11-28T14:24:01Z",
                "steps":[{"name":"s","status":"running","activity":"\(text)"}]}
                """
            screen.receive(
                .message(.execution(try Samples.execution(document), document: document)), at: now)
        }
        let size = TerminalSize(columns: 20 + random.below(120), rows: 4 + random.below(30))
        for _ in 0..<6 {
            screen.press([Key.down, .up, .enter, .escape, .character("j")][random.below(5)])
            var terminal = TestTerminal(columns: size.columns, rows: size.rows)
            var copy = screen
            terminal.write(copy.output(at: now, size: size).text)
            #expect(terminal.history.isEmpty)
            #expect(terminal.screen.allSatisfy { $0.columns < size.columns })
        }
    }

    // MARK: Keys

    @Test func `the arrows choose, Enter opens, Esc goes back, q leaves`() throws {
        var screen = try screen()
        _ = screen.output(at: now, size: size)
        screen.press(.down)
        screen.press(.character("j"))
        screen.press(.up)
        screen.press(.down)
        screen.press(.enter)
        #expect(screen.nextQuestion(at: now) == .execution(id: "ex_c40d9e5a"))
        let document = Data(Samples.running.utf8)
        screen.receive(
            .execution(try Samples.execution(Samples.running), document: document), at: now)
        #expect(screen.nextQuestion(at: now) == .usualSteps(agent: "portfolio-planner"))
        var opened = screen
        #expect(
            shown(&opened) == [
                "portfolio-planner ex_c40d9e5a   ◐ running   49 s   usually 21 s more",
                "  ✓ reporter    28.5 s  Portfolio analysis generated",
                "  ◐ charter       20 s  Rendering chart 3 of 5",
                "  · retirement       –",
                "",
                "live 14:24:31 UTC",
            ])
        screen.press(.escape)
        #expect(shown(&screen)[0].hasPrefix("Running 9"))
        #expect(screen.verdict == nil)
        screen.press(.character("q"))
        #expect(try screen.verdict?.get() == .done)
    }

    @Test func `a filter is typed, holds at once, and is asked for`() throws {
        var screen = try screen()
        for key in Key.keys(in: Array("/agent:approvalsx\u{7F}\r".utf8)) { screen.press(key) }
        #expect(shown(&screen).count == 3)
        #expect(screen.nextQuestion(at: now) == .figures(agent: "approvals"))
        #expect(
            screen.nextQuestion(at: now)
                == .open(.init(parameters: [QueryItem("agent", "approvals")])))
        for key in Key.keys(in: Array("/".utf8)) { screen.press(key) }
        for _ in 0..<20 { screen.press(.backspace) }
        screen.press(.enter)
        _ = screen.nextQuestion(at: now)
        #expect(screen.nextQuestion(at: now) == .open(.init(parameters: [])))
    }

    @Test(arguments: [
        ("agnt:x", "no field 'agnt'"), ("user:b", "user is given twice"),
        ("agent:a agent:b", "agent is given twice"),
    ])
    func `a filter that cannot be is not taken`(_ text: String, _ fault: String) throws {
        var entry = FilterEntry(text: "")
        for character in text { entry.append(character) }
        let base = ExecutionFilter(parameters: [QueryItem("user", "a")])
        let failure = #expect(throws: CommandFailure.self) { try entry.filter(on: base) }
        #expect(failure?.what.contains(fault) == true)
    }
}

/// A small generator whose draws a seed decides.
private struct Draw {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
