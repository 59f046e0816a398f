import Foundation
import Testing

/// What is held of the pages, written in Python in the folder `Browser`: a sentence that a function there proves.
struct BrowserScenario: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let sentence: String

    var description: String { sentence }
    var testDescription: String { sentence }

    /// As the files have them: a line `@scenario("sentence")` above each function.
    static let all: [BrowserScenario] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix("_scenarios.py") }.sorted().flatMap { file in
            let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
            return (text ?? "").split(separator: "\n").compactMap(Self.init(line:))
        }
    }()

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Browser")

    private init?(line: Substring) {
        guard line.hasPrefix("@scenario(\""), line.hasSuffix("\")") else { return nil }
        sentence = String(line.dropFirst(11).dropLast(2))
    }
}

/// A browser that runs one scenario after the other, beside servers that it starts itself.
actor Browser {
    /// Of the suite that runs.
    @TaskLocal static var current: Browser?

    private static let chromium = Program.find("chromium")
    private static let playwright = Program.find("playwright")
    static let isInstalled = chromium != nil && playwright != nil

    private let sentences = Pipe()
    private let findings = Pipe()
    /// Started by the first scenario.
    private var program: Program?

    /// - Returns: What is wrong; `nil` where the scenario holds.
    func fault(of scenario: BrowserScenario) async throws -> String? {
        let program = try self.program ?? start()
        self.program = program
        try sentences.fileHandleForWriting.write(contentsOf: Data("\(scenario)\n".utf8))
        guard let line = await findings.firstLine(within: .seconds(300)) else {
            return "The browser did not answer."
        }
        return try JSON(Data(line.utf8))["fault"].string
    }

    private func start() throws -> Program {
        guard let chromium = Self.chromium, let playwright = Self.playwright else {
            throw NotInstalled()
        }
        let runner = BrowserScenario.folder.appending(path: "run.py")
        return try Program(
            playwright.deletingLastPathComponent().appending(path: "python"),
            [runner.path, Program.stint.path, chromium.path],
            input: sentences.fileHandleForReading, output: findings,
            errors: .standardError, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    }

    /// Ends the browser and its servers.
    fileprivate func end() async {
        try? sentences.fileHandleForWriting.close()
        _ = await program?.exitCode()
    }

    struct NotInstalled: Error {}
}

/// Gives a suite one browser for all of its tests.
struct OneBrowser: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let browser = Browser()
        let result: Result<Void, any Error>
        do {
            try await Browser.$current.withValue(browser) { try await function() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await browser.end()
        try result.get()
    }
}

extension Trait where Self == OneBrowser {
    static var oneBrowser: Self { OneBrowser() }
}
