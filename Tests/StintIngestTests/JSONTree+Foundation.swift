@testable import StintIngest

extension JSONTree {
    /// Where our reader and Foundation's do not say the same of a document, without a reason that we
    /// know.
    ///
    /// - Returns: What each says; `nil` where they agree.
    static func disagreement(on bytes: [UInt8]) -> String? {
        let reference = try? JSONTree(foundation: bytes)
        let read: JSONTree
        do {
            read = try JSONTree(reading: bytes)
        } catch {
            if reference == nil || isStricter(error, bytes) { return nil }
            return "Foundation takes what we refuse: \(error)"
        }
        do {
            try skip(bytes)
        } catch {
            return "What can be read cannot be skipped: \(error)"
        }
        if read == reference { return nil }
        guard let reference else {
            return underflows(bytes) ? nil : "Foundation refuses what we take: \(read)"
        }
        return "Foundation reads \(reference), we read \(read)"
    }

    /// Whether Foundation takes what we refuse on purpose: keys that stand twice, more than 64 levels,
    /// a byte order mark; and a comma before a closing bracket, which RFC 8259 does not have.
    private static func isStricter(_ error: any Error, _ bytes: [UInt8]) -> Bool {
        // Foundation takes zeros among the first bytes for UTF-16 or UTF-32.
        if bytes.prefix(4).contains(0) { return true }
        switch error as? IngestFault {
        case .unfit(_, let detail)?:
            return detail.contains("stands twice")
        case .malformed(let detail, let offset)?:
            if detail.contains("64 deep") || detail.contains("byte order mark") { return true }
            guard offset < bytes.count, bytes[offset] == 0x7D || bytes[offset] == 0x5D else {
                return false
            }
            return bytes[..<offset].last { !JSONReader.isSpace($0) } == 0x2C
        default:
            return false
        }
    }

    /// Whether a number stands in it that only Foundation takes for an error: one too near to 0 to be
    /// told from it, which is 0 to us, or a 0 with an exponent.
    private static func underflows(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        if text.contains("0e") { return true }
        return text.split(separator: "e-").dropFirst()
            .contains { Int($0.prefix { $0.isNumber }).map { $0 > 300 } ?? true }
    }
}
