import StintModel
import StintStorage

/// How many rows each list should hold.
struct ListCounts: Sendable {
    struct Place: Hashable, Sendable {
        var list: String
        var workspace: Int64
        var agent: Int64
        var status: Int64
    }

    var counts: [Place: Int] = [:]

    /// Counts along each index; all are of one workspace, ?1.
    static let lists: [(name: String, sql: String)] = [
        (
            "the list by start",
            """
            SELECT 0, 0, count(*) FROM execution INDEXED BY execution_by_start
            WHERE workspace = ?1 HAVING count(*) > 0
            """
        ),
        (
            "the list by status and start",
            """
            SELECT 0, status, count(*) FROM execution INDEXED BY execution_by_status_start
            WHERE workspace = ?1 GROUP BY status
            """
        ),
        (
            "the list by agent and start",
            """
            SELECT agent.key, status, count(*)
            FROM agent CROSS JOIN execution INDEXED BY execution_by_agent_start
                ON execution.agent = agent.key
            WHERE agent.workspace = ?1 GROUP BY agent.key, status
            """
        ),
        (
            "the list by finish",
            """
            SELECT 0, 0, count(*) FROM execution INDEXED BY execution_by_finish
            WHERE workspace = ?1 AND stop_at IS NOT NULL HAVING count(*) > 0
            """
        ),
    ]

    mutating func add(workspace: Int64, agent: Int64, _ state: ExecutionState) {
        let status = Int64(state.status.rawValue)
        func count(_ list: Int, _ agent: Int64, _ status: Int64) {
            let place = Place(
                list: Self.lists[list].name, workspace: workspace, agent: agent, status: status)
            counts[place, default: 0] += 1
        }
        count(0, 0, 0)
        count(1, 0, status)
        count(2, agent, status)
        if state.stopAt != nil { count(3, 0, 0) }
    }
}

/// Of each execution a sum over its terms, from the state and from the index.
///
/// How the index folds letters beyond ASCII is its own; an execution that has such is compared by
/// its facets alone.
struct TermSums: Sendable {
    private struct Sum: Sendable {
        var difference: UInt64 = 0
        var isFolded = false
    }

    private var sums: [Int64: Sum] = [:]

    var count: Int { sums.count }

    /// - Precondition: No execution is in both.
    mutating func add(_ other: TermSums) {
        sums.merge(other.sums) { $1 }
    }

    /// The rows whose sums differ.
    var wrong: [Int64] { sums.filter { $0.value.difference != 0 }.keys.sorted() }

    /// - Parameter text: As ``SearchTerms`` writes it: terms with a blank after each.
    mutating func expect(_ key: Int64, _ text: [UInt8]) {
        var digests: [UInt64] = []
        var facets = 0
        var isFolded = false
        text.withUnsafeBytes { bytes in
            var start = 0
            for index in bytes.indices where bytes[index] == 0x20 {
                let term = UnsafeRawBufferPointer(rebasing: bytes[start..<index])
                start = index + 1
                if term.isEmpty { continue }
                digests.append(Self.digest(term))
                // Facets come first.
                if Self.isFacet(term) { facets = digests.count }
                if !Self.isPlain(term) { isFolded = true }
            }
        }
        if isFolded { digests.removeLast(digests.count - facets) }
        // A term counts once however often it stands.
        digests.sort()
        var sum: UInt64 = 0
        for (index, digest) in digests.enumerated()
        where index == 0 || digests[index - 1] != digest {
            sum &+= digest
        }
        sums[key] = Sum(difference: sum, isFolded: isFolded)
    }

    mutating func found(_ term: UnsafeRawBufferPointer, in key: Int64) {
        let sum = sums[key] ?? Sum()
        if sum.isFolded, !Self.isFacet(term) { return }
        sums[key, default: Sum()].difference &-= Self.digest(term)
    }

    /// Facets begin with U+E000.
    private static func isFacet(_ term: UnsafeRawBufferPointer) -> Bool {
        term.count > 3 && term[0] == 0xEE && term[1] == 0x80 && term[2] == 0x80
    }

    /// Whether there is nothing but ASCII beside the marks, U+E000 and U+E001.
    private static func isPlain(_ term: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < term.count {
            if term[index] < 0x80 {
                index += 1
            } else if index + 2 < term.count, term[index] == 0xEE, term[index + 1] == 0x80,
                term[index + 2] <= 0x81
            {
                index += 3
            } else {
                return false
            }
        }
        return true
    }

    private static func digest(_ term: UnsafeRawBufferPointer) -> UInt64 {
        var digest = Fingerprint()
        for byte in term { digest.combine(byte) }
        return digest.value
    }
}
