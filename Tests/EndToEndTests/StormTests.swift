import Foundation
import Testing

extension EndToEnd {
    /// The same thing many times, in any order, from many at once.
    @Suite struct StormTests {
        static func history(_ number: Int) -> [String] {
            let head = #""execution":"run-\#(number)","attempt":1"#
            func at(_ second: Int) -> String {
                #""at":"2026-11-01T12:\#(10 + number / 60 % 50):\#(10 + second)Z""#
            }
            return [
                #"{"type":"execution.queued",\#(head),\#(at(0)),"agent":"storm"}"#,
                #"{"type":"execution.started",\#(head),\#(at(1)),"agent":"storm"}"#,
                #"{"type":"step.started",\#(head),\#(at(2)),"step":"fetch"}"#,
                #"{"type":"model.called",\#(head),\#(at(3)),"step":"fetch","call":"c","model":"m","tokens":{"input":10,"output":5}}"#,
                #"{"type":"step.finished",\#(head),\#(at(4)),"step":"fetch","status":"succeeded"}"#,
                #"{"type":"execution.finished",\#(head),\#(at(5)),"status":"succeeded"}"#,
            ]
        }

        @Test func `what is sent again and again is kept once`() async throws {
            try await RunningServer.serving("--retention", "36500d") { server in
                let executions = 100
                let events = (0..<executions).flatMap(Self.history)
                let batch = Data("[\(events.joined(separator: ","))]".utf8)
                try await withThrowingTaskGroup { group in
                    for lane in 0..<8 {
                        group.addTask {
                            for turn in 0..<8 {
                                if (lane + turn).isMultiple(of: 2) {
                                    let reply = try await server.post("/v1/events", batch)
                                    try #require(reply.json["accepted"] == .number(600))
                                } else {
                                    // The sender leaves before it hears the answer.
                                    try server.postAndLeave("/v1/events", batch)
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let list = try await server.get("/v1/executions?limit=500")
                #expect(list.json["items"].array.count == executions)
                for number in stride(from: 0, to: executions, by: 9) {
                    let one = try await server.execution("run-\(number)").json
                    #expect(one["status"] == "succeeded")
                    #expect(one["tokens"]["input"] == 10)
                    #expect(one["durationSeconds"] == 4)
                    let trail = try await server.get("/v1/executions/run-\(number)/events")
                    #expect(trail.json["items"].array.count == 6)
                }
            }
        }

        @Test func `those who race with contradictions end with what one would have said`()
            async throws
        {
            // Eight senders disagree on everything that they can disagree on.
            let events = (0..<8).flatMap { sender in
                (0..<6).map { number in
                    let at = "2026-11-01T12:00:\(10 + (sender * 5 + number * 3) % 40)Z"
                    let head = #""execution":"one","at":"\#(at)""#
                    return [
                        #"{"type":"execution.started",\#(head),"agent":"a\#(sender)","name":"n\#(number)"}"#,
                        #"{"type":"step.updated",\#(head),"step":"s","activity":"by \#(sender)","tokens":{"input":\#(sender * number)}}"#,
                        #"{"type":"execution.waiting",\#(head),"waitingFor":"\#(sender)"}"#,
                        #"{"type":"execution.resumed",\#(head)}"#,
                        #"{"type":"execution.updated",\#(head),"goalMet":\#(sender > 3),"summary":"\#(sender)"}"#,
                        #"{"type":"execution.finished",\#(head),"revision":\#(number % 2),"status":"\#(sender % 2 == 0 ? "failed" : "succeeded")","error":{"type":"E\#(sender)"}}"#,
                    ][number]
                }
            }
            func record(_ body: (RunningServer) async throws -> Void) async throws -> JSON {
                try await RunningServer.serving("--retention", "36500d") { server in
                    try await body(server)
                    return try await server.execution("one").json
                }
            }
            let alone = try await record { server in
                let reply = try await server.post(
                    "/v1/events", "[\(events.joined(separator: ","))]")
                #expect(reply.json["accepted"].number == Double(events.count), "\(reply.json)")
            }
            let raced = try await record { server in
                try await withThrowingTaskGroup { group in
                    for sender in 0..<8 {
                        group.addTask {
                            for event in events[(sender * 6)..<(sender * 6 + 6)].reversed() {
                                try #require(
                                    try await server.post("/v1/events", event).status == 200)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(alone == raced)
            #expect(alone["conflict"] == true)
        }

        @Test func `clocks that disagree bend nothing but what is flagged`() async throws {
            try await RunningServer.serving { server in
                func post(_ id: String, _ begin: Int, _ end: Int) async throws -> JSON {
                    let now = Int(Date().timeIntervalSince1970 * 1_000)
                    let reply = try await server.post(
                        "/v1/events",
                        """
                        [{"type":"execution.started","execution":"\(id)","at":\(now + begin)},
                         {"type":"execution.finished","execution":"\(id)","at":\(now + end),"status":"succeeded"}]
                        """)
                    return reply.json["accepted"]
                }
                for skew in [1_000, 3_600_000, 86_000_000, -86_000_000] {
                    let id = "skew\(skew)"
                    #expect(try await post(id, 0, -abs(skew)) == 2)
                    let one = try await server.execution(id).json
                    #expect(one["durationSeconds"] == 0)
                    #expect(one["skew"] == true)
                }
                // More than a day ahead, or older than the retention, is refused by itself.
                #expect(try await post("ahead", 0, 90_000_000) == 1)
                #expect(try await post("behind", -10_000_000_000, 0) == 1)
                let odd = try await server.post(
                    "/v1/events",
                    """
                    [{"type":"execution.started","execution":"odd","at":"0001-01-01T00:00:00Z"},
                     {"type":"execution.started","execution":"odd","at":"9999-12-31T23:59:59Z"},
                     {"type":"execution.started","execution":"odd","at":"2016-12-31T23:59:61Z"},
                     {"type":"execution.started","execution":"odd","at":"2026-11-20T12:00:00"},
                     {"type":"execution.started","execution":"fine"}]
                    """)
                #expect(odd.json["accepted"] == 1)
                #expect(
                    odd.json["rejected"].array.map(\.["pointer"]) == ["/at", "/at", "/at", "/at"])
                #expect(try await server.execution("odd").status == 404)
            }
        }
    }
}

extension RunningServer {
    /// Sends a request whole, and closes the connection without waiting for the answer.
    func postAndLeave(_ path: String, _ body: Data) throws {
        let connection = try RawConnection(self)
        connection.send(
            "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.count)\r\n\r\n")
        connection.send(body)
    }
}
