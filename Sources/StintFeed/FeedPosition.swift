/// Up to where a listener has been told: what it resumes from.
public struct FeedPosition: Hashable, Sendable {
    /// Tells one ring from another, that of before a restart among them.
    let life: UInt64
    let sequence: Int

    init(life: UInt64, sequence: Int) {
        self.life = life
        self.sequence = sequence
    }

    /// - Returns: `nil` for what ``text`` never was.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let life = UInt64(parts[0], radix: 36),
            let sequence = Int(parts[1]), sequence >= 0
        else { return nil }
        self.init(life: life, sequence: sequence)
        // One text a position: no signs, no leading zeros, no capitals.
        guard self.text == text else { return nil }
    }

    /// Opaque to whoever is told it: letters, digits and a dash, 35 at most.
    public var text: String { "\(String(life, radix: 36))-\(sequence)" }
}
