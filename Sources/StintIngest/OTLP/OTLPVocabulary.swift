/// The names of ``OTLPDialects`` and of the settings, made ready to be looked up by their bytes: a table
/// by hash, since each attribute of each span asks it once.
struct OTLPVocabulary: Sendable {
    enum Meaning {
        /// - Parameter rank: Of the spellings of a field, which; 0 goes first.
        case field(OTLPField, rank: UInt8)
        case content
        case unkept
        case unknown
    }

    private struct Word {
        var bytes: [UInt8]
        var field: OTLPField
        var rank: UInt8
    }

    /// A power of two, at least twice as many as words; `nil` where free.
    private var table: [Word?]
    /// By first byte.
    private var beginnings: [[(bytes: [UInt8], isContent: Bool)]]

    /// - Parameter executionKeys: More attributes that name an execution, after our own.
    init(executionKeys: [String]) {
        table = [Word?](repeating: nil, count: 256)
        beginnings = Array(repeating: [], count: 256)
        for (field, names) in OTLPDialects.spellings {
            let added = field == .execution ? executionKeys : []
            for (rank, name) in (names + added).prefix(64).enumerated() {
                insert(Word(bytes: Array(name.utf8), field: field, rank: UInt8(rank)))
            }
        }
        for (names, isContent) in [(OTLPDialects.contents, true), (OTLPDialects.unkept, false)] {
            for name in names {
                let bytes = Array(name.utf8)
                beginnings[Int(bytes[0])].append((bytes, isContent))
            }
        }
    }

    private mutating func insert(_ word: Word) {
        var place = word.bytes.withUnsafeBufferPointer { Self.hash($0) } & (table.count - 1)
        while let held = table[place] {
            if held.bytes == word.bytes { return }
            place = (place + 1) & (table.count - 1)
        }
        table[place] = word
    }

    func meaning(of name: String) -> Meaning {
        let fast = name.utf8.withContiguousStorageIfAvailable { meaning(of: $0) }
        return fast ?? Array(name.utf8).withUnsafeBufferPointer { meaning(of: $0) }
    }

    private func meaning(of name: UnsafeBufferPointer<UInt8>) -> Meaning {
        guard let first = name.first else { return .unkept }
        var place = Self.hash(name) & (table.count - 1)
        while let word = table[place] {
            if name.count == word.bytes.count, name.starts(with: word.bytes) {
                return .field(word.field, rank: word.rank)
            }
            place = (place + 1) & (table.count - 1)
        }
        for beginning in beginnings[Int(first)] where name.starts(with: beginning.bytes) {
            return beginning.isContent ? .content : .unkept
        }
        return .unknown
    }

    /// FNV-1a.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & 0x7FFF_FFFF)
    }
}
