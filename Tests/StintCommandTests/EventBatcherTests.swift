import Testing

@testable import stint

@Suite struct EventBatcherTests {
    private func batches(_ text: String, chunk: Int = 7) -> (EventBatcher, [EventBatch]) {
        var batcher = EventBatcher()
        var batches: [EventBatch] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            batches += batcher.take(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        batches += batcher.finish()
        return (batcher, batches)
    }

    @Test(arguments: [1, 3, 1_000])
    func `lines keep their number in the file, blank ones passed over`(_ chunk: Int) {
        let (_, batches) = batches("\u{FEFF}{\"a\":1}\r\n\n   \n{\"b\":2}\n{\"c\":3}", chunk: chunk)
        #expect(batches.map(\.lines) == [[1, 4, 5]])
        #expect(
            batches.map { String(decoding: $0.body, as: UTF8.self) }
                == ["{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n"])
    }

    @Test func `a batch holds a thousand events`() {
        let (_, batches) = batches(String(repeating: "{}\n", count: 2_001), chunk: 4_096)
        #expect(batches.map(\.lines.count) == [1_000, 1_000, 1])
        #expect(batches[2].lines == [2_001])
    }

    @Test func `a batch holds four mebibytes, or one longer line`() {
        let long = String(repeating: "x", count: 3 << 20)
        let longer = String(repeating: "y", count: 5 << 20)
        let (_, batches) = batches("\(long)\n\(long)\n\(longer)\n1\n", chunk: 1 << 20)
        #expect(batches.map(\.lines) == [[1], [2], [3], [4]])
    }

    @Test func `a line that no request may hold is left out and noted`() {
        let tooLong = String(repeating: "x", count: (16 << 20) + 1)
        let (batcher, batches) = batches("1\n\(tooLong)\n3", chunk: 1 << 20)
        #expect(batcher.tooLong == [2])
        #expect(batches.map(\.lines) == [[1, 3]])
    }

    @Test func `an array is noticed by its first sign`() {
        #expect(batches("\n  [{}]\n").0.isArray)
        #expect(!batches("{}\n[1]\n").0.isArray)
    }

    @Test func `nothing makes no batch`() {
        #expect(batches("").1.isEmpty)
        #expect(batches("\n\n").1.isEmpty)
    }
}
