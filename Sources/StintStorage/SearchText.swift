public import StintModel

/// What of an execution can be searched: the words of its id, name, agent and shown error, and the
/// facets that a filter compares exactly. One definition for every engine.
public enum SearchText {
    /// A word longer than this is searched by its beginning.
    public static let longestWord = 64

    /// The words of a text in order: runs of letters and digits (with their combining marks), in
    /// lower case.
    public static func words(in text: String) -> [String] {
        var words: [String] = []
        eachWord(in: text) { words.append(String(decoding: $0, as: UTF8.self)) }
        return words
    }

    /// The words of an execution, each as often as it stands.
    public static func words(of id: ExecutionID, _ state: ExecutionState) -> [String] {
        var words: [String] = []
        eachWord(of: id, state) { words.append(String(decoding: $0, as: UTF8.self)) }
        return words
    }

    /// Gives the words of an execution, as UTF-8, each as often as it stands.
    public static func eachWord(
        of id: ExecutionID, _ state: ExecutionState, _ give: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        eachWord(in: id.rawValue, give)
        if let name = state.fact(.name)?.string { eachWord(in: name, give) }
        eachWord(in: state.agent, give)
        guard let failure = state.failure else { return }
        for text in [failure.type, failure.message, failure.cause] {
            if let text { eachWord(in: text, give) }
        }
    }

    private static func eachWord(
        in text: String, _ give: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var text = text
        let isASCII = text.withUTF8 { $0.allSatisfy { $0 < 0x80 } }
        if !isASCII { return eachUnicodeWord(in: text, give) }
        text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longestWord) { word in
                var length = 0
                for index in 0...bytes.count {
                    let byte = index < bytes.count ? bytes[index] : 0
                    let isLetter = (byte | 0x20) &- 0x61 < 26
                    if isLetter || byte &- 0x30 < 10 {
                        guard length < longestWord else { continue }
                        word[length] = isLetter ? byte | 0x20 : byte
                        length += 1
                    } else if length > 0 {
                        give(UnsafeBufferPointer(rebasing: word[..<length]))
                        length = 0
                    }
                }
            }
        }
    }

    private static func eachUnicodeWord(
        in text: String, _ give: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var word = String.UnicodeScalarView()
        func finish() {
            if !word.isEmpty {
                var text = String(word)
                text.withUTF8 { give($0) }
            }
            word.removeAll()
        }
        for scalar in text.lowercased().unicodeScalars {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter, .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark,
                .spacingMark:
                if word.count < longestWord { word.append(scalar) }
            default:
                finish()
            }
        }
        finish()
    }

    /// What a filter compares exactly.
    public enum Facet: Hashable, Sendable {
        case user(String)
        case correlation(String)
        case parent(String)
        case errorType(String)
        case environment(String)
        case attribute(String, String)

        /// A digest of the facet, for an index to hold in its place. Compare the facet itself with
        /// what the index finds: two may share a digest.
        public var digest: Fingerprint {
            var digest = Fingerprint()
            switch self {
            case .user(let text): digest.combine(1, text)
            case .correlation(let text): digest.combine(2, text)
            case .parent(let text): digest.combine(3, text)
            case .errorType(let text): digest.combine(4, text)
            case .environment(let text): digest.combine(5, text)
            case .attribute(let key, let text):
                digest.combine(6, key)
                digest.combine(text: text)
            }
            return digest
        }
    }

    /// The facets of an execution. Production is no facet: nearly everything runs there.
    public static func facets(of state: ExecutionState) -> [Facet] {
        var facets: [Facet] = []
        if let user = state.fact(.user)?.string { facets.append(.user(user)) }
        if let text = state.fact(.correlation)?.string { facets.append(.correlation(text)) }
        if let parent = state.fact(.parent)?.string { facets.append(.parent(parent)) }
        if let type = state.failure?.type { facets.append(.errorType(type)) }
        let environment = state.environment
        if environment != "production" { facets.append(.environment(environment)) }
        for entry in state.attributes.entries {
            facets.append(.attribute(entry.key, entry.value.value.text))
        }
        return facets
    }

    /// The facets a query asks for; each element's alternatives are joined by *or*.
    public static func facets(of query: ExecutionQuery) -> [[Facet]] {
        var facets: [[Facet]] = []
        if let user = query.user { facets.append([.user(user)]) }
        if let text = query.correlation { facets.append([.correlation(text)]) }
        if let parent = query.parent { facets.append([.parent(parent)]) }
        if let type = query.errorType { facets.append([.errorType(type)]) }
        if let environment = query.environment, environment != "production" {
            facets.append([.environment(environment)])
        }
        for filter in query.attributes {
            facets.append(filter.texts.map { .attribute(filter.key, $0) })
        }
        return facets
    }
}

extension Fingerprint {
    fileprivate mutating func combine(_ kind: UInt8, _ text: String) {
        combine(kind)
        combine(text: text)
    }
}
