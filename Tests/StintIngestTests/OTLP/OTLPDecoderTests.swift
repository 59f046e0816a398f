import Foundation
import OTLPMessages
import StintModel
import SwiftProtobuf
import Testing

@testable import StintIngest

@Suite struct OTLPDecoderTests {
    static func protobuf(
        _ bytes: [UInt8], maximumSpans: Int = 10_000
    ) throws -> OTLPTraceExport {
        try bytes.withUnsafeBytes { bytes in
            try OTLPDecoder.protobuf(bytes, maximumSpans: maximumSpans)
        }
    }

    static func json(
        _ text: String, maximumSpans: Int = 10_000
    ) throws -> OTLPTraceExport {
        try Array(text.utf8).withUnsafeBytes { bytes in
            try OTLPDecoder.json(bytes, maximumSpans: maximumSpans)
        }
    }

    /// What was captured in protobuf, over HTTP and gRPC, less what came compressed.
    static let captured: [(name: String, bytes: [UInt8])] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures")
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        return (files?.allObjects as? [URL] ?? []).compactMap { file in
            let head = file.deletingPathExtension().appendingPathExtension("headers.json")
            guard file.pathExtension == "bin", !file.path.contains("otlp-invalid"),
                let head = try? String(contentsOf: head, encoding: .utf8),
                head.contains("application/x-protobuf") && head.contains("/v1/traces")
                    || head.contains("TraceService"),
                let bytes = try? Data(contentsOf: file), bytes.prefix(2) != Data([0x1F, 0x8B])
            else { return nil }
            return (file.path, Array(bytes))
        }
    }()

    @Test func `what was captured is read, and its JSON means the same`() throws {
        #expect(Self.captured.count > 60)
        for (name, bytes) in Self.captured {
            let export = try Self.protobuf(bytes)
            #expect(export.spanCount > 0, "\(name)")
            let again = try Self.json(export.json)
            #expect(try again.serializedBytes() == export.serializedBytes() as [UInt8], "\(name)")
        }
    }

    @Test func `no bytes are no spans`() throws {
        #expect(try Self.protobuf([]).spanCount == 0)
        #expect(try Self.json("{}").spanCount == 0)
    }

    @Test func `fields that are not known are passed over`() throws {
        // A varint, eight bytes, a text and four bytes in fields that nobody has.
        let unknown: [UInt8] =
            [0xA0, 0x06, 0x96, 0x01] + [0xA1, 0x06] + Array(repeating: 7, count: 8)
            + [0xA2, 0x06, 0x02, 0x68, 0x69] + [0xA5, 0x06, 1, 2, 3, 4]
        #expect(try Self.protobuf(unknown).spanCount == 0)
        #expect(try Self.protobuf(unknown).unknownFields.data.isEmpty)
    }

    @Test(
        arguments: [
            ("a length past the end", [0x0A, 0x05, 0x00], 2, "A field ends beyond its message."),
            (
                "a length of 2^31", [0x0A, 0x80, 0x80, 0x80, 0x80, 0x08], 6,
                "A field ends beyond its message."
            ),
            ("half a number", [0xFF], 0, "It ends within a number."),
            (
                "a number without end", [0x08] + [UInt8](repeating: 0xFF, count: 11), 1,
                "A number has more than ten bytes."
            ),
            ("field 0", [0x02, 0x00], 0, "No field has this number."),
            ("a group", [0x0B, 0x0C], 0, "A field has no such type."),
            ("a group within", [0x0A, 0x02, 0x0B, 0x0C], 2, "A field has no such type."),
        ] as [(String, [UInt8], Int, String)])
    func `protobuf that is none is refused with the byte`(
        _ name: String, _ bytes: [UInt8], _ offset: Int, _ detail: String
    ) {
        #expect(throws: OTLPBodyError.malformed(detail: detail, offset: offset)) {
            try Self.protobuf(bytes)
        }
    }

    @Test func `a text that is no UTF-8 is refused`() {
        // The name of a span: field 5 in field 2 in field 2 in field 1.
        let span: [UInt8] = [0x2A, 0x01, 0xFF]
        let bytes: [UInt8] = [0x0A, 0x07, 0x12, 0x05, 0x12, 0x03] + span
        #expect(throws: OTLPBodyError.malformed(detail: "A text in it is not UTF-8.", offset: nil))
        {
            try Self.protobuf(bytes)
        }
    }

    @Test func `more spans than a request may hold are refused, in both forms`() throws {
        var export = OTLPTraceExport()
        export.resourceSpans = [.with { $0.scopeSpans = [OTLPScopeSpans(), OTLPScopeSpans()] }]
        for index in 0..<2 {
            export.resourceSpans[0].scopeSpans[index].spans = Array(
                repeating: OTLPSpan(), count: 3)
        }
        let bytes: [UInt8] = try export.serializedBytes()
        #expect(try Self.protobuf(bytes, maximumSpans: 6) == export)
        #expect(throws: OTLPBodyError.tooManySpans(limit: 5)) {
            try Self.protobuf(bytes, maximumSpans: 5)
        }
        #expect(try Self.json(export.json, maximumSpans: 6) == export)
        #expect(throws: OTLPBodyError.tooManySpans(limit: 5)) {
            try Self.json(export.json, maximumSpans: 5)
        }
    }

    @Test func `empty messages by the million are counted, not built`() {
        let refusal = OTLPBodyError.tooManyParts(limit: Limits.partsPerExport)
        let count = Limits.partsPerExport + 1
        #expect(throws: refusal) {
            try Self.protobuf((0..<count).flatMap { _ in [0x0A, 0x00] as [UInt8] })
        }
        #expect(throws: refusal) {
            try Self.json(#"{"resourceSpans":[\#(String(repeating: "{},", count: count)){}]}"#)
        }
    }

    @Test func `in JSON objects are counted, to the last, and braces in texts are not`() throws {
        let most = Limits.partsPerExport
        // The export is an object itself.
        func export(of count: Int) -> String {
            #"{"resourceSpans":[\#(String(repeating: "{},", count: count - 2)){}]}"#
        }
        #expect(try Self.json(export(of: most)).resourceSpans.count == most - 1)
        #expect(throws: OTLPBodyError.tooManyParts(limit: most)) {
            try Self.json(export(of: most + 1))
        }
        let braces = String(repeating: #"{\"{\\"#, count: most)
        #expect(try Self.json(#"{"braces":"\#(braces)","resourceSpans":[{}]}"#).spanCount == 0)
    }

    @Test func `values stand in each other only so deep`() throws {
        /// So many arrays around nothing, as a value of an attribute of a resource.
        func nested(_ levels: Int) throws -> [UInt8] {
            var value = OTLPAnyValue()
            for _ in 0..<levels {
                value = .with { $0.arrayValue = .with { $0.values = [value] } }
            }
            let export = OTLPTraceExport.with {
                $0.resourceSpans = [.with { $0.resource.attributes = [.with { $0.value = value }] }]
            }
            return try export.serializedBytes()
        }
        // Around the first value are the export, its spans, the resource and the attribute.
        let room = (Limits.exportDepth - 5) / 2
        #expect(try Self.protobuf(nested(room)).resourceSpans.count == 1)
        let error = #expect(throws: OTLPBodyError.self) { try Self.protobuf(nested(room + 1)) }
        guard case .malformed("Messages stand in each other at most 32 deep.", _?)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let deep = String(repeating: #"{"arrayValue":{"values":["#, count: 40)
        #expect(throws: OTLPBodyError.self) {
            try Self.json(#"{"resourceSpans":[{"resource":{"attributes":[{"value":"# + deep)
        }
    }
}
