import Crypto
import StintModel

/// A place in a list, as the text a client carries from page to page.
///
/// It holds for the same list alone (workspace, filters and order), and nobody but the server can
/// make one: 16 bytes of position and 16 of HMAC-SHA256 over position and list, in base64url.
public struct Cursor: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: The store's ``ExecutionStore/cursorSecret``.
    public init(secret: [UInt8]) {
        key = SymmetricKey(data: secret)
    }

    /// - Parameter list: Tells one list from another: everything that decides which rows are in it
    ///   and in which order.
    public func text(for position: PagePosition, in list: [UInt8]) -> String {
        let place = Self.bytes(position)
        return Base64URL.encode(place + signature(place, list))
    }

    /// - Returns: `nil` where the text was not made by ``text(for:in:)`` for the same list.
    public func position(in text: String, of list: [UInt8]) -> PagePosition? {
        guard let bytes = Base64URL.decode(text), bytes.count == 32 else { return nil }
        let place = Array(bytes[..<16])
        let expected = signature(place, list)
        let difference = zip(expected, bytes[16...]).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0 else { return nil }
        func number(_ range: Range<Int>) -> Int64 {
            Int64(bitPattern: place[range].reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
        }
        return PagePosition(key: number(0..<8), tie: number(8..<16))
    }

    private func signature(_ place: [UInt8], _ list: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: place + list, using: key).prefix(16))
    }

    private static func bytes(_ position: PagePosition) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [position.key, position.tie] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}

/// Base 64 with the alphabet that is safe in a URL, without padding (RFC 4648 §5).
enum Base64URL {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits = 0
        var held: UInt32 = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(held >> UInt32(bits)) & 63])
            }
        }
        if bits > 0 { text.append(alphabet[Int(held << UInt32(6 - bits)) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: `nil` unless the text is exactly what ``encode(_:)`` writes for some bytes.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var held: UInt32 = 0
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            held = held << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        // What is left over is less than a character, and nothing but zeros, or the same bytes could
        // be written in more than one way.
        guard bits < 6, held & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return bytes
    }
}

extension ExecutionQuery {
    /// Tells this list from every other: the same for equal queries, whatever the order in which
    /// their filters were given.
    public var listIdentity: [UInt8] {
        var writer = BinaryWriter()
        writer.string("executions")
        writer.string(workspace.rawValue)
        writer.string(key.rawValue)
        writer.string(order.rawValue)
        writer.optional(from) { $0.zigzag($1.microseconds) }
        writer.optional(to) { $0.zigzag($1.microseconds) }
        for text in [agent, user, correlation, parent, errorType, environment] {
            writer.optional(text) { $0.string($1) }
        }
        writer.count(statuses.count)
        for status in statuses.map(\.rawValue).sorted() { writer.byte(status) }
        for holds in [goalMet, isCounted] { writer.optional(holds) { $0.byte($1 ? 1 : 0) } }
        writer.optional(minimumDuration) { $0.zigzag($1.microseconds) }
        writer.optional(maximumDuration) { $0.zigzag($1.microseconds) }
        writer.count(attributes.count)
        for filter in attributes.sorted(by: { ($0.key, $0.value) < ($1.key, $1.value) }) {
            writer.string(filter.key)
            writer.string(filter.value)
        }
        writer.count(words.count)
        for word in words.sorted() { writer.string(word) }
        return writer.bytes
    }
}
