import GRDB
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import StintTraces
import Testing

@Suite struct TraceStorageTests {
    // MARK: The stored form

    /// With something in every member.
    static let full: TraceSpan = {
        var span = TraceSpan(
            id: SpanID(0xfeed)!, parent: SpanID(7)!, parentage: .elsewhere, role: .model,
            name: "chat", start: SampleFleet.noon, end: SampleFleet.noon + .seconds(2),
            status: .error)
        span.announces = SpanID(8)
        span.failure = Failure(
            type: "RateLimitError", message: "limit", cause: "quota", stack: "at 1",
            at: SampleFleet.noon + .seconds(1))
        span.agent = "planner"
        span.workflow = "crew"
        span.service = "shop"
        span.execution = ExecutionID(rawValue: "order-1")
        span.tokens = Tokens(input: 3, output: 4, cachedInput: 1, reasoning: 2)
        span.model = "large-2"
        span.requestModel = "large"
        span.costNanos = -5
        span.facts = [Fact(.user, .string("u")), Fact(.environment, .string("test"))]
        span.attributes = [
            Attribute("a", .list(["x", ""])), Attribute("b", .double(0.5)),
            Attribute("c", .boolean(true)), Attribute("d", .integer(.min)),
        ]
        return span
    }()

    private static func bare(_ id: UInt64) -> TraceSpan {
        TraceSpan(
            id: SpanID(id)!, parentage: TraceSpan.Parentage.none, role: .plumbing, name: "",
            start: SampleFleet.noon - .seconds(5), end: nil)
    }

    @Test func `a span is read back with every member`() throws {
        let spans = [Self.full, Self.bare(1), Self.bare(.max)]
        let stored = TraceSpan.encoded(spans)
        #expect(try stored.withUnsafeBytes { try TraceSpan.decoded($0) } == spans)
        #expect(try TraceSpan.encoded([]).withUnsafeBytes { try TraceSpan.decoded($0) } == [])
        // A member that the sample does not set would not be put to the test.
        let members = zip(
            Mirror(reflecting: Self.full).children, Mirror(reflecting: Self.bare(1)).children)
        for (full, bare) in members {
            #expect("\(full.value)" != "\(bare.value)", "\(full.label ?? "")")
        }
    }

    @Test func `damaged spans are refused, or are other spans`() {
        let stored = TraceSpan.encoded([Self.full, Self.bare(2)])
        for length in stored.indices {
            #expect(throws: DamagedBytes.self) {
                try stored.prefix(length).withUnsafeBytes { try TraceSpan.decoded($0) }
            }
        }
        for index in stored.indices {
            for bit in 0..<8 {
                var bytes = stored
                bytes[index] ^= 1 << UInt8(bit)
                let spans = bytes.withUnsafeBytes { try? TraceSpan.decoded($0) }
                // Whatever is read tells of executions, or of none, without a trap.
                if let spans, let id = TraceID(high: 1, low: 1) {
                    _ = Trace(id: id, spans: spans).recordings(in: .default)
                }
            }
        }
    }

    // MARK: The tables

    @Test func `a trace and all that belongs to it goes with the last of its executions`()
        async throws
    {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            var fleet = SampleTraces(seed: 3)
            let traces = (0..<15).map { _ in
                let sample = fleet.next()
                return TraceRecording(workspace: .default, id: sample.id, spans: sample.spans)
            }
            _ = try await store.record(RecordingGroup(traces: traces))
            for id in Set(traces.flatMap(\.told).map(\.id)) {
                _ = try await store.erase(id, in: .default, until: SampleFleet.noon + .days(99))
            }
            var expiry = Expiry(
                retention: .days(9), trailRetention: .days(9), now: SampleFleet.noon + .days(8))
            expiry.undecided = .days(1)
            _ = try await store.expire(expiry)
            try await store.close()
            let database = try DatabaseQueue(path: path)
            for table in ["trace", "trace_piece", "trace_execution", "told", "execution", "trail"] {
                let rows = try await database.read { db in
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
                }
                #expect(rows == 0, "\(table)")
            }
            try database.close()
        }
    }

    @Test func `a trace that arrives span by span is told as if at once, after opening again too`()
        async throws
    {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            var fleet = SampleTraces(seed: 4)
            var random = SeededGenerator(seed: 4)
            let samples = (0..<6).map { _ in fleet.next() }
            var portions = samples.flatMap { $0.deliveries(using: &random) }
            portions.shuffle(using: &random)
            while !portions.isEmpty {
                let store = try SQLiteExecutionStore(path: path)
                for portion in portions.prefix(9) {
                    _ = try await store.record(RecordingGroup(traces: portion))
                }
                portions.removeFirst(min(9, portions.count))
                try await store.close()
            }
            let store = try SQLiteExecutionStore(path: path)
            for sample in samples {
                let whole = TraceRecording(workspace: .default, id: sample.id, spans: sample.spans)
                for told in whole.told where !told.id.rawValue.hasPrefix("order") {
                    let found = try await store.execution(told.id, in: .default)
                    #expect(found?.state == told.state)
                }
            }
            #expect(try await store.audit(nil).isBalanced)
            try await store.close()
        }
    }

    @Test func `a trace too long says so of its execution, also when it comes in parts`()
        async throws
    {
        let id = TraceID(high: 8, low: 8)!
        func span(_ number: Int, _ role: TraceSpan.Role) -> TraceSpan {
            TraceSpan(
                id: SpanID(UInt64(number))!, parent: number == 1 ? nil : SpanID(1), role: role,
                name: "run", start: SampleFleet.noon + .seconds(Int64(number)),
                end: SampleFleet.noon + .seconds(20_000))
        }
        let full = [span(1, .agent)] + (2...Limits.spansPerTrace).map { span($0, .plumbing) }
        try await withStore { store in
            let parts = [
                Array(full.suffix(4_000)), Array(full.dropLast(4_000)),
                [span(Limits.spansPerTrace + 1, .plumbing)],
            ]
            for (number, part) in parts.enumerated() {
                let recording = TraceRecording(workspace: .default, id: id, spans: part)
                _ = try await store.record(RecordingGroup(traces: [recording]))
                let execution = try await store.execution(
                    ExecutionID(rawValue: id.text)!, in: .default)
                #expect(execution?.state.isTruncated == [nil, false, true][number])
            }
            #expect(try await store.audit(nil).isBalanced)
        }
    }

    @Test func `steps of which a trace no longer tells are gone where they stand in rows`()
        async throws
    {
        let id = TraceID(high: 9, low: 9)!
        let root = TraceSpan(
            id: SpanID(1)!, role: .agent, name: "run", start: SampleFleet.noon,
            end: SampleFleet.noon + .seconds(500))
        let steps = (0..<100 as Range<UInt64>).map { number in
            TraceSpan(
                id: SpanID(100 + number)!, parent: root.id, role: .tool, name: "t\(number)",
                start: SampleFleet.noon + .seconds(Int64(number) + 1),
                end: SampleFleet.noon + .seconds(Int64(number) + 2))
        }
        // The same spans again, said to be plumbing since before.
        let recast = steps.prefix(20).map { step in
            var step = step
            step.role = .plumbing
            step.start = step.start - .seconds(1)
            return step
        }
        try await withStore { store in
            for spans in [steps, [root], recast] {
                let recording = TraceRecording(workspace: .default, id: id, spans: spans)
                _ = try await store.record(RecordingGroup(traces: [recording]))
            }
            let whole = TraceRecording(
                workspace: .default, id: id, spans: steps + [root] + recast)
            let told = try #require(whole.told.first)
            #expect(told.state.steps.count < 100)
            #expect(try await store.execution(told.id, in: .default)?.state == told.state)
            #expect(try await store.audit(nil).isBalanced)
        }
    }
}
