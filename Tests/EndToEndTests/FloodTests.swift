import Foundation
import Testing

extension EndToEnd {
    /// Hostile clients: slow ones, too many, too large.
    @Suite struct FloodTests {
        private static let host = ProtocolTests.host

        @Test func `slow and silent connections end in time, and harm nobody`() async throws {
            try await RunningServer.serving(
                "--head-timeout", "1s", "--body-timeout", "1s", "--idle-timeout", "1s"
            ) { server in
                let heads = try (0..<200).map { _ in try RawConnection(server) }
                let bodies = try (0..<50).map { _ in
                    let connection = try RawConnection(server)
                    connection.send("\(ProtocolTests.post)Content-Length: 10000\r\n\r\n[")
                    return connection
                }
                let idle = try (0..<50).map { _ in
                    let connection = try RawConnection(server)
                    connection.send(ProtocolTests.get)
                    return connection
                }
                #expect(try await server.get("/v1/executions").status == 200)
                let start = ContinuousClock.now
                let isOver = Flag()
                async let good = Self.latencies(of: server, until: isOver)
                var open = heads + bodies + idle
                while !open.isEmpty, .now - start < .seconds(60) {
                    for connection in heads { connection.send("G") }
                    for connection in bodies { connection.send(" ") }
                    open = RawConnection.open(open, within: .milliseconds(100))
                }
                isOver.raise()
                #expect(open.isEmpty, "\(open.count) connections are still open")
                let latencies = try await good.sorted()
                #expect(!latencies.isEmpty)
                #expect((latencies.last ?? .zero) < .seconds(10), "\(latencies.suffix(3))")

                let figures = try await server.figures()
                // What trickles in is no word of HTTP, and may be refused for that first.
                let cut = figures.filter { $0.key.hasPrefix("stint_connections_cut_total") }
                #expect(cut["stint_connections_cut_total{reason=\"slow_body\"}"] == 50)
                #expect((cut["stint_connections_cut_total{reason=\"idle\"}"] ?? 0) >= 50)
                #expect(cut.values.reduce(0, +) >= 300)
            }
        }

        /// One good request after the other.
        private static func latencies(
            of server: RunningServer, until isOver: Flag
        ) async throws -> [Duration] {
            var latencies: [Duration] = []
            while !isOver.isRaised {
                let start = ContinuousClock.now
                #expect(try await server.get("/v1/executions").status == 200)
                latencies.append(.now - start)
            }
            return latencies
        }

        @Test func `a slow head is answered, and told why`() async throws {
            try await RunningServer.serving("--head-timeout", "200ms", "--body-timeout", "200ms") {
                server in
                let head = try await server.talk("GET /health")
                #expect(head.answers.map(\.status) == [408])
                #expect(head.answers.first?.json["type"] == "urn:stint:problem:slow_head")
                #expect(head.isClosed)
                let body = try await server.talk("\(ProtocolTests.post)Content-Length: 9\r\n\r\n[")
                #expect(body.answers.map(\.status) == [408])
                #expect(body.answers.first?.json["type"] == "urn:stint:problem:slow_body")
                #expect(body.answers.first?.json["requestId"].string != nil)
                #expect(body.isClosed)
            }
        }

        @Test func `a head has its limits, to the byte`() async throws {
            try await RunningServer.serving { (server) async throws in
                func status(_ target: String, _ fields: [String]) async throws -> [Int] {
                    let heard = try await server.talk(
                        "GET \(target) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n")
                    return heard.answers.map(\.status)
                }
                let fields = ["Host: localhost", "Connection: close"]
                let many = (0..<98).map { "X-\($0): a" }
                #expect(try await status("/health/live", fields + many) == [200])
                #expect(try await status("/health/live", fields + many + ["X: a"]) == [431])

                // Counted: the target, names and values; not what stands between them.
                let rest = 32_768 - "/health/live".count - "Host".count - "localhost".count
                let value = String(
                    repeating: "a", count: rest - "Connection".count - "close".count - 1)
                #expect(try await status("/health/live", fields + ["X: \(value)"]) == [200])
                #expect(try await status("/health/live", fields + ["X: \(value)a"]) == [431])

                let target = "/health/live?" + String(repeating: "a", count: 8_192 - 13)
                #expect(try await status(target, fields) != [414])
                #expect(try await status(target + "a", fields) == [414])
            }
        }

        @Test func `a body has its limits, to the byte, however it comes`() async throws {
            try await RunningServer.serving("--body-limit", "65536") { server in
                let event = EventsTests.started("full")
                let full = event + String(repeating: " ", count: 65_536 - event.utf8.count)
                func chunked(_ text: String) -> String {
                    let half = text.utf8.count / 2
                    return "\(ProtocolTests.post)Transfer-Encoding: chunked\r\n\r\n"
                        + "\(String(half, radix: 16))\r\n\(text.prefix(half))\r\n"
                        + "\(String(text.utf8.count - half, radix: 16))\r\n"
                        + "\(text.dropFirst(half))\r\n0\r\n\r\n"
                }
                let connection = try RawConnection(server)
                connection.send(chunked(full))
                #expect(await connection.hear(answers: 1).answers.map(\.status) == [200])
                connection.send(chunked(full + " "))
                #expect(await connection.hear(answers: 1).answers.map(\.status) == [413])
                #expect(try await server.post("/v1/events", full).status == 200)
                let told = try await server.talk(
                    "\(ProtocolTests.post)Content-Length: 65537\r\n\r\n")
                #expect(told.answers.map(\.status) == [413])
                #expect(told.isClosed)
            }
        }

        @Test func `chunks without end are cut at the limit`() async throws {
            try await RunningServer.serving { server in
                let connection = try RawConnection(server)
                connection.send("\(ProtocolTests.post)Transfer-Encoding: chunked\r\n\r\n")
                let chunk = "10000\r\n\(String(repeating: " ", count: 65_536))\r\n"
                var sent = 0
                // Past the limit the server hears for two seconds more, then closes.
                let deadline = ContinuousClock.now + .seconds(60)
                while connection.send(chunk), .now < deadline { sent += 65_536 }
                #expect(sent >= 16 << 20)
                #expect(.now < deadline)
                #expect(try await server.get("/health/ready").status == 200)
            }
        }

        @Test(.enabled(if: Program.find("prlimit") != nil))
        func `short of files it waits, and goes on`() async throws {
            let prlimit = try #require(Program.find("prlimit")).path
            try await StoreFolder.use { folder in
                let server = try await folder.start(
                    ["--head-timeout", "2s"], launcher: [prlimit, "--nofile=256"])
                let first = try RawConnection(server)
                first.send(ProtocolTests.get)
                #expect(await first.hear(answers: 1).answers.map(\.status) == [200])
                // The kernel takes those that the server does not.
                let crowd = try (0..<300).map { _ in try RawConnection(server) }
                let before = server.process
                #expect(before.openFiles < 256)
                first.send(ProtocolTests.get)
                #expect(await first.hear(answers: 1).answers.map(\.status) == [200])
                // This one waits behind the crowd, which the time-out thins.
                let start = ContinuousClock.now
                let late = try await server.talk(
                    "GET /health/ready HTTP/1.1\r\n\(Self.host)Connection: close\r\n\r\n")
                #expect(late.answers.map(\.status) == [200])
                let share =
                    (server.process.cpuSeconds - before.cpuSeconds) / (.now - start).inSeconds
                #expect(share < 0.2)
                #expect(crowd.count == 300)
                #expect(await server.terminate() == 0)
            }
        }
    }
}
