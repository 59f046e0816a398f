import StintWire
import Testing

@testable import stint

@Suite struct ExecutionTableTests {
    private func lines(_ style: Style, _ samples: String...) throws -> [String] {
        ExecutionTable(executions: try samples.map(Samples.execution), style: style).lines
    }

    private func all(_ style: Style) throws -> [String] {
        try lines(
            style, Samples.running, Samples.queued, Samples.failed, Samples.succeeded,
            Samples.lost, Samples.timedOut)
    }

    @Test func `a wide terminal shows everything`() throws {
        #expect(
            try all(.terminal(200)).joined(separator: "\n") == """
                STATUS       AGENT              ID           CREATED       WAITED        RAN  STEPS  TOKENS     COST  ERROR OR ACTIVITY
                ◐ running    portfolio-planner  ex_c40d9e5a  14:23:39      2.10 s       49 s    1/3   9.1 k  $0.0821  charter: Rendering chart 3 of 5
                ○ queued     trade-matching     ex_d900cec1  14:23:53        38 s          –    0/2       –        –
                ✗ failed     trade-matching     ex_b81e04d7  14:18:06      2.60 s     44.9 s    1/4   4.5 k  $0.0107  RateLimitError: Too many requests: limit 60 per minute reached
                ✓ succeeded  portfolio-planner  ex_7f3a9c21  14:00:00      2.00 s     73.3 s    3/3  14.2 k  $0.1276
                ▲ lost       maze-experiment    ex_19aa6f02  13:22:40      1.30 s   8 m 26 s    1/3  41.9 k  $0.0000  invoke-agent: silent for 53 min
                ◷ timed out  maze-experiment    ex_9920c4d1  Nov 27 22:10  1.90 s  15 m 00 s      –       –        –  limit 15 min
                """)
    }

    @Test(arguments: [60, 80, 120, 200])
    func `no line is wider than the terminal`(_ width: Int) throws {
        for line in try all(.terminal(width)) { #expect(line.columns <= width) }
    }

    @Test func `at 120 columns only the last column is cut`() throws {
        let lines = try all(.terminal(120))
        #expect(lines[0].hasSuffix("TOKENS     COST  ERROR OR ACTIVITY"))
        #expect(lines[3].hasSuffix("$0.0107  RateLimitError: T…"))
    }

    @Test func `at 80 columns cost, tokens and waited have left`() throws {
        let header = try all(.terminal(80))[0]
        for title in ["COST", "TOKENS", "WAITED"] { #expect(!header.contains(title)) }
        for title in ["STATUS", "AGENT", "ID", "CREATED", "RAN", "STEPS"] {
            #expect(header.contains(title))
        }
    }

    @Test func `at 60 columns status, agent, id, time and remark remain`() throws {
        let lines = try all(.terminal(60))
        #expect(lines[0].split(separator: " ").prefix(4) == ["STATUS", "AGENT", "ID", "RAN"])
        #expect(lines[5].contains("invoke-ag"))
    }

    @Test func `in a pipe nothing is cut and there are no shapes`() throws {
        let lines = try all(.piped)
        #expect(lines[1].hasPrefix("running    portfolio-planner  ex_c40d9e5a"))
        #expect(lines[3].hasSuffix("Too many requests: limit 60 per minute reached"))
    }

    @Test func `without UTF-8 everything is ASCII`() throws {
        var style = Style.terminal(120)
        style.isUnicode = false
        let lines = try all(style)
        #expect(lines.joined().utf8.allSatisfy { $0 < 0x80 })
        #expect(lines[3].hasPrefix("FAIL    trade-matching"))
    }

    @Test func `waiting says for what, and how long it has been silent`() throws {
        let line = try lines(.terminal(200), Samples.waiting)[1]
        #expect(line.hasPrefix("◐ running"))
        #expect(line.hasSuffix("waiting for a person in finance, silent for 4 min"))
    }

    @Test func `a success that missed its goal says so`() throws {
        #expect(try lines(.terminal(200), Samples.redriven)[1].hasSuffix("goal missed"))
    }

    @Test func `what is not known is a dash`() throws {
        #expect(
            try lines(.terminal(nil), Samples.nothingKnown)[1].split(separator: " ")
                == ["?", "unknown", "–", "ex_bare", "–", "–", "–", "–", "–", "–"])
    }

    @Test func `a stranger's text cannot steer the terminal`() throws {
        let line = try lines(
            .terminal(200),
            #"{"id":"ex_\u001b[2J","agent":"a\u009bb","status":"\u001b]0;x\u0007"}"#)[1]
        #expect(
            !line.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
    }

    @Test func `ids are as short as the page allows, of ARNs their last part`() {
        #expect(ShortIDs.of(["ex_0123456789", "ex_9"]) == ["ex_01234567", "ex_9"])
        #expect(
            ShortIDs.of(["ex_0123456789a", "ex_0123456789b"])
                == ["ex_0123456789a", "ex_0123456789b"])
        #expect(
            ShortIDs.of(["arn:aws:states:eu:1:execution:M:night-0001-abcdef"]) == ["night-0001-"])
        // The same name in two workflows is no name.
        #expect(ShortIDs.of(["arn:a:M:x", "arn:a:N:x"]) == ["arn:a:M:x", "arn:a:N:x"])
    }
}
