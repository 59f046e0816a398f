import Foundation
import StintModel
import StintStorage

@testable import StintServer

// Texts of a request's head: parameters, cursors, keys, tags.

extension FuzzTarget {
    /// A time as RFC 3339 writes it.
    static let instant = FuzzTarget("instant") { (bytes) throws(BrokenPromise) in
        let text = String(decoding: bytes, as: UTF8.self)
        let read = bytes.withUnsafeBufferPointer { Instant(rfc3339: $0) }
        guard let read else { return }
        try promise(Instant.writable.contains(read), "No time is read that cannot be written.")
        try promise(Instant(rfc3339: text) == read, "A text is read as its bytes are.")
        try promise(Instant(rfc3339: read.rfc3339) == read, "What is written is read back.")
        // A leap second is written as the first second of the next minute.
        if bytes.count == 27, bytes[26] == 0x5A, bytes[10] == 0x54,
            text.dropFirst(17).prefix(2) != "60"
        {
            try promise(read.rfc3339 == text, "There is one text of 27 bytes for an instant.")
        }
    }

    /// The query of a request's target.
    static let query = FuzzTarget("query") { (bytes) throws(BrokenPromise) in
        let text = String(decoding: bytes, as: UTF8.self)
        // Foundation ends a text at the first U+0000, which no target of a request holds.
        if !bytes.contains(0), let decoded = PercentEncoding.decode(text.utf8) {
            try promise(
                text.removingPercentEncoding.map { Array($0.utf8) } == Array(decoded.utf8),
                "Escapes mean what they mean to Foundation.")
        }

        guard let pairs = QueryText.pairs(text) else { return }
        let written = pairs.map { "\(escaped($0.name))=\(escaped($0.value))" }
        let again = QueryText.pairs(written.joined(separator: "&"))
        try promise(
            again?.map { Array($0.name.utf8) } == pairs.map { Array($0.name.utf8) }
                && again?.map { Array($0.value.utf8) } == pairs.map { Array($0.value.utf8) },
            "What is written is read back.")
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The value of `If-None-Match`.
    static let entityTag = FuzzTarget("entity-tag") { (bytes) throws(BrokenPromise) in
        let tag = "\"0123456789abcdef\""
        let text = String(decoding: bytes, as: UTF8.self)
        try promise(
            EntityTag.isNamed(tag, in: "\(text),W/\(tag)"), "A tag among others is found.")
        if !text.utf8.contains(0x2A), !text.contains(tag) {
            try promise(!EntityTag.isNamed(tag, in: text), "A tag is found only where it stands.")
        }
    }

    /// The words of a search.
    static let words = FuzzTarget("words") { (bytes) throws(BrokenPromise) in
        let words = SearchText.words(in: String(decoding: bytes, as: UTF8.self))
        try promise(
            words.allSatisfy { (1...SearchText.longestWord).contains($0.unicodeScalars.count) },
            "A word has a letter, and no more than are searched.")
        let again = SearchText.words(in: words.joined(separator: " "))
        try promise(
            again.map { Array($0.utf8) } == words.map { Array($0.utf8) },
            "A word that was found is searched as it is: \(words) \(again)")
    }

    /// The place in a list: the first 16 bytes; the list and the forgery: the rest.
    static let cursor = FuzzTarget("cursor") { (bytes) throws(BrokenPromise) in
        let cursor = Cursor(secret: Array(repeating: 7, count: 32))
        let list = Array(bytes.dropFirst(18))
        let text = String(decoding: bytes, as: UTF8.self)
        if let position = cursor.position(in: text, of: list) {
            try promise(cursor.text(for: position, in: list) == text, "Nobody forges a cursor.")
        }
        guard bytes.count >= 18 else { return }
        func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
            Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
        }
        let position = PagePosition(key: number(bytes[0..<8]), tie: number(bytes[8..<16]))
        let ours = cursor.text(for: position, in: list)
        try promise(cursor.position(in: ours, of: list) == position, "Ours is taken.")
        try promise(
            cursor.position(in: ours, of: list + [0]) == nil, "A cursor is of one list alone.")
        let forged = Self.changed(ours, at: bytes[16], to: bytes[17])
        try promise(
            forged == ours || cursor.position(in: forged, of: list) == nil,
            "A cursor that was changed is not ours: \(forged)")
    }

    /// The text of a key; after two bytes that say how to damage one that is well-formed.
    static let keySecret = FuzzTarget("key-secret") { (bytes) throws(BrokenPromise) in
        let text = String(decoding: bytes.dropFirst(2), as: UTF8.self)
        guard let secret = KeySecret(text: text) else { return }
        try promise(Array(secret.text.utf8) == Array(text.utf8), "A key is kept as it was sent.")
        let damaged = Self.changed(text, at: bytes[0], to: bytes[1])
        try promise(
            damaged == text || KeySecret(text: damaged) == nil, "A mistyped key is noticed.")
    }

    /// Puts another character of base 64 into a text.
    private static func changed(_ text: String, at place: UInt8, to character: UInt8) -> String {
        var bytes = Array(text.utf8)
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        bytes[Int(place) % bytes.count] = alphabet[Int(character) % 64]
        return String(decoding: bytes, as: UTF8.self)
    }
}
