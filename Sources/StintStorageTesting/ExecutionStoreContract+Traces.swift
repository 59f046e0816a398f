import StintMetrics
import StintModel
import StintStorage
import StintTraces
import Testing

// What becomes of spans: executions, that are told anew whenever more of a trace is known.

extension ExecutionStoreContract {
    static let traces = [
        Clause("the same spans in any order and portions end with the same record") { store in
            var fleet = SampleTraces(seed: 80)
            var random = SeededGenerator(seed: 80)
            var record = TracedRecord()
            var gone = 0
            for _ in 0..<4 {
                var portions = (0..<6).flatMap { _ in fleet.next().deliveries(using: &random) }
                portions.shuffle(using: &random)
                while !portions.isEmpty {
                    let portion = portions.prefix(1 + random.below(6))
                    portions.removeFirst(portion.count)
                    let group = RecordingGroup(traces: portion.flatMap(\.self))
                    gone += try await record.record(group, in: store)
                }
            }
            try await record.expect(in: store)
            #expect(record.executions.count > 10)
            // Executions are told of and told of no more: of none, nothing would be shown.
            #expect(gone > 0)
            #expect(try await store.undecidedTraces() == record.undecided)
        },
        Clause("spans that were recorded change nothing when they come again") { store in
            var fleet = SampleTraces(seed: 81)
            let samples = (0..<6).map { _ in fleet.next() }
            let group = RecordingGroup(traces: samples.map(\.whole))
            let first = try await store.record(group)
            #expect(!first.isEmpty)
            #expect(try await store.record(group).isEmpty)
            let id = try #require(first.first?.id)
            let trail = try await store.trail(of: id, in: .default, after: nil, limit: 500)
            let told = samples.flatMap(\.whole.told).first { $0.id == id }
            #expect(trail.entries.count == told?.trail.count)
            #expect(Set(trail.entries.map(\.event)).count == trail.entries.count)
        },
        Clause("spans and events that tell of one execution meet, whichever comes first") { store in
            var fleet = SampleTraces(seed: 82)
            var events = SampleFleet(seed: 82)
            var random = SeededGenerator(seed: 82)
            var record = TracedRecord()
            for _ in 0..<12 {
                let sample = fleet.next()
                // Events about what the trace tells of.
                var native = events.next()
                if let told = sample.whole.told.first {
                    for index in native.indices { native[index].execution = told.id }
                }
                var deliveries = sample.deliveries(using: &random).map {
                    RecordingGroup(traces: $0)
                }
                while !native.isEmpty {
                    let portion = native.prefix(1 + random.below(6))
                    native.removeFirst(portion.count)
                    var group = RecordingGroup(Array(portion))
                    // Some come together with spans.
                    if random.chance(40), let other = deliveries.popLast() {
                        group.traces = other.traces
                    }
                    deliveries.append(group)
                }
                deliveries.shuffle(using: &random)
                for group in deliveries { _ = try await record.record(group, in: store) }
            }
            try await record.expect(in: store)
        },
        Clause("many who all send everything end with the same record") { store in
            var fleet = SampleTraces(seed: 83)
            let samples = (0..<8).map { _ in fleet.next() }
            try await withThrowingTaskGroup { group in
                for writer in 0..<3 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(writer))
                        for sample in samples.shuffled(using: &random) {
                            for portion in sample.deliveries(using: &random) {
                                _ = try await store.record(RecordingGroup(traces: portion))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            var record = TracedRecord()
            record.add(RecordingGroup(traces: samples.map(\.whole)))
            try await record.expect(in: store)
        },
        Clause("a verdict on silence does not keep what no trace tells of any more") { store in
            var record = TracedRecord()
            var random = SeededGenerator(seed: 84)
            var fleet = SampleTraces(seed: 84)
            // Until a delivery takes an execution back, each that is new is found lost.
            var gone = 0
            for _ in 0..<40 where gone == 0 {
                for portion in fleet.next().deliveries(using: &random) {
                    let group = RecordingGroup(traces: portion)
                    record.add(group)
                    for change in try await store.record(group) {
                        guard change.state != nil, change.before == nil else {
                            if change.state == nil {
                                gone += 1
                                let left = try await store.execution(change.id, in: .default)
                                #expect(left == nil)
                            }
                            continue
                        }
                        var verdict = Event(
                            .executionLost, execution: change.id, at: SampleFleet.noon,
                            authority: .inferred)
                        verdict.lost = LostVerdict(seen: SampleFleet.noon, rule: .origin)
                        _ = try await store.record(RecordingGroup([verdict]))
                    }
                }
            }
            #expect(gone > 0)
            try await Self.expectBalance(store)
        },
    ]

    // MARK: Ends

    static let tracedEnds = [
        Clause("what is erased stays away, whatever its traces say; others keep what they told") {
            store in
            var fleet = SampleTraces(seed: 85)
            let samples = (0..<20).map { _ in fleet.next() }
            let shared = try #require(samples.first { $0.whole.told.count > 1 })
            _ = try await store.record(RecordingGroup(traces: samples.map(\.whole)))
            let gone = shared.whole.told[0]
            let other = shared.whole.told[1]
            let before = try await store.execution(other.id, in: .default)
            #expect(
                try await store.erase(
                    gone.id, in: .default, until: SampleFleet.noon + .days(100)))
            #expect(try await store.execution(gone.id, in: .default) == nil)
            #expect(try await store.execution(other.id, in: .default) == before)
            try await Self.expectBalance(store)

            let again = try await store.record(RecordingGroup(traces: samples.map(\.whole)))
            #expect(again.isEmpty)
            var late = shared
            late.spans = [shared.spans[0]]
            late.spans[0].id = SpanID(77)!
            late.spans[0].role = .agent
            late.spans[0].agent = "late"
            #expect(try await store.record(RecordingGroup(traces: [late.whole])).isEmpty)
            #expect(try await store.execution(gone.id, in: .default) == nil)
            // The other is told of by events as ever.
            var beat = Event(
                .executionHeartbeat, execution: other.id, at: SampleFleet.noon + .days(1))
            beat.facts = [Fact(.activity, .string("going on"))]
            #expect(try await store.record(RecordingGroup([beat])).count == 1)
            try await Self.expectBalance(store)
        },
        Clause("spans that tell of nobody go when they waited for long enough") { store in
            var plain = SampleTraces.Sample(id: TraceID(high: 1, low: 1)!, spans: [])
            plain.spans = [
                TraceSpan(
                    id: SpanID(1)!, role: .plumbing, name: "GET /", start: SampleFleet.noon,
                    end: SampleFleet.noon + .seconds(1))
            ]
            var work = SampleTraces.Sample(id: TraceID(high: 1, low: 2)!, spans: plain.spans)
            work.spans[0].role = .model
            _ = try await store.record(RecordingGroup(traces: [plain.whole, work.whole]))
            #expect(try await store.undecidedTraces() == 2)
            var expiry = Expiry(
                retention: .days(90), trailRetention: .days(7), now: SampleFleet.noon)
            expiry.undecided = .seconds(3_600)
            for (hours, left) in [(0, 2), (2, 1), (3, 1), (5, 0)] {
                expiry.now = SampleFleet.noon + .seconds(Int64(hours * 3_600 + 60))
                _ = try await store.expire(expiry)
                #expect(try await store.undecidedTraces() == left, "after \(hours) h")
            }
            // What comes later is on its own.
            _ = try await store.record(RecordingGroup(traces: [plain.whole]))
            #expect(try await store.undecidedTraces() == 1)
            try await Self.expectBalance(store)
        },
        Clause("a traced execution expires with what its traces tell of it") { store in
            var fleet = SampleTraces(seed: 86)
            var record = TracedRecord()
            let samples = (0..<20).map { _ in fleet.next() }
            _ = try await record.record(
                RecordingGroup(traces: samples.map(\.whole)), in: store)
            let expiry = Expiry(
                retention: .days(30), trailRetention: .days(7),
                now: SampleFleet.noon + .days(60), limit: 7)
            var removed = 1
            while removed > 0 { removed = try await store.expire(expiry) }
            let open = record.executions.filter { !$0.value.status.isFinal }
            let left = try await Self.all(
                ExecutionQuery(workspace: .default), in: store, limit: 100)
            #expect(Set(left.map(\.id)) == Set(open.keys))
            #expect(try await store.undecidedTraces() == 0)
            try await Self.expectBalance(store)
        },
        Clause("beyond its size the store lets go of what waits before what is told") { store in
            var traces: [TraceRecording] = []
            for number in 1...600 as ClosedRange<UInt64> {
                let span = TraceSpan(
                    id: SpanID(number)!, role: .plumbing,
                    name: String(repeating: "w", count: 900), start: SampleFleet.noon,
                    end: SampleFleet.noon + .seconds(1))
                traces.append(
                    TraceRecording(
                        workspace: .default, id: TraceID(high: 2, low: number)!, spans: [span]))
            }
            var fleet = SampleFleet(seed: 87)
            let events = (0..<10).flatMap { _ in fleet.next() }
            _ = try await store.record(RecordingGroup(traces: traces))
            _ = try await store.record(RecordingGroup(events))
            let query = ExecutionQuery(workspace: .default)
            let before = try await Self.all(query, in: store, limit: 100)
            let expiry = Expiry(
                retention: .days(90), trailRetention: .days(90), maximumBytes: 500_000,
                now: SampleFleet.noon + .seconds(60), limit: 50)
            var removed = 1
            while removed > 0 { removed = try await store.expire(expiry) }
            #expect(try await store.undecidedTraces() < 600)
            #expect(try await Self.all(query, in: store, limit: 100) == before)
        },
    ]
}

extension SampleTraces.Sample {
    /// All its spans at once.
    var whole: TraceRecording { TraceRecording(workspace: .default, id: id, spans: spans) }
}
