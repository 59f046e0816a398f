import Foundation
import Testing

extension EndToEnd {
    /// The tests of `clients/python` and of the examples that use it, before the program that was built with these.
    @Suite struct PythonClientTests {
        static let python = Program.find("python3")
        static let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "clients/python/tests")

        @Test(.enabled(if: python != nil, "python3 is not installed."))
        func `the Python client passes its own tests`() async throws {
            let outcome = try await Program.run(
                try #require(Self.python), ["-m", "unittest", "discover", "-s", Self.tests.path],
                environment: [
                    "STINT_PROGRAM": Program.stint.path, "PYTHONDONTWRITEBYTECODE": "1",
                ])
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }
}
