import CZlib
import Foundation
import NIOCore
import NIOHTTP1
import StintDashboard
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@testable import StintServer

/// The dashboard's files as a browser gets them.
@Suite struct PageTests {
    /// The folder that the program carries.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/StintDashboard/Pages")

    static let paths = PageRoutes.pages.map { $0.replacing(":id", with: "a") } + ["/favicon.ico"]

    @Test func `every file of the folder is served: modules as one script, the others as they lie`()
        async throws
    {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        try await ServerUnderTest.use { server in
            let script = try await server.send("GET", "/assets/0/app.js").body
            let lines = Set(script.split(separator: "\n"))
            #expect(!lines.contains { $0.hasPrefix("import ") })
            for name in names where name != PageFile.index.name {
                let text = try String(
                    contentsOf: Self.folder.appending(path: name), encoding: .utf8)
                let reply = try await server.send("GET", "/assets/0/\(name)")
                if name != "app.js" && reply.status == 200 {
                    #expect(reply.body == text, "\(name) is another.")
                } else {
                    let code = text.split(separator: "\n")
                        .filter { !$0.contains(#/^ *(//|/?\*|import |export )/#) }
                    let missing = code.filter { !lines.contains($0) }
                    #expect(missing.isEmpty, "\(name) was another when the program was built.")
                }
            }
            for name in ["nothing.js", "index.html", "api.js"] {
                #expect(try await server.send("GET", "/assets/0/\(name)").status == 404)
            }
        }
    }

    @Test(arguments: [
        "/", "/executions", "/executions/", "/executions?status=failed&status=lost", "/diagnose",
        "/login?next=%2Fexecutions", "/executions/plain",
        "/executions/arn%3Aaws%3Astates%3A%3A1%2Fodd%20%3F%26%25%23%2F..%2F", "/executions/%00",
        "/executions/%E6%9D%B1%E4%BA%AC",
    ])
    func `each page begins with the same document, whatever it names`(_ path: String) async throws {
        try await ServerUnderTest.use { server in
            let reply = try await server.send("GET", path)
            #expect(reply.status == 200)
            #expect(reply.headers.first(name: "Content-Type") == "text/html; charset=utf-8")
            let names = reply.body.replacing(#/"/assets/\w+//#, with: "\"/assets/")
            #expect(names.utf8.elementsEqual(PageFile.index.bytes))
        }
    }

    @Test func `nothing else answers with it`() async throws {
        try await ServerUnderTest.use { server in
            for path in [
                "/index.html", "/pages", "/executions/a/b", "/assets", "/v1", "/diagnose/a",
            ] {
                let reply = try await server.send("GET", path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.headers.first(name: "Content-Type") == "application/problem+json")
            }
            #expect(try await server.send("POST", "/").status == 405)
        }
    }

    @Test func `what a document may load is said with every file`() async throws {
        try await ServerUnderTest.use { server in
            for path in Self.paths + PageFile.assets.map({ "/assets/0/\($0.name)" }) {
                for method in ["GET", "HEAD"] {
                    let headers = try await server.send(method, path).headers
                    #expect(
                        headers.first(name: "Content-Security-Policy")
                            == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
                    )
                    #expect(headers.first(name: "X-Content-Type-Options") == "nosniff")
                    #expect(headers.first(name: "Referrer-Policy") == "no-referrer")
                    #expect(headers.first(name: "Cross-Origin-Opener-Policy") == "same-origin")
                    #expect(headers.first(name: "Cache-Control") == "no-cache")
                }
            }
        }
    }

    @Test func `the document holds no script, style or address that the policy refuses`() throws {
        let text = String(decoding: PageFile.index.bytes, as: UTF8.self)
            .replacing(/"data:image[^"]*"/, with: "")
        #expect(text.matches(of: /<script(?![^>]*\ssrc="\/assets\/)/).isEmpty)
        #expect(text.matches(of: /<style|\sstyle=|\son[a-z]+=|javascript:|https?:\/\//).isEmpty)
        for name in text.matches(of: /"\/assets\/([^"]+)"/).map(\.output.1) {
            #expect(PageFile.assets.contains { $0.name == name }, "\(name)")
        }
    }

    @Test
    func `what the document asks for is kept for good, at an address that is of these bytes alone`()
        async throws
    {
        try await ServerUnderTest.use { server in
            let document = try await server.send("GET", "/").body
            let addresses = document.matches(of: #/"(/assets/[^"]+)"/#).map { String($0.output.1) }
            #expect(addresses.count == 3)
            for address in addresses {
                let kept = try await server.send("GET", address)
                #expect(kept.status == 200)
                #expect(
                    kept.headers.first(name: "Cache-Control")
                        == "public, max-age=31536000, immutable")
                // As a document asks that came before an update.
                let name = try #require(address.split(separator: "/").last)
                let other = try await server.send("GET", "/assets/0/\(name)")
                #expect(other.body == kept.body)
                #expect(other.headers.first(name: "Cache-Control") == "no-cache")
            }
        }
    }

    @Test(arguments: ["/", "/assets/0/app.js"])
    func `who has a file already is not sent it again, compressed or not`(
        _ path: String
    ) async throws {
        try await ServerUnderTest.use { server in
            let plain = try await server.send(
                "GET", path, headers: [("Accept-Encoding", "identity")])
            let gzip = try await server.send(
                "GET", path, headers: [("Accept-Encoding", "br, gzip;q=0.5")])
            #expect(plain.headers.first(name: "Content-Encoding") == nil)
            #expect(gzip.headers.first(name: "Content-Encoding") == "gzip")
            for reply in [plain, gzip] {
                #expect(reply.headers.first(name: "Vary") == "Accept-Encoding")
                let tag = try #require(reply.headers.first(name: "ETag"))
                for encoding in ["gzip", "identity"] {
                    let again = try await server.send(
                        "GET", path,
                        headers: [("If-None-Match", tag), ("Accept-Encoding", encoding)])
                    #expect(again.status == 304)
                    #expect(again.body.isEmpty)
                }
            }
            #expect(
                try await server.send("GET", path, headers: [("If-None-Match", "\"0\"")]).status
                    == 200)
        }
    }

    @Test func `the files need no key where the data do`() async throws {
        try await ServerUnderTest.use { server in
            for path in Self.paths {
                for key in [nil, "rubbish"] {
                    let reply = try await server.send("GET", path, key: key)
                    #expect(reply.status == 200)
                }
            }
            #expect(try await server.send("GET", "/v1/executions").status == 401)
        } preparing: {
            _ = try await $0.key(.admin)
        }
    }
}
