import StintModel
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// The equal period before a range, where it is asked for.
@Suite(.serialized) struct FiguresComparisonTests {
    @Test func `compared with the previous, each block is what that period's own would be`()
        async throws
    {
        try await FiguresTests.use { server in
            let all = try await server.figures("\(FiguresTests.hour)&compare=previous")
            let before = try await server.figures(
                "from=2026-11-20T11:00:00Z&to=2026-11-20T12:00:00Z")
            let previous = try #require(all.previous)
            #expect((previous.from, previous.to) == (before.from, before.to))
            #expect(previous.stepSeconds == before.stepSeconds)
            #expect(previous.throughput == before.throughput)
            #expect(previous.latency == before.latency)
            #expect(previous.performance == before.performance)
            #expect(previous.patterns?.timeline == before.patterns?.timeline)
            #expect(previous.performance?.totalExecutions == 1)
        }
    }

    @Test func `the load of workers is compared, too`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell([
                #"{"type":"worker.reported","worker":"w","capacity":4,"busy":1,"at":"2026-11-20T12:57:00Z"}"#
            ])
            let throughput = try await server.figures(
                "timeframe=1h&compare=previous", block: "throughput")
            #expect(throughput.throughput?.maxCapacity == nil)
            #expect(throughput.previous?.throughput?.maxCapacity == 4)
            #expect(throughput.previous?.throughput?.capacityUtilization == 25)
        }
    }

    @Test(arguments: MetricsBody.Block.allCases)
    func `of one block the same block is compared, of now none`(
        _ block: MetricsBody.Block
    ) async throws {
        try await FiguresTests.use { server in
            let one = try await server.figures(
                "\(FiguresTests.hour)&compare=previous", block: block.rawValue)
            let previous = try #require(one.previous)
            #expect((previous.throughput != nil) == (block == .throughput))
            #expect((previous.latency != nil) == (block == .latency))
            #expect((previous.performance != nil) == (block == .performance))
            #expect((previous.patterns != nil) == (block == .patterns))
        }
    }

    @Test func `without being asked for it is absent, and what cannot be compared is refused`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            #expect(try await server.figures("").previous == nil)
            let firstDay = "from=0000-01-02T00:00:00Z&to=0000-01-04T00:00:00Z"
            _ = try await server.figures(firstDay)
            for query in ["compare=yesterday", "compare=", "\(firstDay)&compare=previous"] {
                let reply = try await server.send("GET", "/v1/metrics?\(query)")
                #expect(reply.status == 400, "\(query)")
                let namesIt = reply.body.contains(#""pointer":"compare""#)
                #expect(namesIt, "\(query)")
            }
        }
    }
}
