import Foundation
import StintModel
import Testing

@testable import StintClient

/// What waits on disk.
@Suite struct SpoolTests {
    private static let ours = String(repeating: "a", count: 32)
    private static let theirs = String(repeating: "b", count: 32)

    private static func events(
        _ numbers: ClosedRange<UInt64>, _ importance: Importance = .step, bytes: Int = 40
    ) -> [MadeEvent] {
        numbers.map {
            MadeEvent(
                number: $0, importance: importance, execution: ExecutionID(rawValue: "e\($0 % 3)"),
                attempt: 2, at: Instant(microseconds: Int64($0)),
                json: Array(repeating: 0x78, count: bytes))
        }
    }

    private static func names(in folder: URL) -> [String]? {
        try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    }

    private func spool(_ root: URL, _ client: String = ours) -> Spool {
        Spool(root: root, client: client, isSynced: false)
    }

    @Test func `what is stored comes back, in order and in requests`() async throws {
        try await withFolder { root in
            let spool = spool(root)
            #expect(spool.store(Self.events(1...1_200), asOne: false, dropped: 0).error == nil)
            #expect(spool.store(Self.events(1_201...2_700), asOne: false, dropped: 0).error == nil)
            #expect(spool.ownCount == 2_700)
            #expect(spool.firstOwn == 1)
            #expect(spool.oldest()?.parcel.events == Self.events(1...2_000))
            // Not sent until it is removed, and not added to any more.
            _ = spool.store(Self.events(2_701...2_710), asOne: false, dropped: 0)
            #expect(spool.oldest()?.parcel.events == Self.events(1...2_000))
            spool.removeOldest()
            #expect(spool.oldest()?.parcel.events == Self.events(2_001...2_710))
            spool.removeOldest()
            #expect(spool.isEmpty)
            spool.close()
            #expect(Self.names(in: root) == [])
        }
    }

    @Test func `nothing is written before something has to be kept`() async throws {
        try await withFolder { root in
            let spool = spool(root.appending(path: "deep"))
            spool.adopt()
            spool.close()
            #expect(Self.names(in: root) == [])
        }
    }

    @Test func `what a process left is taken over once it is gone`() async throws {
        try await withFolder { root in
            var theirs: Spool? = spool(root, Self.theirs)
            _ = theirs?.store(Self.events(1...3), asOne: false, dropped: 4)
            let ours = spool(root)
            ours.adopt()
            #expect(ours.isEmpty, "its process lives")
            theirs = nil
            ours.adopt()
            let found = ours.oldest()
            #expect(found?.parcel == Parcel(client: Self.theirs, events: Self.events(1...3)))
            #expect(found?.dropped == 4)
            #expect(ours.ownCount == 0)
            let third = spool(root, String(repeating: "c", count: 32))
            third.adopt()
            #expect(third.isEmpty, "another has it")
            ours.removeOldest()
            #expect(Self.names(in: root) == [])
        }
    }

    @Test func `any cut of a segment gives back the events that are whole`() {
        let events = Self.events(1...5)
        let records = events.map(SegmentForm.record)
        let bytes = SegmentForm.head(dropped: 0) + records.joined()
        for length in SegmentForm.headBytes...bytes.count {
            let content = SegmentForm.read(Array(bytes[..<length]))
            var whole = 0
            var end = SegmentForm.headBytes
            for record in records where end + record.count <= length {
                end += record.count
                whole += 1
            }
            #expect(content?.events == Array(events[..<whole]))
        }
    }

    @Test(arguments: 0..<32)
    func `a damaged byte costs no more than its event, and never traps`(seed: Int) {
        let events = Self.events(1...5)
        var bytes = SegmentForm.head(dropped: 0) + events.flatMap(SegmentForm.record)
        let place = SegmentForm.headBytes + seed * 11 % (bytes.count - SegmentForm.headBytes)
        bytes[place] ^= 1 << UInt8(seed % 8)
        let content = SegmentForm.read(bytes)
        // A damaged length hides what follows; anything else costs one.
        #expect(content?.events.allSatisfy(events.contains) == true)
        #expect((content?.events.count ?? 0) < 5)
    }

    @Test func `past its bound the least important go, of these the oldest`() async throws {
        try await withFolder { root in
            let spool = spool(root)
            for start in stride(from: 1 as UInt64, to: 400, by: 100) {
                _ = spool.store(
                    Self.events(start...start + 49, .execution), asOne: false, dropped: 0)
                _ = spool.store(
                    Self.events(start + 50...start + 99, .update), asOne: false, dropped: 0)
            }
            let missing = spool.trim(toBytes: spool.bytes - 1, sparesOldest: false, dropped: 0)
            #expect(missing.total == 200)
            #expect(missing.counts.values.reduce(0) { $0 + $1.total } == 200)
            let kept = spool.oldest()?.parcel.events ?? []
            #expect(kept.count == 200)
            #expect(kept.allSatisfy { $0.importance == .execution })
            // However small the bound, it holds, but for what is on its way.
            _ = spool.trim(toBytes: 0, sparesOldest: true, dropped: 0)
            _ = spool.trim(toBytes: 0, sparesOldest: false, dropped: 0)
            #expect(spool.isEmpty)
        }
    }

    @Test func `what cannot be read back is counted`() async throws {
        try await withFolder { root in
            let spool = spool(root)
            _ = spool.store(Self.events(1...4), asOne: false, dropped: 0)
            let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
            let segment = files?.compactMap { $0 as? URL }.first { $0.pathExtension == "events" }
            var bytes = try Data(contentsOf: #require(segment))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: #require(segment))
            let found = spool.oldest()
            #expect(found?.parcel.events == Self.events(1...3))
            #expect(spool.takeLost() == 1)
            #expect(spool.takeLost() == 0)
        }
    }

    @Test func `a folder that cannot be written costs nothing but the room`() async throws {
        try await withFolder { root in
            let file = root.appending(path: "file")
            try Data().write(to: file)
            let result = spool(file).store(Self.events(1...3), asOne: false, dropped: 0)
            #expect(result.stored == 0)
            #expect(result.error != nil)
        }
    }
}
