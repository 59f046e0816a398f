public import StintModel

/// Who asks, and what may be asked: it comes from the caller's key alone, never from what the
/// request says.
public struct Identity: Hashable, Sendable {
    public var workspace: Workspace

    /// Everybody, on a server without keys.
    public static let anonymous = Identity(workspace: .default)
}
