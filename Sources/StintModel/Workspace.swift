/// Whose executions they are. Every stored thing belongs to exactly one workspace, and a caller's
/// workspace comes from its key alone, never from what it sends.
public struct Workspace: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    /// - Returns: `nil` unless the text is 1 through ``Limits/nameBytes`` UTF-8 bytes long.
    public init?(rawValue: String) {
        guard (1...Limits.nameBytes).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    private init(trusted: String) {
        rawValue = trusted
    }

    /// The one workspace of a server without keys.
    public static let `default` = Workspace(trusted: "default")

    public static func == (left: Workspace, right: Workspace) -> Bool {
        left.rawValue.isSpelled(like: right.rawValue)
    }

    public func hash(into hasher: inout Hasher) {
        rawValue.hashSpelling(into: &hasher)
    }
}
