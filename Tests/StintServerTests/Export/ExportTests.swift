import Foundation
import NIOCore
import NIOHTTP1
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// Executions out, as many as there are.
@Suite struct ExportTests {
    private static func event(_ number: Int, _ summary: String = "") -> Event {
        var event = Event(
            .executionFinished, execution: ExecutionID(rawValue: "run-\(number)")!,
            at: SampleFleet.noon - .seconds(Int64(number)))
        event.outcome = .succeeded
        event.facts = [Fact(.agent, .string("exported"))]
        if !summary.isEmpty { event.facts.append(Fact(.summary, .string(summary))) }
        return event
    }

    private static func fill(
        _ store: SQLiteExecutionStore, _ count: Int, _ summary: String = ""
    ) async throws {
        for start in stride(from: 0, to: count, by: 5_000) {
            let events = (start..<min(start + 5_000, count)).map { event($0, summary) }
            _ = try await store.record(RecordingGroup(events, in: .default))
        }
    }

    private static func views(_ store: SQLiteExecutionStore) -> ExecutionViews {
        ExecutionViews(
            store: store, remaining: RemainingTimes(), retention: .days(90),
            now: { SampleFleet.noon })
    }

    @Test func `each is there once, and a count at the end`() async throws {
        try await ServerUnderTest.use { server in
            try await Self.fill(server.store, 250)
            let reply = try await server.send("GET", "/v1/export/executions")
            #expect(reply.status == 200)
            #expect(reply.headers.first(name: "Content-Type") == "application/x-ndjson")
            let lines = reply.body.split(separator: "\n").map(String.init)
            #expect(lines.last == #"{"count":250}"#)
            let bodies = try lines.dropLast().map {
                try JSONDecoder().decode(ExecutionBody.self, from: Data($0.utf8))
            }
            // Newest first, as the list has them.
            #expect(bodies.map(\.id) == (0..<250).map { "run-\($0)" })
            #expect(bodies.allSatisfy { $0.attempts?.count == 1 && $0.steps != nil })

            let some = try await server.send(
                "GET", "/v1/export/executions?order=asc&q=run-24&agent=exported")
            // 24, and 240 through 249.
            #expect(some.body.hasSuffix("{\"count\":11}\n"))
            let none = try await server.send("GET", "/v1/export/executions?agent=nobody")
            #expect(none.body == "{\"count\":0}\n")
            let odd = try await server.send("GET", "/v1/export/executions?limit=5")
            #expect(odd.status == 400)
        }
    }

    @Test func `as CSV a text that looks like a formula is a text`() async throws {
        try await ServerUnderTest.use { server in
            try await Self.fill(server.store, 1, "=HYPERLINK(\"http://x\"),\nnext")
            let reply = try await server.send("GET", "/v1/export/executions?format=csv")
            #expect(reply.headers.first(name: "Content-Type")?.hasPrefix("text/csv") == true)
            var reader = CSVReader()
            let records = try reader.take(Array(reply.body.utf8))
            #expect(records.map(\.fields.count) == [49, 49, 1])
            #expect(records[0].fields == ExecutionColumn.all.map(\.name) + ["attributes"])
            #expect(records[1].fields[12] == "=HYPERLINK(\"http://x\"),\nnext")
            #expect(reply.body.contains("\"'=HYPERLINK(\"\"http://x\"\"),\nnext\""))
            #expect(reply.body.hasSuffix("# count 1\r\n"))
        }
    }

    @Test func `it is compressed for who takes it so`() async throws {
        try await ServerUnderTest.use { server in
            try await Self.fill(server.store, 300)
            let plain = try await server.send("GET", "/v1/export/executions")
            let export = ExecutionExport(
                ExecutionQuery(workspace: .default), as: .ndjson, isCompressed: true,
                from: server.store, views: Self.views(server.store))
            var (inflated, compressed) = (ByteBuffer(), 0)
            let inflation = Inflation(limit: 64 << 20)
            var parts = export
            while let part = try await parts.next() {
                compressed += part.readableBytes
                try inflation.inflate(part, into: &inflated)
            }
            try inflation.finish()
            #expect(String(buffer: inflated) == plain.body)
            #expect(compressed < plain.body.utf8.count / 4)
            let reply = try await server.send(
                "GET", "/v1/export/executions", headers: [("Accept-Encoding", "gzip")])
            #expect(reply.headers.first(name: "Content-Encoding") == "gzip")
        }
    }

    @Test func `what comes while it runs neither repeats nor hides what was there`() async throws {
        try await ServerUnderTest.use { server in
            try await Self.fill(server.store, 1_000)
            var export = ExecutionExport(
                ExecutionQuery(workspace: .default), as: .ndjson, isCompressed: false,
                from: server.store, views: Self.views(server.store))
            var text = ""
            var number = -1
            while let part = try await export.next() {
                text += String(buffer: part)
                _ = try await server.store.record(
                    RecordingGroup([Self.event(number)], in: .default))
                number -= 1
            }
            #expect(number < -5)
            #expect(text.hasSuffix("{\"count\":1000}\n"))
            let ids = text.matches(of: /"id":"run-(\d+)"/).compactMap { Int($0.output.1) }
            #expect(ids == Array(0..<1_000))
        }
    }

    /// Nothing is read before it is asked for, and a part is as large as a part, whatever there is.
    @Test func `of fifty thousand one part is held at a time`() async throws {
        try await ServerUnderTest.use { server in
            try await Self.fill(server.store, 50_000)
            var export = ExecutionExport(
                ExecutionQuery(workspace: .default), as: .ndjson, isCompressed: false,
                from: server.store, views: Self.views(server.store))
            var (parts, bytes, largest) = (0, 0, 0)
            var last = ByteBuffer()
            while let part = try await export.next() {
                parts += 1
                bytes += part.readableBytes
                largest = max(largest, part.readableBytes)
                last = part
            }
            #expect(String(buffer: last).hasSuffix("{\"count\":50000}\n"))
            #expect(bytes > 40_000_000)
            #expect(largest < ExecutionExport.portion + 8_192)
            #expect(parts > bytes / (ExecutionExport.portion + 8_192))
        }
    }
}
