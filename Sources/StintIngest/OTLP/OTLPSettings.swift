import StintModel

/// What an operator may say of how spans are read.
public struct OTLPSettings: Sendable {
    /// Attributes whose value is the id of the execution that a span belongs to, beside
    /// `stint.execution`, in descending order of trust.
    public var executionKeys: [String] {
        didSet { vocabulary = OTLPVocabulary(executionKeys: executionKeys) }
    }
    /// Whether what people and models say to each other is kept among the attributes.
    public var keepsContents: Bool
    /// Types of error that mean a deadline of the whole run: such a run timed out instead of failing.
    /// With or without what stands before the last dot.
    public var deadlineErrorTypes: [String]
    private(set) var vocabulary: OTLPVocabulary

    public init(
        executionKeys: [String] = [], keepsContents: Bool = false, deadlineErrorTypes: [String] = []
    ) {
        self.executionKeys = executionKeys
        self.keepsContents = keepsContents
        self.deadlineErrorTypes = deadlineErrorTypes
        vocabulary = OTLPVocabulary(executionKeys: executionKeys)
    }

    func isDeadline(_ type: String) -> Bool {
        let tail = type.split(separator: ".").last.map(String.init) ?? type
        return deadlineErrorTypes.contains { $0.isSpelled(like: type) || $0.isSpelled(like: tail) }
    }
}
