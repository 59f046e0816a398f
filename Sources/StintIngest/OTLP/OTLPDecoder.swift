import Foundation
public import OTLPMessages
import StintModel
import SwiftProtobuf

/// Decodes the body of `POST /v1/traces`, and the message of a trace export over gRPC.
///
/// Both forms give the same messages. What a body becomes in memory is bounded before it is built:
/// by ``Limits/exportDepth``, ``Limits/partsPerExport`` and the spans it may hold.
public enum OTLPDecoder {
    /// Reads the protobuf form. No bytes at all are an export without spans.
    ///
    /// - Throws: ``OTLPBodyError``; at the first span beyond the maximum, before anything is built.
    public static func protobuf(
        _ body: UnsafeRawBufferPointer, maximumSpans: Int = 10_000
    ) throws(OTLPBodyError) -> OTLPTraceExport {
        guard let base = body.baseAddress, !body.isEmpty else { return OTLPTraceExport() }
        try OTLPScan.check(body, maximumSpans: maximumSpans)
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        // The scan says where a body is too deep; this must never be the first to find out.
        options.messageDepthLimit = 2 * Limits.exportDepth
        do {
            // Read within this call alone.
            let data = Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: body.count,
                deallocator: .none)
            return try OTLPTraceExport(serializedBytes: data, options: options)
        } catch BinaryDecodingError.invalidUTF8 {
            throw .malformed(detail: "A text in it is not UTF-8.", offset: nil)
        } catch {
            throw .malformed(detail: "It is not a trace export.", offset: nil)
        }
    }

    /// Reads the JSON form, as OTLP/HTTP writes it: members in lowerCamelCase, ids in hex of either
    /// case, 64-bit integers as numbers or strings. Members that are not known, or spelled
    /// otherwise, are passed over.
    ///
    /// - Throws: ``OTLPBodyError``; at the first span beyond the maximum.
    public static func json(
        _ body: UnsafeRawBufferPointer, maximumSpans: Int = 10_000
    ) throws(OTLPBodyError) -> OTLPTraceExport {
        try OTLPJSONScan.check(body)
        var decoding = OTLPJSONDecoding(
            JSONReader(body.bindMemory(to: UInt8.self)), tally: OTLPTally(spans: maximumSpans))
        do {
            return try decoding.document()
        } catch {
            throw error.told
        }
    }
}

/// Counts what a body would become, and stops where that is too much.
struct OTLPTally {
    private let maximumSpans: Int
    private var spans = 0
    private var parts = 0

    init(spans maximumSpans: Int) {
        self.maximumSpans = maximumSpans
    }

    mutating func countSpan() throws(OTLPBodyError) {
        guard spans < maximumSpans else { throw .tooManySpans(limit: maximumSpans) }
        spans += 1
    }

    mutating func countPart() throws(OTLPBodyError) {
        guard parts < Limits.partsPerExport else {
            throw .tooManyParts(limit: Limits.partsPerExport)
        }
        parts += 1
    }
}

extension OTLPTraceExport {
    /// How many spans it holds.
    public var spanCount: Int {
        resourceSpans.reduce(0) { sum, resource in
            resource.scopeSpans.reduce(sum) { $0 + $1.spans.count }
        }
    }
}
