import Foundation
import HTTPTypes
import NIOHTTP1
import Testing

@testable import StintServer

/// The description of the interface and the routes it is made of.
@Suite struct OpenAPITests {
    @Test func `every route but a page has an operation, and every operation a route`()
        async throws
    {
        try await ServerUnderTest.use { server in
            let reply = try await server.send("GET", "/openapi.json")
            #expect(reply.status == 200)
            let json = try JSONSerialization.jsonObject(with: Data(reply.body.utf8))
            let document = try #require(json as? [String: Any])
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            var described: [String: String] = [:]
            for (path, operations) in paths {
                for (method, operation) in operations {
                    described["\(method.uppercased()) \(path)"] =
                        operation["operationId"] as? String
                }
            }
            let pages = PageRoutes().routes.map(\.path)
            let routes = try await server.routes.filter { !pages.contains($0.path) }
            #expect(!paths.keys.contains { pages.map(OpenAPIDocument.template).contains($0) })
            #expect(
                Set(described.keys)
                    == Set(
                        routes.map {
                            "\($0.method.rawValue) \(OpenAPIDocument.template($0.path))"
                        }))
            #expect(Set(described.values).count == routes.count)
        }
    }

    @Test func `who has the description already is not sent it again`() async throws {
        try await ServerUnderTest.use { server in
            let tag = try #require(
                try await server.send("GET", "/openapi.json").headers.first(name: "ETag"))
            let again = try await server.send(
                "GET", "/openapi.json", headers: [("If-None-Match", tag)])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
        }
    }

    @Test func `each schema that is referred to is there, and none stands for another`()
        async throws
    {
        try await ServerUnderTest.use { server in
            let text = try await server.send("GET", "/openapi.json").body
            let names = Set(
                text.matches(of: #/"#\/components\/schemas\/([^"]+)"/#).map {
                    String($0.output.1)
                })
            #expect(names == Set(Component.all.map(\.name)))
            #expect(names.count == Component.all.count)
        }
    }
}
