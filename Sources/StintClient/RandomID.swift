/// A name that nobody else makes up: 32 hex digits, as a trace has.
package func randomHex() -> String {
    hex(UInt64.random(in: 0...UInt64.max)) + hex(UInt64.random(in: 1...UInt64.max))
}

/// Sixteen hex digits.
package func hex(_ number: UInt64) -> String {
    String(unsafeUninitializedCapacity: 16) { digits in
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> (60 - 4 * UInt64(index))) & 0xF
            digits[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
        return 16
    }
}

extension String {
    /// Whether it is what ``randomHex()`` makes.
    var isClientID: Bool {
        utf8.count == 32
            && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
