import OTLPMessages
import StintModel
import StintTraces
import SwiftProtobuf

@testable import StintIngest

// Exports of OpenTelemetry.

extension FuzzTarget {
    /// The form of gRPC and of most exporters over HTTP.
    static let otlpProtobuf = FuzzTarget("otlp-protobuf") { (bytes) throws(BrokenPromise) in
        guard let export = try? bytes.withUnsafeBytes({ try OTLPDecoder.protobuf($0) }) else {
            // Whatever the library takes and we do not is too large, too deep, or holds groups.
            return
        }
        guard let written: [UInt8] = try? export.serializedBytes(),
            let again = try? written.withUnsafeBytes({ try OTLPDecoder.protobuf($0) })
        else { throw BrokenPromise(description: "What was read can be written and read again.") }
        try promise(
            (try? again.serializedBytes() as [UInt8]) == written, "It then is what it was.")
        try export.keepsPromises()
    }

    /// The form in which OTLP writes JSON.
    static let otlpJSON = FuzzTarget("otlp-json") { (bytes) throws(BrokenPromise) in
        guard let export = try? bytes.withUnsafeBytes({ try OTLPDecoder.json($0) }) else { return }
        try export.keepsPromises()
    }
}

extension OTLPTraceExport {
    /// What holds of every export that can be read, whatever its spans are.
    fileprivate func keepsPromises() throws(BrokenPromise) {
        let window = AdmissionWindow(
            receivedAt: Instant(microseconds: 1_795_186_800_000_000), retention: .days(90))
        let reading = OTLPSpanReader.read(self, window: window, settings: OTLPSettings())
        let taken = reading.traces.reduce(0) { $0 + $1.spans.count }
        try promise(taken + reading.rejected == spanCount, "Each span is taken or refused, once.")
        try promise(
            (reading.rejected == 0) == (reading.firstReason == nil), "A refusal has a reason.")
        for (id, spans) in reading.traces {
            var forward = Trace(id: id)
            var backward = Trace(id: id)
            _ = forward.merge(spans)
            for span in spans.reversed() { _ = backward.merge([span]) }
            try promise(forward == backward, "The order of spans does not matter.")
            try promise(!forward.merge(spans), "Spans that are known change nothing.")
            for execution in forward.executions() {
                for event in execution.events { try event.keepsPromises(isNative: false) }
                try [Event].keepPromises(execution.events)
            }
        }
    }
}
