import CZlib
import NIOCore
import Testing

@testable import StintServer

@Suite struct InflationTests {
    /// How zlib is told the form: gzip, zlib, or deflate without a header.
    enum Form: Int32, CaseIterable {
        case gzip = 31
        case zlib = 15
        case raw = -15
    }

    static func deflated(_ bytes: [UInt8], _ form: Form = .gzip) -> [UInt8] {
        var stream = stint_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        deflateInit2_(
            &stream, 9, Z_DEFLATED, form.rawValue, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size)
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count / 500 + 1_024 + bytes.count % 1_000)
        let space = UInt32(output.count)
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stint_set_input(&stream, input.baseAddress, UInt32(input.count))
                stint_set_output(&stream, output.baseAddress, space)
                #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            }
        }
        return Array(output.prefix(Int(space - stint_unwritten(&stream))))
    }

    private func inflated(
        _ body: [UInt8], parts: Int, limit: Int = 16 << 20
    ) throws(Inflation.Failure) -> [UInt8] {
        let inflation = Inflation(limit: limit)
        var output = ByteBuffer()
        let length = max(1, body.count / parts)
        for start in stride(from: 0, to: body.count, by: length) {
            try inflation.inflate(
                ByteBuffer(bytes: body[start..<min(start + length, body.count)]), into: &output)
        }
        try inflation.finish()
        return Array(output.readableBytesView)
    }

    @Test(arguments: Form.allCases)
    func `a body comes out as it went in, however it is cut`(_ form: Form) throws {
        let body = Array("It came in many parts. ".utf8) + (0..<2_000).map { UInt8($0 % 251) }
        let small = Self.deflated(body, form)
        for parts in [1, 2, 3, 7, small.count] {
            #expect(try inflated(small, parts: parts) == body)
        }
    }

    @Test func `members follow each other`() throws {
        let two = Self.deflated(Array("one ".utf8)) + Self.deflated(Array("two".utf8))
        for parts in [1, 2, two.count] {
            #expect(try inflated(two, parts: parts) == Array("one two".utf8))
        }
    }

    @Test func `a million empty members are not a body`() {
        let empty = Self.deflated([])
        let members = Array(repeating: empty, count: 100_000).flatMap(\.self)
        #expect(throws: Inflation.Failure.malformed) { try inflated(members, parts: 16) }
    }

    @Test(arguments: Form.allCases)
    func `what is cut short is not a body`(_ form: Form) {
        let small = Self.deflated(Array("It came in many parts.".utf8), form)
        for count in 0..<small.count {
            #expect(throws: Inflation.Failure.malformed) {
                try inflated(Array(small.prefix(count)), parts: 1)
            }
        }
    }

    @Test func `the limit is exact`() throws {
        let body = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let small = Self.deflated(body)
        #expect(try inflated(small, parts: 3, limit: 5_000).count == 5_000)
        #expect(throws: Inflation.Failure.tooLarge) {
            try inflated(small, parts: 3, limit: 4_999)
        }
    }

    @Test func `past a mebibyte nothing grows more than a hundredfold`() throws {
        let blank = [UInt8](repeating: 0x20, count: 1 << 20)
        #expect(try inflated(Self.deflated(blank), parts: 1).count == 1 << 20)
        #expect(throws: Inflation.Failure.tooLarge) {
            try inflated(Self.deflated(blank + blank), parts: 1)
        }
    }
}
