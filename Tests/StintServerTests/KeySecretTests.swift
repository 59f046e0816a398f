import Foundation
import StintStorage
import Testing

@Suite struct KeySecretTests {
    @Test(
        arguments: [
            (AccessScopes.admin, "stint_adm_"), (AccessScopes.read, "stint_read_"),
            (AccessScopes.ingest, "stint_ing_"),
            (AccessScopes([.read, .ingest]), "stint_read_"),
            (AccessScopes([.admin, .ingest]), "stint_adm_"),
        ] as [(AccessScopes, String)])
    func `a secret says its widest scope, and reads back`(_ scopes: AccessScopes, _ kind: String) {
        let secret = KeySecret(for: scopes)
        #expect(secret.text.hasPrefix(kind))
        #expect(KeySecret(text: secret.text) == secret)
        #expect(secret.digest.count == 32)
        #expect(secret.start == String(secret.text.prefix(12)))
        #expect(KeySecret(for: scopes) != secret)
    }

    @Test func `a secret with any one character changed is none`() {
        let text = Array(KeySecret(for: .read).text)
        for index in text.indices {
            var mistyped = text
            mistyped[index] = mistyped[index] == "x" ? "y" : "x"
            #expect(KeySecret(text: String(mistyped)) == nil, "at \(index)")
        }
        #expect(KeySecret(text: String(text.dropLast())) == nil)
        #expect(KeySecret(text: String(text) + "0") == nil)
        #expect(KeySecret(text: "") == nil)
    }

    /// Welch's t over interleaved measurements: below 4.5 nothing can be told apart. A crowded
    /// machine may disturb one run; a comparison that leaks would show in each.
    @Test func `comparing digests takes as long wherever they differ`() {
        let held = KeySecret(for: .read).digest
        var early = held
        early[0] ^= 1
        var late = held
        late[31] ^= 1
        let difference = (0..<5).lazy.map { _ in Self.difference(held, early, late) }
            .first { abs($0) < 4.5 }
        #expect(difference != nil)
    }

    private static func difference(
        _ held: [UInt8], _ early: [UInt8], _ late: [UInt8]
    ) -> Double {
        func measured(_ other: [UInt8]) -> Double {
            let start = ContinuousClock.now
            for _ in 0..<20 { if equalInConstantTime(held, other) { return .nan } }
            let passed = (ContinuousClock.now - start).components
            return Double(passed.attoseconds) / 1e9
        }
        var samples: ([Double], [Double]) = ([], [])
        for _ in 0..<4_000 {
            samples.0.append(measured(early))
            samples.1.append(measured(late))
        }
        // The slowest tenth are interruptions.
        func moments(_ all: [Double]) -> (mean: Double, variance: Double, count: Double) {
            let kept = all.sorted().prefix(all.count * 9 / 10)
            let mean = kept.reduce(0, +) / Double(kept.count)
            let variance = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(kept.count)
            return (mean, variance, Double(kept.count))
        }
        let (a, b) = (moments(samples.0), moments(samples.1))
        return (a.mean - b.mean) / (a.variance / a.count + b.variance / b.count).squareRoot()
    }
}
