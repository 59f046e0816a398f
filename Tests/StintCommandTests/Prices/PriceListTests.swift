import Foundation
import StintModel
import StintServer
import Testing

@testable import stint

@Suite struct PriceListTests {
    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "stint-prices-" + UUID().uuidString + ".yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    /// The book of a file with these lines.
    private func book(_ text: String) throws -> PriceBook {
        let path = try file(text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try PriceBook(file: path)
    }

    @Test func `a list is read to the last decimal`() throws {
        let book = try book(
            """
            # Dollars for a million tokens.
            - model: large-2
              input: 2.5
              cachedInput: 0.075
              output: 10
              reasoning: 12.000000001
            - {model: 'small-*', from: 2026-11-01, input: 0, output: 1000000}
            - {model: 8790, from: "2026-11-01T01:30:00+01:00", input: "0.10", output: 007}
            """)
        let expected = try PriceBook([
            PriceBook.Entry(
                model: "large-2",
                price: TokenPrice(
                    input: 2_500_000_000, cachedInput: 75_000_000, output: 10_000_000_000,
                    reasoning: 12_000_000_001)),
            PriceBook.Entry(
                model: "small-*", from: Instant("2026-11-01T00:00:00Z"),
                price: TokenPrice(input: 0, output: 1_000_000_000_000_000)),
            PriceBook.Entry(
                model: "8790", from: Instant("2026-11-01T00:30:00Z"),
                price: TokenPrice(input: 100_000_000, output: 7_000_000_000)),
        ])
        #expect(book == expected)
        #expect(try self.book("[]") == PriceBook())
    }

    @Test(arguments: [
        ("model: large-2", "are not a list"),
        ("", "are not a list"),
        ("- large-2", "price 1 of"),
        ("- {model: a, input: 1, output: 1}\n- {model: b, input: 1}", "price 2 (b) of"),
        ("- {model: b, input: 1}", "has no output"),
        ("- {input: 1, output: 1}", "has no model"),
        ("- {model: b, inputs: 1, output: 1}", "a member that is not known here: inputs"),
        ("- {model: b, input: -1, output: 1}", "input cannot be '-1'"),
        ("- {model: b, input: 1e3, output: 1}", "input cannot be '1e3'"),
        ("- {model: b, input: .5, output: 1}", "input cannot be '.5'"),
        ("- {model: b, input: 1, output: 1000000.1}", "output cannot be '1000000.1'"),
        ("- {model: b, input: 1, output: 0.0000000001}", "output cannot be '0.0000000001'"),
        ("- {model: b, input: 1, output: 1, cachedInput: }", "cachedInput cannot be ''"),
        ("- {model: b, input: [1], output: 1}", "input cannot be 'a list or a mapping'"),
        ("- {model: '', input: 1, output: 1}", "model cannot be ''"),
        ("- {model: 'a*b', input: 1, output: 1}", "model cannot be 'a*b'"),
        ("- {model: b, from: soon, input: 1, output: 1}", "from cannot be 'soon'"),
        ("- {model: b, from: 2026-02-30, input: 1, output: 1}", "from cannot be '2026-02-30'"),
        (
            "- {model: b, from: 2026-02-20T00:00:00, input: 1, output: 1}",
            "from cannot be '2026-02-20T00:00:00'"
        ),
        (
            """
            - {model: b, from: 2026-11-01, input: 1, output: 1}
            - {model: c, input: 1, output: 1}
            - {model: b, from: 2026-11-01T00:00:00Z, input: 2, output: 1}
            """, "prices 1 and 3 of"
        ),
        ("- {model: b", "cannot be read as YAML"),
    ])
    func `what is wrong is named, with its entry and member`(_ text: String, _ what: String) throws
    {
        let failure = #expect(throws: CommandFailure.self) { try book(text) }
        #expect(failure?.what.contains(what) == true, "\(failure?.what ?? "")")
        #expect(failure?.status == .wrongArguments)
    }

    // MARK: In the settings

    @Test func `the list stands in the file of settings, or in one of its own`() throws {
        let list = "- {model: a, input: 1, output: 1}\n"
        let own = try file(list)
        let settings = try file(
            "port: 9000\nprices:\n  - {model: b, input: 2, output: 2}\nretention: 30d\n")
        let naming = try file("prices: \(own)\n")
        defer {
            for path in [own, settings, naming] {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
        func models(
            _ flags: [String: String], _ environment: [String: String] = [:]
        ) throws -> [String] {
            try ServerConfiguration(flags: flags, environment: environment).prices.entries
                .map(\.model.text)
        }
        #expect(try models([:]) == [])
        #expect(try models(["prices": own]) == ["a"])
        #expect(try models([:], ["STINT_PRICES": own]) == ["a"])
        #expect(try models(["config": settings]) == ["b"])
        #expect(try models(["config": settings, "prices": own]) == ["a"])
        #expect(try models(["config": naming]) == ["a"])
        let read = try ServerConfiguration(flags: ["config": settings], environment: [:])
        #expect(read.server.port == 9_000)
        #expect(read.server.retention == .days(30))
    }

    @Test func `another setting takes no list`() throws {
        let settings = try file("port: [1, 2]\n")
        defer { try? FileManager.default.removeItem(atPath: settings) }
        let failure = #expect(throws: CommandFailure.self) {
            try ServerConfiguration(flags: ["config": settings], environment: [:])
        }
        #expect(failure?.what.contains("the setting port") == true)
    }

    @Test func `the doctor tells how many prices are in force`() throws {
        let book = try book(
            """
            - {model: a, input: 1, output: 1}
            - {model: a, from: 2025-11-01, input: 1, output: 1}
            - {model: b, from: 2025-11-29, input: 1, output: 1}
            """)
        let found = SettingFindings.prices(book, now: .reading)
        #expect(found.map(\.name) == ["entries", "inForce"])
        #expect(found.map(\.value) == [.count(3), .count(1)])
    }
}
