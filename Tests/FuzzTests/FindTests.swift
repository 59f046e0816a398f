import StintModel
import StintStorage
import Testing

/// What fuzzing found, each as it was before it was put right.
@Suite struct FindTests {
    @Test func `of a cursor's spellings that mean the same bytes one alone is taken`() {
        let cursor = Cursor(secret: Array(repeating: 7, count: 32))
        let text = cursor.text(for: PagePosition(key: 1, tie: 2), in: [])
        // The last of 43 characters says four bits, and has room for six.
        let taken = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".filter {
            cursor.position(in: text.dropLast() + String($0), of: []) != nil
        }
        #expect(taken == String(text.suffix(1)))
        #expect(cursor.position(in: text + "A", of: []) == nil)
    }

    @Test func `a state whose keys do not ascend is damaged`() {
        var state = ExecutionState(
            Event(
                .executionStarted, execution: ExecutionID(rawValue: "e"),
                at: Instant(microseconds: 0)))
        let word = Register(
            authority: .reported, at: Instant(microseconds: 0), value: .boolean(true))
        for keys in [["b", "a"], ["a", "a"]] {
            state.attributes = SortedMap(ascending: keys.map { .init(key: $0, value: word) })
            let bytes = state.encoded()
            #expect(throws: DamagedBytes.self) {
                try bytes.withUnsafeBytes { try ExecutionState(encoded: $0) }
            }
        }
    }

    @Test func `a worker's report in the trail of an execution is damage`() {
        let id = ExecutionID(rawValue: "e")!
        var writer = BinaryWriter()
        Event(.workerReported, execution: id, at: Instant(microseconds: 0)).encode(to: &writer)
        let bytes = writer.bytes
        #expect(throws: DamagedBytes.self) {
            try bytes.withUnsafeBytes { bytes in
                var reader = BinaryReader(bytes)
                _ = try Event(encoded: &reader, of: id)
            }
        }
    }
}
