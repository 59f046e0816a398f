import Crypto

/// The secret of a key: `stint_KIND_RANDOM` and a checksum.
///
/// 30 characters of base 62 (178 bits) of chance, so that a plain digest is safe to store, and six of
/// a CRC-32 over all before, so that a scanner finds a leaked key and a mistyped one is refused
/// without looking it up. The form is that of GitHub's tokens.
public struct KeySecret: Hashable, Sendable {
    public let text: String

    /// A new secret, of the kind that its widest scope names: `adm`, `read` or `ing`.
    public init(for scopes: AccessScopes) {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<Self.randomCharacters).map { _ in
            Self.alphabet[Int.random(in: 0..<62, using: &generator)]
        }
        let head = "stint_\(Self.kind(of: scopes))_" + String(decoding: random, as: UTF8.self)
        text = head + Self.checksum(of: head)
    }

    /// - Returns: `nil` for what cannot be a key: another form, or a checksum that is not its own.
    public init?(text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("stint".utf8),
            Self.kinds.contains(where: { parts[1].elementsEqual($0.kind.utf8) }),
            parts[2].count == Self.randomCharacters + Self.checksumCharacters,
            parts[2].allSatisfy(Self.alphabet.contains)
        else { return nil }
        let text = String(text)
        guard
            Self.checksum(of: text.dropLast(Self.checksumCharacters)).elementsEqual(
                text.suffix(Self.checksumCharacters))
        else { return nil }
        self.text = text
    }

    /// What is stored of it: SHA-256, 32 bytes.
    public var digest: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// The characters by which its owner recognises it.
    public var start: String { String(text.prefix(12)) }

    private static let randomCharacters = 30
    private static let checksumCharacters = 6
    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let kinds: [(kind: String, scope: AccessScopes)] = [
        ("adm", .admin), ("read", .read), ("ing", .ingest),
    ]

    private static func kind(of scopes: AccessScopes) -> String {
        kinds.first { scopes.contains($0.scope) }?.kind ?? "ing"
    }

    /// CRC-32 (IEEE 802.3, as in zip) in base 62, the most significant digit first.
    private static func checksum(of text: some StringProtocol) -> String {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in text.utf8 {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        var rest = crc ^ 0xFFFF_FFFF
        var digits: [UInt8] = []
        for _ in 0..<checksumCharacters {
            digits.append(alphabet[Int(rest % 62)])
            rest /= 62
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }
}

/// Compares digests in a time that does not depend on where they differ.
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
}
