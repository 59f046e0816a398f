import Foundation
import StintModel
import Testing

@testable import StintSimulation

@Suite struct FigureComparisonTests {
    private static func compared(_ json: String, _ truth: TrueFigure) throws -> FigureComparison {
        let shown = try JSONDecoder().decode(ShownFigure.self, from: Data(json.utf8))
        var comparison = FigureComparison()
        comparison.compare(shown, with: truth)
        return comparison
    }

    private static func lines(_ json: String, _ truth: TrueFigure) throws -> [String] {
        try compared(json, truth).differences.map { "\($0.path) \($0.shown) \($0.truth)" }
    }

    @Test(arguments: [
        (#"{"a":1}"#, TrueFigure.number(1, .none), true),
        (#"{"a":1.000001}"#, .number(1, .none), false),
        (#"{"a":33.33}"#, .number(100.0 / 3, .hundredth), true),
        (#"{"a":33.34}"#, .number(100.0 / 3, .hundredth), false),
        (#"{"a":129}"#, .number(128, .sketch), true),
        (#"{"a":129.1}"#, .number(128, .sketch), false),
        (#"{"a":0}"#, .number(nil, .hundredth), false),
        (#"{"a":null}"#, .number(nil, .hundredth), true),
        (#"{}"#, .number(nil, .hundredth), true),
        (#"{"a":null}"#, .number(0, .none), false),
        (#"{"a":"1"}"#, .number(1, .none), false),
        (#"{"a":"x"}"#, .text("x"), true),
        (#"{"a":"y"}"#, .text("x"), false),
        (
            #"{"a":"2026-11-20T12:00:00.000000Z"}"#,
            .instant(Instant(microseconds: 1_795_176_000_000_000)), true
        ),
        (
            #"{"a":"2026-11-20T12:00:00.000001Z"}"#,
            .instant(Instant(microseconds: 1_795_176_000_000_000)), false
        ),
        (
            #"{"a":"2026-11-20T12:00:03.000000Z"}"#,
            .notBefore(Instant(microseconds: 1_795_176_000_000_000), butFor: .seconds(3)), true
        ),
        (
            #"{"a":"2026-11-20T11:59:56.999999Z"}"#,
            .notBefore(Instant(microseconds: 1_795_176_000_000_000), butFor: .seconds(3)), false
        ),
        (#"{"a":-25}"#, .change(from: 4, to: 3, .none), true),
        (#"{"a":-24.9}"#, .change(from: 4, to: 3, .none), false),
        (#"{"a":-24.9}"#, .change(from: 4, to: 3, .sketch), true),
        (#"{"a":-23.83}"#, .change(from: 4, to: 3, .sketch), true),
        (#"{"a":-23.8}"#, .change(from: 4, to: 3, .sketch), false),
        (#"{"a":null}"#, .change(from: 0, to: 3, .none), true),
        (#"{"a":100}"#, .change(from: nil, to: 3, .none), false),
        (#"{"a":2}"#, .any([.count(1), .count(2)]), true),
        (#"{"a":3}"#, .any([.count(1), .count(2)]), false),
        (#"{"a":null}"#, .any([]), true),
    ])
    func `a figure is right within its margin`(
        _ json: String, _ figure: TrueFigure, _ isRight: Bool
    ) throws {
        let comparison = try Self.compared(json, ["a": figure])
        #expect(comparison.compared == 1)
        #expect(comparison.differences.isEmpty == isRight)
    }

    @Test func `a difference names its place, what is shown and what is true`() throws {
        let truth: TrueFigure = [
            "latency": ["rows": .rows([["p50": .count(1)], ["p50": .count(2)]])]
        ]
        #expect(
            try Self.lines(#"{"latency":{"rows":[{"p50":1},{"p50":3,"n":4}]}}"#, truth)
                == ["latency.rows[1].p50 3 2"])
        #expect(
            try Self.lines(#"{"latency":{"rows":[{"p50":1}]}}"#, truth)
                == ["latency.rows 1 rows 2"])
    }

    @Test func `rows of a table are known by a member, and none is missing, new or there twice`()
        throws
    {
        let truth: TrueFigure = [
            "by": .table(by: "id", ["x": ["n": .count(1)], "y": ["n": .count(2)]])
        ]
        #expect(try Self.lines(#"{"by":[{"id":"y","n":2},{"id":"x","n":1}]}"#, truth).isEmpty)
        #expect(
            try Self.lines(#"{"by":[{"id":"x","n":1},{"id":"x","n":1},{"id":"z","n":1}]}"#, truth)
                == ["by[x] twice once", "by[z] there none", "by[y].n null 2"])
    }

    @Test func `names are one only where they are spelled alike`() throws {
        let (one, other) = ("r\u{E9}", "re\u{301}")
        let truth: TrueFigure = [
            "by": .table(
                by: "id",
                [
                    TrueFigure.row(one): ["id": .text(one)],
                    TrueFigure.row(other): ["id": .text(other)],
                ])
        ]
        #expect(try Self.lines(#"{"by":[{"id":"\#(one)"},{"id":"\#(other)"}]}"#, truth).isEmpty)
        #expect(
            try Self.lines(#"{"by":[{"id":"\#(one)"}]}"#, truth)
                == [#"by[re\u{301}].id null \#(other)"#])
    }

    @Test func `rows may be members of an object`() throws {
        let truth: TrueFigure = ["models": .table(by: nil, ["large": ["calls": .count(1)]])]
        #expect(try Self.lines(#"{"models":{"large":{"calls":1}}}"#, truth).isEmpty)
        #expect(
            try Self.lines(#"{"models":{"large":{"calls":1},"small":{"calls":0}}}"#, truth)
                == ["models[small] there none"])
    }
}
