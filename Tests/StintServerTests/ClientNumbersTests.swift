import HTTPTypes
import StintIngest
import StintModel
import StintStorage
import Testing

@testable import StintServer

@Suite struct ClientNumbersTests {
    private static let client = "0123456789abcdef0123456789abcdef"

    private static func headers(
        _ client: String?, _ sequence: String?, _ dropped: String?
    ) -> HTTPFields {
        var headers = HTTPFields()
        headers[.stintClient] = client
        headers[.stintSequence] = sequence
        headers[.stintDropped] = dropped
        return headers
    }

    @Test func `a request says who numbers its events, and how`() throws {
        let numbers = try #require(try ClientNumbers(Self.headers(Self.client, "11-20", "3")))
        var result = IngestResult(accepted: 7)
        result.rejected = [Rejection(index: 1, pointer: "", detail: "odd")]
        let batch = try numbers.batch(of: .default, result)
        #expect(batch.client.rawValue == Self.client)
        #expect(batch.numbers == 11...20)
        #expect((batch.stored, batch.rejected, batch.dropped) == (7, 1, 3))
    }

    @Test func `a request that says nothing of it has no numbers`() throws {
        #expect(try ClientNumbers(HTTPFields()) == nil)
    }

    @Test func `who says nothing of dropped events dropped none`() throws {
        #expect(try ClientNumbers(Self.headers(Self.client, "1-1", nil))?.dropped == 0)
    }

    @Test(
        arguments: [
            (nil, "1-2", "0"), (client, nil, "0"), (nil, nil, "0"), (client, "", "0"),
            (client, "1", "0"), (client, "2-1", "0"), (client, "1-2-3", "0"), (client, "-1-2", "0"),
            (client, "+1-2", "0"), (client, "1-99999999999999999999", "0"), (client, "1 - 2", "0"),
            (client, "1-2", ""), (client, "1-2", "-1"), (client, "1-2", "many"),
            ("me", "1-2", "0"), (client + ", " + client, "1-2", "0"),
        ] as [(String?, String?, String?)])
    func `what cannot be understood is a fault`(
        _ client: String?, _ sequence: String?, _ dropped: String?
    ) {
        #expect(throws: ClientNumbers.Fault.self) {
            try ClientNumbers(Self.headers(client, sequence, dropped))
        }
    }

    @Test(arguments: ["1-2", "0-3", "281474976710657-281474976710660"])
    func `numbers that the body contradicts are a fault`(_ sequence: String) throws {
        let numbers = try #require(try ClientNumbers(Self.headers(Self.client, sequence, nil)))
        #expect(throws: ClientNumbers.Fault.self) {
            try numbers.batch(of: .default, IngestResult(accepted: 3))
        }
    }

    @Test func `events are taken whatever their headers say, and it shows`() async throws {
        let event = #"{"type":"execution.started","execution":"one","at":"2026-11-20T14:00:00Z"}"#
        try await ServerUnderTest.use { server in
            let odd = try await server.send(
                "POST", "/v1/events", body: event,
                headers: [("Stint-Client", "me"), ("Stint-Sequence", "1-1")])
            #expect(odd.status == 200)
            #expect(try await server.send("GET", "/v1/executions/one").status == 200)
            #expect(try await server.send("GET", "/v1/clients").body == #"{"items":[]}"#)
            // A body of which nothing is stored is in the books too.
            let refused = try await server.send(
                "POST", "/v1/events", body: #"{"type":"odd"}"#,
                headers: [
                    ("Stint-Client", Self.client), ("Stint-Sequence", "3-4"),
                    ("Stint-Dropped", "1"),
                ])
            #expect(refused.status == 200)
            let noon = "2026-11-20T14:00:00.000000Z"
            #expect(
                try await server.send("GET", "/v1/clients").body
                    == #"{"items":[{"client":"\#(Self.client)","firstSeenAt":"\#(noon)","#
                    + #""lastSeenAt":"\#(noon)","made":4,"stored":0,"rejected":1,"dropped":1,"#
                    + #""inFlight":2,"unknown":0,"gaps":[[1,2]]}]}"#)
            let page = try await server.send("GET", "/metrics").body
            for line in [
                "stint_clients 1", "stint_client_events_received_total 1",
                "stint_client_events_stored_total 0", "stint_client_events_rejected_total 1",
                "stint_client_events_dropped_total 1", "stint_client_events_missing 2",
                "stint_client_numbers_ignored_total 1",
            ] {
                #expect(page.contains(line + "\n"), "\(line)")
            }
        }
    }
}
