import ArgumentParser
import Testing

@testable import stint

@Suite struct StintTests {
    private func exitStatus(_ arguments: String...) -> Int32 {
        do {
            _ = try Stint.parseAsRoot(arguments)
            return 0
        } catch {
            return Stint.exitStatus(of: error)
        }
    }

    @Test func `wrong arguments end with 2`() {
        #expect(exitStatus("list", "--nonsense") == 2)
        #expect(exitStatus("show") == 2)
        #expect(exitStatus("list", "--limit", "0") == 2)
        #expect(exitStatus("show", "") == 2)
        #expect(exitStatus("nonsense") == 2)
    }

    @Test func `help and version are no errors`() {
        #expect(exitStatus("--help") == 0)
        #expect(exitStatus("--version") == 0)
        #expect(Stint.configuration.version == "stint 0.5.0")
    }

    @Test func `the key is no flag`() {
        #expect(exitStatus("list", "--key", "x") == 2)
    }
}
