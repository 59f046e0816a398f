import StintModel
import StintStorage

/// How words and facets are written into the full-text index, and asked of it.
///
/// A term is a letter of the private use area, which no word holds, and then for a facet its
/// digest, for a word the number of its workspace and the word: so no search of one workspace ever
/// walks over another's words. What the index finds is a candidate; the query itself decides.
enum SearchTerms {
    private static let facet = "\u{E000}"
    private static let word = "\u{E001}"

    /// The text of one execution, a function of its state.
    static func text(workspace: Int64, _ id: ExecutionID, _ state: ExecutionState) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        for facet in SearchText.facets(of: state) {
            text.append(contentsOf: Self.facet.utf8)
            digest(facet, workspace).appendHex(to: &text)
            text.append(0x20)
        }
        let mark = Array(wordMark(workspace).utf8)
        SearchText.eachWord(of: id, state) { word in
            text.append(contentsOf: mark)
            text.append(contentsOf: word)
            text.append(0x20)
        }
        return text
    }

    /// Whether two states of one execution have the same text for certain; spares making it.
    static func isUnchanged(_ old: ExecutionState, _ new: ExecutionState) -> Bool {
        // Arrays that were not written to are the same storage, which is seen at once.
        old.facts == new.facts && old.attributes == new.attributes && old.failure == new.failure
    }

    /// The expression that finds what may match; `nil` where the query asks for no facet or word.
    static func expression(workspace: Int64, _ query: ExecutionQuery) -> String? {
        var parts = SearchText.facets(of: query).map { alternatives in
            let terms = alternatives.map { "\"\(facet)\(digest($0, workspace).hex)\"" }
            return terms.count == 1 ? terms[0] : "(\(terms.joined(separator: " OR ")))"
        }
        // A word holds letters and digits alone, so there is no quote to escape.
        parts += query.words.map { "\"\(wordMark(workspace))\($0)\" *" }
        return parts.isEmpty ? nil : parts.joined(separator: " AND ")
    }

    private static func digest(_ facet: SearchText.Facet, _ workspace: Int64) -> Fingerprint {
        var digest = facet.digest
        digest.combine(number: UInt64(bitPattern: workspace))
        return digest
    }

    private static func wordMark(_ workspace: Int64) -> String {
        "\(word)\(String(workspace, radix: 36))\(word)"
    }
}
