import Foundation
import Synchronization
import Testing

@testable import StintClient

/// What becomes of events, whatever the server does.
@Suite struct TrackerTests {
    private func tell(_ steps: Int, to tracker: Tracker, as id: String) async {
        await withExecution("a", id: id, tracker: tracker) { run in
            for number in 0..<steps { run.step("s\(number)") { _ in } }
        }
    }

    @Test func `a server that is there has all, and flush says so`() async {
        let transport = RecordingTransport()
        let tracker = Tracker(transport)
        await tell(600, to: tracker, as: "e")
        let delivery = await tracker.flush(within: .seconds(30))
        #expect(delivery.made == 1_202)
        #expect(delivery.isComplete)
        #expect(transport.taken.count == 1_202)
        #expect(transport.requests.allSatisfy { $0.client == tracker.client })
        // Ranges follow one another from 1 on.
        var next: UInt64 = 1
        for request in transport.requests {
            #expect(request.range.lowerBound == next)
            next = request.range.upperBound + 1
        }
    }

    @Test func `without server and disk it waits, and flush says so`() async {
        let tracker = Tracker(RecordingTransport.away)
        await tell(1, to: tracker, as: "e")
        var delivery = await tracker.flush(within: .milliseconds(50))
        while delivery.failure == nil {
            delivery = await tracker.flush(within: .milliseconds(50))
        }
        #expect(delivery.waiting == 4)
        #expect(delivery.failure == "away")
    }

    @Test func `what a process could not deliver the next one does, once`() async throws {
        try await withFolder { spool in
            let first = Tracker(RecordingTransport.away, spool: spool)
            await tell(2, to: first, as: "e")
            let left = await first.close(within: .milliseconds(50))
            #expect(left.spooled == 6)
            #expect(left.waiting == 0)

            let transport = RecordingTransport()
            let second = Tracker(transport, spool: spool)
            await tell(0, to: second, as: "f")
            while transport.taken.count < 8 { await second.flush(within: .milliseconds(20)) }
            let delivery = await second.close(within: .seconds(30))
            // What was another's is not counted as its own.
            #expect(delivery.made == 2)
            #expect(delivery.isComplete)
            let theirs = transport.taken.filter { $0.member("execution") == "e" }
            #expect(theirs.count == 6)
            #expect(Set(theirs).count == 6)
            #expect(transport.requests.contains { $0.client == first.client })

            let third = RecordingTransport()
            let last = Tracker(third, spool: spool)
            await tell(0, to: last, as: "g")
            #expect(await last.close(within: .seconds(30)).isComplete)
            #expect(third.taken.count == 2)
        }
    }

    @Test func `a request that failed is sent again to the byte`() async {
        let transport = RecordingTransport { number, _ in
            number < 2 ? .failed(reason: "cut", retryAfter: nil) : nil
        }
        let tracker = Tracker(transport)
        await tell(1, to: tracker, as: "e")
        while await !tracker.flush(within: .seconds(1)).isComplete {}
        #expect(Set(transport.requests.prefix(3)).count == 1)
    }

    @Test func `what is refused for good is counted, with the reason`() async {
        let tracker = Tracker(RecordingTransport { _, _ in .refused(reason: "401") })
        await tell(1, to: tracker, as: "e")
        let delivery = await tracker.flush(within: .seconds(30))
        #expect((delivery.rejected, delivery.firstRefusal) == (4, "401"))
        #expect(!delivery.isComplete)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `sent is delivered, dropped, or waits, whatever the server does`(seed: UInt64) async throws
    {
        try await withFolder { spool in
            let transport = RecordingTransport { number, _ in
                (UInt64(number) + seed) % 3 == 0
                    ? .failed(reason: "busy", retryAfter: nil) : nil
            }
            let tracker = Tracker(transport, spool: spool) {
                $0.memoryBytes = 256 << 10
                $0.spoolBytes = 64 << 10
            }
            await withTaskGroup { group in
                for task in 0..<4 {
                    group.addTask { await tell(200, to: tracker, as: "e\(task)") }
                }
            }
            var delivery = await tracker.flush(within: .seconds(1))
            while delivery.waiting + delivery.spooled > 0 {
                delivery = await tracker.flush(within: .seconds(1))
            }
            #expect(delivery.made == delivery.delivered + delivery.dropped)
            #expect(transport.taken.count == delivery.delivered)
            // A number is covered by one request, however often that is sent.
            let ranges = Set(transport.requests.map(\.range))
                .sorted { $0.lowerBound < $1.lowerBound }
            for (range, next) in zip(ranges, ranges.dropFirst()) {
                #expect(range.upperBound < next.lowerBound, "\(range), \(next)")
            }
            if delivery.dropped > 0 {
                // What is missing is told, execution by execution.
                let told = Dictionary(
                    transport.taken.map {
                        ($0.member("execution"), Int($0.member("missingEvents")) ?? 0)
                    },
                    uniquingKeysWith: max)
                #expect(told.values.reduce(0, +) == delivery.dropped)
            }
            await tracker.close(within: .seconds(30))
        }
    }

    /// By its numbers a server tells a request that is sent again from one that is new.
    @Test func `a request covers no number that another one brings`() async throws {
        try await withFolder { spool in
            let transport = WaitingTransport()
            var settings = TrackerSettings()
            settings.spool = spool
            settings.memoryBytes = 64 << 10
            let tracker = Tracker(settings: settings) { transport }
            // The server is away, and more than a request waits on disk; to the rest is added.
            _ = tracker.begin("a", id: "first")
            let first = try #require(await transport.request)
            first.fail()
            while await tracker.flush(within: .zero).failure == nil {}
            let stored = UInt64(Parcel.events + 100)
            for number in 0..<stored {
                _ = tracker.begin("a", id: "stored\(number)")
                if number % 20 == 19 { await tracker.flush(within: .zero) }
            }
            let again = try #require(await transport.request)
            #expect(again.range == first.range)
            again.take()
            let second = try #require(await transport.request)
            #expect(second.range == 2...UInt64(Parcel.events + 1))
            // It is back. So many that the sender is woken: those it finds go out before the rest, and fail.
            for number in 0..<45 { _ = tracker.begin("a", id: "new\(number)") }
            second.take()
            let third = try #require(await transport.request)
            #expect(third.range.lowerBound == stored + 2)
            third.fail()
            _ = tracker.begin("a", id: "last")
            await tracker.flush(within: .zero)

            let rest = Task {
                var ranges: [ClosedRange<UInt64>] = []
                for await request in transport.requests {
                    ranges.append(request.range)
                    request.take()
                }
                return ranges
            }
            #expect(await tracker.close(within: .seconds(30)).isComplete)
            let ranges = [first.range, second.range, third.range] + (await rest.value)
            let distinct = Set(ranges).sorted { $0.lowerBound < $1.lowerBound }
            #expect(distinct.last?.upperBound == stored + 47)
            for (range, next) in zip(distinct, distinct.dropFirst()) {
                #expect(range.upperBound < next.lowerBound, "\(range), \(next)")
            }
        }
    }

    @Test func `many tasks hand over while others flush`() async {
        let transport = RecordingTransport()
        let tracker = Tracker(transport)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    await tell(50, to: tracker, as: "e\(task)")
                    await tracker.flush(within: .seconds(30))
                }
            }
        }
        let delivery = await tracker.close(within: .seconds(30))
        #expect(delivery.isComplete)
        #expect(transport.taken.count == 8 * 102)
        // Closed, it answers all the same.
        let closed = await tracker.flush(within: .seconds(1))
        #expect(closed == delivery)
    }
}
