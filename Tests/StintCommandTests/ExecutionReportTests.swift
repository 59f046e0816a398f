import StintWire
import Testing

@testable import stint

@Suite struct ExecutionReportTests {
    private func report(_ sample: String, _ style: Style = .terminal(120)) throws -> String {
        ExecutionReport(execution: try Samples.execution(sample), style: style).lines
            .joined(separator: "\n")
    }

    @Test func `a success tells its times, its steps and its sums`() throws {
        #expect(
            try report(Samples.succeeded) == """
                portfolio-planner ex_7f3a9c21   ✓ succeeded   goal met

                  Created    14:00:00
                  Started    14:00:02  +2 s
                  Completed  14:01:15  +73 s total

                  ✓ reporter    28.5 s  Portfolio analysis generated     6.2 k tokens  $0.0557
                  ✓ charter     15.3 s  Visualisations created           3.1 k tokens  $0.0278
                  ✓ retirement  22.1 s  Retirement projections complete  4.9 k tokens  $0.0441

                  Steps 65.9 s + between steps 7.37 s = ran 73.3 s; queue 2.00 s; created to completed 75.3 s
                  14.2 k tokens, $0.1276, large-2, worker w-02, attempt 1, corr_abc123
                """)
    }

    @Test func `a cost that is known in part says of how much`() throws {
        var execution = try Samples.execution(Samples.succeeded)
        func facts() -> String? {
            ExecutionReport(execution: execution, style: .terminal(120)).lines.last
        }
        execution.costKnownRate = 66.67
        #expect(facts()?.contains("$0.1276 for 66 % of the calls, large-2") == true)
        execution.costKnownRate = 100
        #expect(facts()?.contains("$0.1276, large-2") == true)
    }

    @Test func `a failure tells its error, its table and where the time went`() throws {
        #expect(
            try report(Samples.failed) == """
                trade-matching ex_b81e04d7   ✗ failed   RateLimitError in trade-extraction, attempt 3 of 3

                  Too many requests: limit 60 per minute reached

                  Created  14:18:06
                  Started  14:18:08  +2.6 s
                  Failed   14:18:53  +45 s total

                  STATUS  NAME                     TIME  TOKENS     COST  TRY  ACTIVITY
                  ✓       pdf-adapter            5.12 s   2.0 k  $0.0048    1  Text extraction complete
                  ✗       trade-extraction       39.1 s   2.5 k  $0.0059    3  Gave up after 3 attempts
                  ·       trade-matching        skipped       –        –    –  Needs trade-extraction
                  ·       exception-management  skipped       –        –    –  Needs trade-extraction

                  trade-extraction  0 s ├──────■■■■■■····■■■■■■■··················■■■■■■■■■┤ 44.9 s
                                    3 attempts of 5.21, 6.14, 7.80 s; waited 3.99 and 16.0 s between them

                  Failed attempts 19.2 s (40 %), waiting to retry 20.0 s (42 %), steps 5.12 s (11 %), between steps 640 ms (1 %), queue 2.60 s (5 %); created to ended 47.5 s
                  4.5 k tokens, $0.0107, worker w-04, attempt 1
                  customer=fabrikam
                """)
    }

    @Test func `a running one tells how far it is`() throws {
        #expect(
            try report(Samples.running) == """
                portfolio-planner ex_c40d9e5a   ◐ running   49 s

                  Created     14:23:39
                  Started     14:23:41  +2.1 s
                  Last event  14:24:29

                  ✓ reporter    28.5 s  Portfolio analysis generated
                  ◐ charter       20 s  Rendering chart 3 of 5
                  · retirement       –

                  9.1 k tokens, $0.0821, attempt 1
                """)
    }

    @Test func `a waiting one tells for what, and a silent one for how long`() throws {
        let first = try report(Samples.waiting).split(separator: "\n")[0]
        #expect(
            first
                == "approvals ex_wait00001   ◐ running   4 m 31 s   waiting for a person in finance"
                + "   silent for 4 min")
    }

    @Test func `a queued one tells how long it has waited, and where`() throws {
        #expect(
            try report(Samples.queued) == """
                trade-matching ex_d900cec1   ○ queued   38 s   queue bulk, priority 5

                  Created     14:23:53
                  Last event  14:23:53

                  · a  –
                  · b  –

                  tokens not reported, attempt 1
                """)
    }

    @Test func `a lost one ran until it was last heard of`() throws {
        #expect(
            try report(Samples.lost) == """
                maze-experiment ex_19aa6f02   ▲ lost   8 m 26 s   silent since 13:31:07 (53 min)

                  No sign of life for longer than promised (30.0 s)

                  Created     13:22:40
                  Started     13:22:41  +1.3 s
                  Last event  13:31:07

                  ✓ plan            4.00 s
                  ▲ invoke-agent  8 m 00 s  open at death: Move 64
                  · report               –

                  41.9 k tokens, $0.0000, attempt 1
                """)
    }

    @Test func `a redriven one tells of its attempts and of what is not certain`() throws {
        #expect(
            try report(Samples.redriven) == """
                trades arn:aws:states:us-east-1:123456789012:execution:Trades:night-0001   ✓ succeeded   goal missed

                  Created    10:00:00
                  Started    10:10:02  +2 s
                  Completed  10:10:10  +8 s total

                  Attempt 1  ✗ failed     10:00:01  30.0 s  States.Timeout: slow[2J
                  Attempt 2  ✓ succeeded  10:10:02  8.00 s

                  ✓ match  7.00 s    attempt 2

                  Steps 4.00 s + failed attempts 2.00 s + waiting to retry 1.00 s + between steps 1.00 s = ran 8.00 s; queue 2.00 s; before this attempt 10 m 00 s; created to completed 10 m 10 s
                  tokens not reported, attempt 2

                  conflict: this attempt was told to have ended in more than one way
                  skew: clocks disagreed; a time below zero counts as 0
                  incomplete: its client had to drop 1\u{202F}200 events

                  console: https://aws.example/x
                  redrive: aws stepfunctions redrive-execution
                """)
    }

    @Test func `a time-out tells its limit`() throws {
        #expect(
            try report(Samples.timedOut).split(separator: "\n")[0]
                == "maze-experiment ex_9920c4d1   ◷ timed out   limit 15 min")
    }

    @Test func `of what nobody told, nothing is told`() throws {
        #expect(
            try report(Samples.nothingKnown) == """
                ex_bare   ? unknown

                  tokens not reported
                """)
    }

    @Test func `in a pipe there are words for shapes`() throws {
        let lines = try report(Samples.failed, .piped).split(separator: "\n")
        #expect(lines[0].contains("   failed   "))
        #expect(lines.contains { $0.hasPrefix("  succeeded  pdf-adapter") })
    }

    @Test func `without UTF-8 everything is ASCII`() throws {
        var style = Style.terminal(120)
        style.isUnicode = false
        for sample in [Samples.failed, Samples.succeeded, Samples.lost, Samples.redriven] {
            #expect(try report(sample, style).utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test(arguments: [60, 80, 120])
    func `tables of steps fit the terminal`(_ width: Int) throws {
        let lines = try report(Samples.failed, .terminal(width)).split(separator: "\n")
        for line in lines where line.hasPrefix("  ✗") || line.hasPrefix("  STATUS") {
            #expect(String(line).columns <= width)
        }
    }
}
