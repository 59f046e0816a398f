import StintModel
import Testing

@testable import StintFeed

/// The ring as a value, held against what is true.
@Suite struct FeedRingTests {
    /// What is true, and a ring that tells of it. What is told of a change is its number.
    struct World {
        var generator: SeededGenerator
        private(set) var ring: FeedRing
        /// The last change of each execution.
        private(set) var last: [ExecutionID: Int] = [:]
        /// What it was left as by each change; `nil` where it was erased.
        private(set) var standings: [FeedStanding?] = []

        init(seed: UInt64, bounds: FeedRing.Bounds = FeedRing.Bounds()) {
            generator = SeededGenerator(seed: seed)
            ring = FeedRing(life: 1, bounds: bounds)
        }

        mutating func change(among count: Int) {
            let id = ExecutionID(rawValue: "e\(Int.random(in: 0..<count, using: &generator))")!
            let before = last[id].flatMap { standings[$0] }
            if last[id] != nil, before == nil { return }
            var change = FeedChange(erased: id)
            if before == nil || !generator.chance(0.02) {
                let kind = generator.pick([
                    EventKind.executionQueued, .executionStarted, .executionWaiting,
                    .executionFinished,
                ])
                var event = Event(kind, execution: id, at: Instant(microseconds: 0))
                event.facts = [Fact(.agent, .string(generator.pick(["a", "b"])))]
                if kind == .executionFinished {
                    event.outcome = generator.pick([.succeeded, .failed])
                }
                change = FeedChange(id, from: before, to: ExecutionState(event))
            }
            last[id] = standings.count
            ring.append(change, data: Array("\(standings.count)".utf8))
            standings.append(change.after)
        }

        mutating func anyFilter() -> FeedFilter {
            var filter = FeedFilter()
            filter.agent = generator.pick([nil, Spelling("a"), Spelling("b")])
            for status in [ExecutionStatus.queued, .running, .failed]
            where generator.chance(0.3) {
                filter.statuses.insert(status)
            }
            return filter
        }
    }

    /// One who listens: keeps what it is told, and loads anew where it is told to.
    struct Listener {
        let filter: FeedFilter
        var position: FeedPosition
        /// The change that it heard of last, by execution.
        var held: [ExecutionID: Int] = [:]
        var resets = 0

        init(_ filter: FeedFilter, in world: World) {
            self.filter = filter
            position = world.ring.position
            held = world.last
        }

        mutating func listen(to world: World) {
            switch world.ring.news(since: position, for: filter) {
            case .changes(let told, let position):
                for data in told {
                    let change = Int(String(decoding: data, as: UTF8.self))!
                    held[world.last.first { $0.value == change }!.key] = change
                }
                self.position = position
            case .reset(let position):
                self.position = position
                held = world.last
                resets += 1
            }
        }

        /// Of what matches the filter it shows all, each as it is, and nothing that ceased to match.
        func showsTruth(of world: World) -> Bool {
            func shown(_ changes: [ExecutionID: Int]) -> [ExecutionID: Int] {
                changes.filter { id, change in
                    world.standings[change].map { filter.admits(id, from: nil, to: $0) } ?? false
                }
            }
            return shown(held) == shown(world.last)
        }
    }

    @Test(arguments: 1...20)
    func `whoever listens in whatever rhythm shows in the end what is true`(seed: Int) {
        var bounds = FeedRing.Bounds()
        bounds.entries = 200
        bounds.waiting = 50
        var world = World(seed: UInt64(seed), bounds: bounds)
        for _ in 0..<30 { world.change(among: 60) }
        var listeners: [Listener] = []
        for _ in 0..<12 { listeners.append(Listener(world.anyFilter(), in: world)) }
        for _ in 0..<2_000 {
            world.change(among: 60)
            // The first listens always, the last nearly never.
            for index in listeners.indices
            where Int.random(in: 0..<(1 + index * index * 4), using: &world.generator) == 0 {
                listeners[index].listen(to: world)
                #expect(listeners[index].showsTruth(of: world), "\(listeners[index].filter)")
            }
        }
        #expect(listeners[0].resets == 0)
        #expect(listeners[11].resets > 0)
    }

    @Test func `a listener far behind is told of each execution once, as it is now`() {
        var world = World(seed: 7)
        let start = world.ring.position
        for _ in 0..<1_000 { world.change(among: 20) }
        let due = world.last.values.sorted().map { Array("\($0)".utf8) }
        let end = world.ring.position
        #expect(due.count == 20)
        #expect(world.ring.news(since: start, for: .init()) == .changes(due, end))
        #expect(world.ring.news(since: end, for: .init()) == .changes([], end))
    }

    @Test func `one more than may wait, and what is no position of this ring, load anew`() {
        var bounds = FeedRing.Bounds()
        bounds.entries = 100
        bounds.waiting = 10
        var ring = FeedRing(life: 9, bounds: bounds)
        let start = ring.position
        func add(_ id: String) {
            let id = ExecutionID(rawValue: id)!
            let event = Event(.executionStarted, execution: id, at: Instant(microseconds: 0))
            ring.append(FeedChange(id, from: nil, to: ExecutionState(event)), data: [1])
        }
        for number in 1...10 { add("\(number)") }
        #expect(
            ring.news(since: start, for: .init())
                == .changes(Array(repeating: [1], count: 10), ring.position))
        add("11")
        #expect(ring.news(since: start, for: .init()) == .reset(ring.position))
        // Whom it does not concern waits for nothing.
        var filter = FeedFilter()
        filter.execution = ExecutionID(rawValue: "11")
        #expect(ring.news(since: start, for: filter) == .changes([[1]], ring.position))
        for position in [
            FeedPosition(life: 8, sequence: 0), FeedPosition(life: 9, sequence: 12),
            FeedPosition(life: 9, sequence: .max),
        ] {
            #expect(ring.news(since: position, for: filter) == .reset(ring.position))
        }
        for _ in 0..<100 { add("1") }
        #expect(ring.news(since: start, for: filter) == .reset(ring.position))
    }

    @Test func `what is kept is bounded in bytes, and the newest is always kept`() {
        var bounds = FeedRing.Bounds()
        bounds.bytes = 100
        var ring = FeedRing(life: 1, bounds: bounds)
        let start = ring.position
        var positions: [FeedPosition] = []
        for number in 0..<5 {
            let id = ExecutionID(rawValue: "\(number)")!
            let event = Event(.executionStarted, execution: id, at: Instant(microseconds: 0))
            let data = [UInt8](repeating: UInt8(number), count: number == 4 ? 1_000 : 40)
            ring.append(FeedChange(id, from: nil, to: ExecutionState(event)), data: data)
            positions.append(ring.position)
        }
        #expect(ring.news(since: start, for: .init()) == .reset(ring.position))
        #expect(ring.news(since: positions[2], for: .init()) == .reset(ring.position))
        let large = [UInt8](repeating: 4, count: 1_000)
        #expect(ring.news(since: positions[3], for: .init()) == .changes([large], ring.position))
    }

    @Test func `what was erased does not come back`() {
        var ring = FeedRing(life: 1)
        let id = ExecutionID(rawValue: "gone")!
        let event = Event(.executionStarted, execution: id, at: Instant(microseconds: 0))
        let start = ring.position
        ring.append(FeedChange(erased: id), data: [0])
        ring.append(FeedChange(id, from: nil, to: ExecutionState(event)), data: [1])
        #expect(ring.news(since: start, for: .init()) == .changes([[0]], ring.position))
    }

    @Test func `what nothing told of any more may come back`() {
        var ring = FeedRing(life: 1)
        let id = ExecutionID(rawValue: "apart")!
        let event = Event(.executionStarted, execution: id, at: Instant(microseconds: 0))
        let state = ExecutionState(event)
        let start = ring.position
        ring.append(FeedChange(id, from: nil, to: state), data: [0])
        ring.append(FeedChange(id, from: FeedStanding(state), to: nil), data: [1])
        #expect(ring.news(since: start, for: .init()) == .changes([[1]], ring.position))
        ring.append(FeedChange(id, from: nil, to: state), data: [2])
        #expect(ring.news(since: start, for: .init()) == .changes([[2]], ring.position))

        var backlog = FeedBacklog()
        backlog.add(FeedChange(id, from: FeedStanding(state), to: nil))
        backlog.add(FeedChange(id, from: nil, to: state))
        #expect(backlog.take(atMost: 2).map(\.isErasure) == [false])
        backlog.add(FeedChange(id, from: FeedStanding(state), to: state))
        backlog.add(FeedChange(erased: id))
        backlog.add(FeedChange(id, from: nil, to: state))
        #expect(backlog.take(atMost: 2).map(\.isErasure) == [true])
    }
}
