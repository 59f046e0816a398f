import Foundation
import OTLPMessages
import StintIngest
import StintModel
import StintTraces

/// What real programs sent as OTLP, request by request, and what it must turn into: all that was not
/// compressed, as inflating is the server's.
struct OTLPFixture {
    /// By request, the spans of each trace.
    let requests: [[(id: TraceID, spans: [TraceSpan])]]
    let expected: OTLPExpectation

    /// Relative to the fixtures: `strands/ok`.
    init(_ path: String) throws {
        let folder = Self.root.appending(path: path)
        requests = try Self.bodies(of: folder).map { body in
            let isJSON = body.first == UInt8(ascii: "{")
            let export = try body.withUnsafeBytes { bytes in
                try isJSON ? OTLPDecoder.json(bytes) : OTLPDecoder.protobuf(bytes)
            }
            let reading = OTLPSpanReader.read(export, window: Self.window, settings: OTLPSettings())
            return reading.traces
        }
        let expected = try Data(contentsOf: folder.appending(path: "expected.json"))
        self.expected = try OTLPExpectation(json: expected)
    }

    /// All spans of all requests, by trace.
    var traces: [TraceID: [TraceSpan]] {
        requests.joined().reduce(into: [:]) { $0[$1.id, default: []] += $1.spans }
    }

    /// The folders with all of what was captured, and the cases in them that can be read here.
    static let paths: [String] = folders.flatMap { folder in
        contents(of: root.appending(path: folder)).map { "\(folder)/\($0)" }
            .filter { !bodiesPaths(of: root.appending(path: $0)).isEmpty }
    }

    private static let folders = contents(of: root).filter { folder in
        folder.hasPrefix("otlp-http-") || folder.hasSuffix("-openinference")
            || folder.hasSuffix("-traceloop")
            || ["otlp-grpc", "agentcore", "strands", "pydantic-ai", "pending-spans"]
                .contains(folder)
    }

    private static func bodies(of folder: URL) throws -> [Data] {
        try bodiesPaths(of: folder).map { try Data(contentsOf: $0) }
    }

    /// Traces that are neither compressed nor of another signal.
    private static func bodiesPaths(of folder: URL) -> [URL] {
        contents(of: folder).filter { $0.hasSuffix(".bin") }
            .map { folder.appending(path: $0) }
            .filter { path in
                let headers = path.deletingPathExtension().appendingPathExtension("headers.json")
                guard let text = try? String(contentsOf: headers, encoding: .utf8) else {
                    return false
                }
                let isCompressed = text.lowercased().contains("content-encoding")
                return !isCompressed && !text.contains("/v1/logs")
            }
    }

    private static func contents(of folder: URL) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).sorted()
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// The fixtures lie in March to November 2026.
    static let window = AdmissionWindow(
        receivedAt: Instant(microseconds: 1_795_300_000_000_000), retention: .days(400))
}

extension [TracedExecution] {
    /// What readers see of each, were it all that is known of it.
    var views: [Execution] {
        compactMap { told in
            guard let first = told.events.first else { return nil }
            var state = ExecutionState(first)
            for event in told.events.dropFirst() { state.apply(event) }
            return Execution(
                id: told.id, workspace: .default, state: state, retention: .days(90))
        }
    }
}
