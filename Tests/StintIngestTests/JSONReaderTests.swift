import Foundation
import StintModel
import Testing

@testable import StintIngest

@Suite struct JSONReaderTests {
    static let documents = [
        "null", "true", "false", "0", "-0", "1", "-1", "1.0", "1e3", "1E+2", "25e-1", "0.1",
        "9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "18446744073709551615", "3.141592653589793238462643", "5e-324", "1e308",
        "1.7976931348623157e308", "2.2250738585072011e-308", "123456789012345678901234567890",
        "\"\"", "\"plain\"", "\"exactly8\"", "\"a longer text that spans several words\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\\u00e9\\u20AC\"", "\"\\ud83d\\ude00\"",
        "\"é€😀 mixed 𝄞\"", "\"\\u0000\"", "\"12345678\\n12345678\"", "[]", "{}", "[[],{}]",
        " [ 1 , 2 ,\t3 ]\r\n", "{\"a\":1,\"b\":[true,null],\"c\":{\"d\":\"e\"}}", "{\"\":0}",
        "{\"\\u0061\":1,\"é\":2}", "[\"a\",\"b\",[\"c\",[\"d\"]],-1.5e-3]",
        "{\"type\":\"step.finished\",\"at\":\"2026-11-20T14:00:05.123456Z\",\"tokens\":{\"input\":12},"
            + "\"attributes\":{\"model\":\"m\",\"temperature\":0.7,\"ok\":true,\"none\":null}}",
    ]

    @Test(arguments: documents)
    func `reads a document as Foundation does`(_ document: String) throws {
        let bytes = Array(document.utf8)
        #expect(try JSONTree(reading: bytes) == JSONTree(foundation: bytes))
        try JSONTree.skip(bytes)
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func `takes a mutated document exactly where Foundation does`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let inserts: [[UInt8]] = [
            [0x22], [0x5C], [0x2C], [0x3A], [0x5B], [0x5D], [0x7B], [0x7D], [0x30], [0x2D], [0x2E],
            [0x65], [0x00], [0x1F], [0x20], [0x0A], [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80],
            [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x98, 0x80], [0xFF],
            Array("\\ud800".utf8), Array("\\udc00".utf8), Array("\\u00".utf8), Array("null".utf8),
            Array("01".utf8), Array("1e999".utf8), Array("\"a\":1,".utf8),
        ]
        for _ in 0..<400 {
            var bytes = Array(Self.documents.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where place < bytes.count:
                    bytes.remove(at: place)
                case 1 where place < bytes.count:
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 2 where place < bytes.count:
                    bytes.insert(contentsOf: bytes[place...].prefix(4), at: place)
                default:
                    bytes.insert(contentsOf: inserts.randomElement(using: &random)!, at: place)
                }
            }
            let shown = String(decoding: bytes, as: UTF8.self)
            #expect(JSONTree.disagreement(on: bytes) == nil, "\(shown) \(bytes)")
        }
    }

    @Test(arguments: [
        ("", "ends too early"), ("  ", "ends too early"), ("[1", "ends too early"),
        ("{\"a\":", "ends too early"), ("\"a", "ends too early"), ("[1,]", "value"),
        ("[,1]", "value"), ("{,}", "key"), ("{\"a\":1,}", "key"), ("{\"a\" 1}", "`:`"),
        ("{a:1}", "key"), ("[1 2]", "`,` or `]`"), ("{\"a\":1 \"b\":2}", "`,` or `}`"),
        ("nul", "words"), ("True", "value"), ("NaN", "value"), ("+1", "value"), (".5", "value"),
        ("01", "needless 0"), ("-", "digit"), ("1.", "decimal point"), ("1e", "exponent"),
        ("\"\n\"", "escaped"), ("\"\\x\"", "backslash"), ("\"\\u12g4\"", "hexadecimal"),
        ("1 2", "Nothing may follow"), ("{}{}", "ndjson"), ("\u{FEFF}{}", "byte order mark"),
        ("'a'", "value"), ("/**/1", "value"),
    ])
    func `says what is wrong`(_ document: String, _ expected: String) {
        #expect { try JSONTree(reading: Array(document.utf8)) } throws: { error in
            guard case .malformed(let detail, _)? = error as? IngestFault else { return false }
            return detail.contains(expected)
        }
    }

    @Test(arguments: [
        ("[1,x]", 3), ("{\"a\":\"b\u{1}\"}", 7), ("[1", 2), ("[true,nul]", 6), ("[] ]", 3),
    ])
    func `says at which byte`(_ document: String, _ expected: Int) {
        #expect { try JSONTree(reading: Array(document.utf8)) } throws: { error in
            guard case .malformed(_, let offset)? = error as? IngestFault else { return false }
            return offset == expected
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xE2, 0x82], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xFE], [0xFF],
        ] as [[UInt8]])
    func `refuses bytes that are not UTF-8, read or skipped`(_ bytes: [UInt8]) {
        for padding in 0..<9 {
            let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + [0x22]
            #expect(throws: IngestFault.self) { try JSONTree(reading: text) }
            #expect(throws: IngestFault.self) { try JSONTree.skip(text) }
        }
    }

    @Test func `takes 64 levels and refuses 65, read or skipped`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONTree(reading: nested(64))
        try JSONTree.skip(nested(64))
        #expect(throws: IngestFault.self) { try JSONTree(reading: nested(65)) }
        #expect(throws: IngestFault.self) { try JSONTree.skip(nested(65)) }
        #expect(throws: IngestFault.self) { try JSONTree.skip(nested(100_000)) }
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(throws: IngestFault.self) { try JSONTree.skip(Array(objects.utf8)) }
    }

    @Test(arguments: [
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"\\u0061\":1,\"a\":2}",
        "{\"\":1,\"\":2}",
    ])
    func `notices a key that stands twice, however it is written`(_ document: String) {
        #expect { try JSONTree(reading: Array(document.utf8)) } throws: { error in
            guard case .unfit(_, let detail)? = error as? IngestFault else { return false }
            return detail.contains("twice")
        }
    }

    @Test func `notices among a hundred thousand keys the one that stands twice`() throws {
        let keys = (0..<100_000).map { "\"k\($0)\":0" }.joined(separator: ",")
        _ = try JSONTree(reading: Array("{\(keys)}".utf8))
        #expect(throws: IngestFault.self) {
            try JSONTree(reading: Array("{\(keys),\"k77777\":0}".utf8))
        }
    }

    @Test func `tells keys apart that only Unicode takes for the same`() throws {
        let document = Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)
        try JSONTree.skip(document)
        #expect(throws: Never.self) { try JSONTree(reading: document) }
    }

    @Test(
        arguments: [
            ("0", .integer(0)), ("-0", .integer(0)), ("12", .integer(12)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
            ("9007199254740993", .integer(9_007_199_254_740_993)), ("1.0", .double(1)),
            ("1e3", .double(1_000)), ("0.1", .double(0.1)), ("1e-400", .double(0)),
            ("1e999", .beyond), ("-1e999", .beyond), ("1e99999999999999999999", .beyond),
            ("0e99999999999999999999", .double(0)), ("1.7976931348623159e308", .beyond),
            ("0.000000000000000000000000000001", .double(1e-30)),
        ] as [(String, JSONNumber)])
    func `reads a number exactly or says that it cannot`(_ text: String, _ expected: JSONNumber)
        throws
    {
        let number = try text.utf8.withContiguousStorageIfAvailable { bytes in
            var reader = JSONReader(bytes)
            return try reader.number()
        }
        #expect(number == expected)
    }

    @Test func `reads random numbers as the standard library does`() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let digits = String(UInt64.random(in: 0...(.max), using: &random))
            let cut = digits.prefix(Int.random(in: 1...digits.count, using: &random))
            let exponent = Int.random(in: -330...310, using: &random)
            let text = "\(cut.first!).\(cut.dropFirst())0e\(exponent)"
            let bytes = Array(text.utf8)
            let number = try bytes.withUnsafeBufferPointer { bytes in
                var reader = JSONReader(bytes)
                return try reader.number()
            }
            let expected = Double(text)!
            #expect(number.double == (expected.isFinite ? expected : nil), "\(text)")
        }
    }

    @Test func `passes a number of a million digits, and does not read it`() throws {
        let digits = Array(String(repeating: "7", count: 1_000_000).utf8)
        try JSONTree.skip(digits)
        let number = try digits.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes)
            return try reader.number()
        }
        #expect(number == .beyond)
    }
}
