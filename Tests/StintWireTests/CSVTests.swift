import Testing

@testable import StintWire

@Suite struct CSVTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""),
        ("two\nlines", "\"two\nlines\""),
    ])
    func `a field stands as RFC 4180 has it`(_ text: String, _ expected: String) {
        #expect(CSV.line([text, "x"]) == expected + ",x")
    }

    @Test(arguments: [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")",
    ])
    func `what a spreadsheet would take for a formula is a text`(_ text: String) {
        let line = CSV.line([text])
        #expect(line.hasPrefix("'") || line.hasPrefix("\"'"))
    }

    @Test(arguments: ["-1", "+2.5", "-0.001", "-1e9"])
    func `a number stays a number`(_ text: String) {
        #expect(CSV.line([text]) == text)
    }
}
