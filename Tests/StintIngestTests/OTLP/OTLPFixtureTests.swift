import Foundation
import StintIngest
import StintModel
import StintTraces
import Testing

/// What exporters and agent frameworks really send, each case of each captured folder.
@Suite struct OTLPFixtureTests {
    /// Claims that cannot hold, and why.
    private static func leaving(_ path: String) -> Set<String> {
        // They take the end of the companion that announces the start for that of the run.
        if path.hasPrefix("pending-spans/") { return ["endUnixNano"] }
        // Strands never says which model answered, and OpenAI Agents not which was asked for.
        if path.hasPrefix("strands/") || path.hasPrefix("agentcore/") { return ["model"] }
        if path.hasPrefix("openai-agents-") { return ["requestModel"] }
        return []
    }

    @Test func `the folders are there`() {
        #expect(OTLPFixture.paths.count > 40)
    }

    @Test(arguments: OTLPFixture.paths)
    func `what was sent becomes the executions that are expected`(_ path: String) throws {
        let fixture = try OTLPFixture(path)
        var traces: [TraceID: Trace] = [:]
        for (number, request) in fixture.requests.enumerated() {
            for (id, spans) in request { traces[id, default: Trace(id: id)].merge(spans) }
            guard let statuses = fixture.expected.statuses(afterRequest: number) else { continue }
            let views = traces.values.flatMap { $0.executions() }.views
            #expect(views.map(\.status.word) == statuses, "after request \(number)")
        }
        let views = traces.values.flatMap { $0.executions() }.views
        #expect(fixture.expected.differences(from: views, leaving: Self.leaving(path)) == [])
    }
}
