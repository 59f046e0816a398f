import Crypto

/// What a browser shows in place of a key: 256 bits of chance in its cookie, which scripts cannot read.
public struct SessionSecret: Hashable, Sendable {
    /// 64 hexadecimal digits.
    public let text: String

    /// A new one.
    public init() {
        text = Self.hex(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    /// - Returns: `nil` for what has another form.
    public init?(text: some StringProtocol) {
        guard text.utf8.count == 64,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.text = String(text)
    }

    /// What is stored of it: SHA-256, 32 bytes.
    public var digest: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// What the pages say besides when they change something. A foreign page cannot know it, as the
    /// server tells it to its own pages alone; and it does not tell the secret.
    public var token: String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("Stint-Token".utf8), using: SymmetricKey(data: Array(text.utf8)))
        return Self.hex(Array(code))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
