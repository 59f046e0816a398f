/// Names one execution within its workspace, and tells nothing else about it.
public struct ExecutionID: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    /// - Returns: `nil` unless the text is 1 through ``Limits/executionIDBytes`` UTF-8 bytes long.
    public init?(rawValue: String) {
        guard (1...Limits.executionIDBytes).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    public static func == (left: ExecutionID, right: ExecutionID) -> Bool {
        left.rawValue.isSpelled(like: right.rawValue)
    }

    public func hash(into hasher: inout Hasher) {
        rawValue.hashSpelling(into: &hasher)
    }
}
