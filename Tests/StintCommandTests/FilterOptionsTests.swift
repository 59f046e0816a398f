import ArgumentParser
import StintModel
import Testing

@testable import stint

@Suite struct FilterOptionsTests {
    private func parameters(_ arguments: String...) throws -> [String] {
        try FilterOptions.parse(arguments).parameters(now: .reading)
            .map { "\($0.name)=\($0.value)" }
    }

    @Test func `every option is a parameter of the interface`() throws {
        #expect(
            try parameters(
                "--from", "2025-11-28T00:00:00+01:00", "--to", "1764338671000", "--agent", "a",
                "--status", "failed", "--status", "cancelled,timed-out", "--user", "u",
                "--correlation", "c", "--parent", "p", "--error", "E", "--goal", "missed",
                "--environment", "test", "--counted", "false", "--min-duration", "1m",
                "--max-duration", "2.5",
                "--attr", "model=large-2", "--attr", "k=a=b", "--query", "two words", "--on",
                "finish", "--order", "asc")
                == [
                    "from=2025-11-28T00:00:00+01:00", "to=1764338671000", "agent=a",
                    "status=failed", "status=aborted", "status=timed_out", "user=u",
                    "correlation=c", "parent=p", "errorType=E", "goalMet=false",
                    "environment=test", "counted=false", "minDurationSeconds=60",
                    "maxDurationSeconds=2.5",
                    "attr.model=large-2", "attr.k=a=b", "q=two words", "on=finish", "order=asc",
                ])
    }

    @Test(arguments: [("met", "true"), ("true", "true"), ("missed", "false"), ("false", "false")])
    func `a goal is met or missed`(_ word: String, _ value: String) throws {
        #expect(try parameters("--goal", word) == ["goalMet=\(value)"])
    }

    @Test func `since counts back from now`() throws {
        #expect(try parameters("--since", "24h") == ["from=2025-11-27T14:24:31.000000Z"])
        #expect(try parameters("--since", "90m") == ["from=2025-11-28T12:54:31.000000Z"])
    }

    @Test(arguments: [
        ["--status", "broken"], ["--since", "soon"], ["--from", "2025-11-28T00:00:00"],
        ["--since", "1h", "--from", "0"], ["--attr", "novalue"], ["--goal", "maybe"],
        ["--query", "agnet:x"], ["--agent", "a", "--query", "agent:b"], ["--min-duration", "-1"],
    ])
    func `wrong arguments are refused before anything is asked`(_ arguments: [String]) {
        #expect { try FilterOptions.parse(arguments) } throws: { error in
            Stint.exitStatus(of: error) == 2
        }
    }

    @Test func `a span is a number and a unit`() {
        let spans = ["90", "500ms", "30s", "15m", "24h", "7d", "2w", "1.5h"]
            .map { SpanArgument(argument: $0)?.span.seconds }
        #expect(spans == [90, 0.5, 30, 900, 86_400, 604_800, 1_209_600, 5_400])
        for text in ["", "h", "1y", "1 h", "-1h", "1e9", "nan", "1.2.3s"] {
            #expect(SpanArgument(argument: text) == nil)
        }
    }
}

@Suite struct FilterExpressionTests {
    private func parameters(_ text: String) throws -> [String] {
        try FilterExpression.parameters(text).map { "\($0.name)=\($0.value)" }
    }

    @Test(
        arguments: [
            ("rate limit", ["q=rate limit"]),
            ("agent:a error:RateLimitError", ["agent=a", "errorType=RateLimitError"]),
            ("status:cancelled status:failed", ["status=aborted", "status=failed"]),
            ("goal:met goal:missed", ["goalMet=true", "goalMet=false"]),
            ("attr.customer:acme x", ["attr.customer=acme", "q=x"]),
            (#"user:"two words" y"#, ["user=two words", "q=y"]),
            ("duration:>60 duration:<5m", ["minDurationSeconds=60", "maxDurationSeconds=300"]),
            (#""arn:aws:states""#, ["q=arn:aws:states"]),
            ("correlation:a:b", ["correlation=a:b"]),
            ("  ", []),
        ] as [(String, [String])])
    func `it is another spelling of the parameters`(_ text: String, _ expected: [String]) throws {
        #expect(try parameters(text) == expected)
    }

    @Test func `an unknown field is told with the nearest one`() {
        #expect { try parameters("agnet:x") } throws: { error in
            (error as? CommandFailure)?.what.contains("did you mean 'agent'") ?? false
        }
    }

    @Test(arguments: ["agent:", "status:broken", "goal:perhaps", "duration:60", "duration:>x"])
    func `a field without a proper value is refused`(_ text: String) {
        #expect(throws: CommandFailure.self) { try parameters(text) }
    }
}
