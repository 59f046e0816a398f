import Foundation

@testable import FuzzTargets

/// The target of this run. libFuzzer calls a plain function, which cannot carry it along.
enum Chosen {
    private static let target: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["STINT_FUZZ_TARGET"]
        guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
            fatalError("There is no target \(name ?? "").")
        }
        return target
    }()

    /// Ends the process where a promise is broken, which libFuzzer takes for a find.
    static func run(_ bytes: [UInt8]) {
        do throws(BrokenPromise) { try target.run(bytes) } catch { fatalError("\(error)") }
    }
}
