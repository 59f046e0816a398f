import Foundation
import StintServer
import Testing

@testable import stint

/// Links and commands in the file of settings.
@Suite struct LinkSettingsTests {
    private static func settings(_ yaml: String) throws -> ServerConfiguration {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "stint-links-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(yaml.utf8).write(to: file)
        return try ServerConfiguration(flags: ["config": file.path], environment: [:])
    }

    @Test func `a file's links and commands are taken in order`() throws {
        let links = try Self.settings(
            """
            port: 9000
            links:
              - {title: Logs, href: "https://logs.example/?id={id}", when: {source: sqs}}
              - {title: Customer, href: "http://crm/{attr.customer}"}
            commands:
              - title: Follow
                command: kubectl logs {attr.pod} --since-time={startedAt}
            """
        ).server.links
        #expect(links.links.map(\.title) == ["Logs", "Customer"])
        #expect(links.links[0].conditions.map(\.value) == ["sqs"])
        #expect(links.commands.map(\.title) == ["Follow"])
    }

    @Test(arguments: [
        ("links: 5", "not a list"), ("links: [5]", "no members"),
        ("links: [{title: a}]", "lacks its title or its href"),
        ("links: [{title: a, href: \"javascript:alert(1)\"}]", "https://"),
        ("links: [{title: a, href: \"{id}\"}]", "https://"),
        ("links: [{title: a, href: \"https://x/{nothing}\"}]", "{nothing}"),
        ("links: [{title: a, href: \"https://x/{id\"}]", "brace"),
        ("links: [{title: a, href: \"https://x/\", when: {x: 1}}]", "asks for x"),
        ("commands: [{title: a, href: \"https://x/\"}]", "not known here: href"),
    ])
    func `what is wrong with one is said`(_ yaml: String, _ part: String) {
        do {
            _ = try Self.settings(yaml)
            Issue.record("taken")
        } catch {
            #expect("\(error)".contains(part), "\(error)")
        }
    }
}
