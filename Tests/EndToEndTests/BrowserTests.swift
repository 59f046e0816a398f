import Testing

extension EndToEnd {
    /// The pages in a browser, before real servers. `make test` installs what drives them where it can.
    @Suite(.oneBrowser) struct BrowserTests {
        @Test(
            .enabled(if: Browser.isInstalled, "Chromium or Playwright is not installed."),
            arguments: BrowserScenario.all)
        func `in a browser`(_ scenario: BrowserScenario) async throws {
            let browser = try #require(Browser.current)
            if let fault = try await browser.fault(of: scenario) {
                Issue.record("\(scenario): \(fault)")
            }
        }

        @Test func `there are scenarios, each with a sentence of its own`() {
            let sentences = BrowserScenario.all.map(\.sentence)
            #expect(sentences.count > 20)
            #expect(Set(sentences).count == sentences.count)
        }
    }
}
