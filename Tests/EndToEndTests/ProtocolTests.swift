import Foundation
import NIOHTTP1
import Testing

extension EndToEnd {
    /// The corners of HTTP: one answer a request, in order, and never another's.
    @Suite struct ProtocolTests {
        static let host = "Host: localhost\r\n"
        static let get = "GET /health/live HTTP/1.1\r\n\(host)\r\n"
        static let post = "POST /v1/events HTTP/1.1\r\n\(host)Content-Type: application/json\r\n"

        /// What a careful server takes from nobody, for the next one in line may read it otherwise.
        static let malformed = [
            "\(post)Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "\(post)Content-Length: 2\r\nContent-Length: 3\r\n\r\n[] ",
            "\(post)Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]",
            "\(post)Content-Length: -2\r\n\r\n[]",
            "\(post)Content-Length: +2\r\n\r\n[]",
            "\(post)Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n[]",
            "GET /health/live HTTP/1.1\r\n\(host)X-A: b\r\n c\r\n\r\n",
            "GET /health/live HTTP/1.1\r\n\(host)X-A : b\r\n\r\n",
            "GET /health/live HTTP/1.1\nHost: localhost\n\n",
            "GET /health/live HTTP/1.1\r\nHost: localhost\nX-A: b\r\n\r\n",
            "GET /health/live HTTP/1.1\r\n\r\n",
            "GET /health/live HTTP/1.1\r\n\(host)\(host)\r\n",
            "INVENTED /health/live HTTP/1.1\r\n\(host)\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "nonsense\r\n\r\n",
        ]

        @Test func `what is not quite HTTP is refused once, and the connection ends`()
            async throws
        {
            try await RunningServer.serving { server in
                for text in Self.malformed {
                    // What follows is never taken for a request.
                    let heard = try await server.talk(text + Self.get)
                    #expect(heard.answers.map(\.status) == [400], "\(text)")
                    #expect(heard.answers.first?.headers["connection"] == "close", "\(text)")
                    #expect(
                        heard.answers.first?.json["type"] == "urn:stint:problem:malformed_request",
                        "\(text)")
                    #expect(heard.isClosed, "\(text)")
                }
                #expect(try await server.get("/health/ready").status == 200)
            }
        }

        @Test func `requests sent together are answered in order, each with its own`()
            async throws
        {
            try await RunningServer.serving { server in
                await withTaskGroup { group in
                    for client in 0..<20 {
                        group.addTask {
                            let connection = try? RawConnection(server)
                            let paths = (0..<10).map { "/v1/executions/c\(client)r\($0)" }
                            connection?.send(
                                paths.map { "GET \($0) HTTP/1.1\r\n\(Self.host)\r\n" }.joined())
                            let answers = await connection?.hear(answers: 10).answers ?? []
                            #expect(answers.map(\.status) == Array(repeating: 404, count: 10))
                            for (place, answer) in answers.enumerated() {
                                let detail = answer.json["detail"].string ?? ""
                                #expect(detail.contains("c\(client)r\(place),"))
                            }
                        }
                    }
                }
                // A bad one among them does not touch the answers before it.
                let heard = try await server.talk(Self.get + Self.get + "nonsense\r\n\r\n")
                #expect(heard.answers.map(\.status) == [200, 200, 400])
                #expect(heard.isClosed)
            }
        }

        @Test func `no other protocol is spoken`() async throws {
            try await RunningServer.serving { server in
                let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                let heard = try await server.talk(
                    "GET /health/live HTTP/1.1\r\n\(Self.host)\(upgrade)HTTP2-Settings: AA\r\n\r\n"
                        + Self.get)
                #expect(heard.answers.map(\.status) == [200])
                #expect(heard.answers.first?.headers["connection"] == "close")
                let tunnel = try await server.talk(
                    "CONNECT localhost:1 HTTP/1.1\r\n\(Self.host)\r\n" + Self.get)
                #expect(tunnel.answers.count == 1)
                #expect((tunnel.answers.first?.status ?? 0) >= 400)
            }
        }

        @Test func `older and longer ways to ask are understood`() async throws {
            try await RunningServer.serving { server in
                let old = try await server.talk("GET /health/live HTTP/1.0\r\n\r\n")
                #expect(old.answers.map(\.status) == [200])
                #expect(old.answers.first?.headers["connection"] == "close")
                #expect(old.isClosed)
                let absolute = try await server.talk(
                    "GET http://localhost/health/live HTTP/1.1\r\n\(Self.host)"
                        + "Connection: Close\r\n\r\n")
                #expect(absolute.answers.map(\.status) == [200])
                #expect(absolute.isClosed)
            }
        }

        @Test func `a sender that asks before it sends is told to go on, or that it is in vain`()
            async throws
        {
            try await RunningServer.serving { server in
                let event = EventsTests.started("one")
                let connection = try RawConnection(server)
                connection.send(
                    Self.post
                        + "Expect: 100-continue\r\nContent-Length: \(event.utf8.count)\r\n\r\n")
                let interim = await connection.hear(answers: 1)
                #expect(interim.answers.map(\.status) == [100])
                connection.send(event)
                #expect(await connection.hear(answers: 1).answers.map(\.status) == [200])
                #expect(try await server.execution("one").status == 200)

                let vain = try await server.talk(
                    Self.post + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
                #expect(vain.answers.map(\.status) == [413])
                #expect(vain.isClosed)
            }
        }

        @Test func `who stops speaking is still answered`() async throws {
            try await RunningServer.serving { server in
                let whole = try RawConnection(server)
                whole.send(Self.get)
                whole.finishSending()
                let heard = await whole.hear()
                #expect(heard.answers.map(\.status) == [200])
                #expect(heard.isClosed)

                // A body cut short is no body, even where each line of it is.
                let part = try RawConnection(server)
                let event = EventsTests.started("cut")
                part.send(
                    "POST /v1/events HTTP/1.1\r\n\(Self.host)Content-Type: application/x-ndjson\r\n"
                        + "Content-Length: \(2 * event.utf8.count)\r\n\r\n\(event)\n")
                part.finishSending()
                #expect(await part.hear().answers.map(\.status) == [400])
                #expect(try await server.execution("cut").status == 404)
            }
        }

        @Test func `a body that nobody wanted does not become the next request`() async throws {
            try await RunningServer.serving { server in
                // The body reads like a request; after it comes a real one.
                let trap = "GET /v1/trap HTTP/1.1\r\n\(Self.host)\r\n"
                for target in ["PUT /v1/events", "POST /v1/nothing", "DELETE /health/live"] {
                    let connection = try RawConnection(server)
                    connection.send(
                        "\(target) HTTP/1.1\r\n\(Self.host)Content-Length: \(trap.utf8.count)"
                            + "\r\n\r\n\(trap)\(Self.get)")
                    let answers = await connection.hear(answers: 2).answers
                    #expect(answers.count == 2)
                    #expect((answers.first?.status ?? 0) / 100 == 4)
                    #expect(answers.last?.status == 200)
                }
                // An endless one is not waited for.
                let connection = try RawConnection(server)
                connection.send(
                    "POST /v1/nothing HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nabcde\r\n")
                let heard = await connection.hear()
                #expect(heard.answers.map(\.status) == [404])
                #expect(heard.answers.first?.headers["connection"] == "close")
                #expect(heard.isClosed)
            }
        }

        @Test func `heads and options have no surprises on any path`() async throws {
            try await RunningServer.serving { server in
                let readable = [
                    "/health/live", "/health/ready", "/metrics", "/v1/executions",
                    "/v1/executions/x/status",
                ]
                for path in readable {
                    let connection = try RawConnection(server)
                    connection.send(
                        "HEAD \(path) HTTP/1.1\r\n\(Self.host)Connection: close\r\n\r\n")
                    let heard = await connection.hear()
                    #expect(heard.text.hasPrefix("HTTP/1.1 200 "), "\(path)")
                    #expect(heard.text.hasSuffix("\r\n\r\n"), "\(path)")
                }
                for path in readable + ["/v1/events", "/v1/eventbridge"] {
                    let options = try await server.request(.OPTIONS, path)
                    expectProblem(options, 405)
                    #expect(options.header("allow")?.isEmpty == false, "\(path)")
                }
            }
        }
    }
}
