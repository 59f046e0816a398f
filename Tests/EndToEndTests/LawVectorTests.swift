import Foundation
import Testing

extension EndToEnd {
    /// Histories with their truth, told in no order and in every form.
    @Suite struct LawVectorTests {
        @Test func `histories told in no order and more than once come out true`() async throws {
            let seed: UInt64 = 200
            var random = SeededGenerator(seed: seed)
            let file = EndToEnd.fixtures.appending(path: "law-vectors.json")
            let histories = try JSON(Data(contentsOf: file)).array
            #expect(histories.count == 200)
            var events = histories.flatMap { $0["events"].array }
            events += events.shuffled(using: &random).prefix(300)
            events.shuffle(using: &random)
            try await RunningServer.serving("--retention", "36500d") { server in
                var rest = events[...]
                var compressed = 0
                while !rest.isEmpty {
                    let batch = Array(rest.prefix([1, 5, 50, 300].randomElement(using: &random)!))
                    rest = rest.dropFirst(batch.count)
                    let isLines = Bool.random(using: &random)
                    var body = try Self.body(batch, asLines: isLines)
                    var encoding: String?
                    if compressed < 12, batch.count >= 5, let gzip = Program.find("gzip") {
                        body = try await Program.run(gzip, ["-c"], input: body).output
                        encoding = "gzip"
                        compressed += 1
                    }
                    for _ in 0..<(Int.random(in: 0..<10, using: &random) == 0 ? 2 : 1) {
                        let reply = try await server.post(
                            "/v1/events", body,
                            type: isLines ? "application/x-ndjson" : "application/json",
                            encoding: encoding)
                        #expect(reply.status == 200)
                        let count = JSON.number(Double(batch.count))
                        #expect(reply.json == ["accepted": count, "rejected": []], "seed \(seed)")
                    }
                }
                for history in histories {
                    let expected = history["expect"]
                    let id = try #require(expected["id"].string)
                    let shown = try await server.execution(id).json
                    #expect(Self.differences(shown, expected) == [], "\(id), seed \(seed)")
                }
            }
        }

        /// Lines, an array, or where there is one event alone that event.
        static func body(_ batch: [JSON], asLines: Bool) throws -> Data {
            if asLines {
                let lines = try batch.map { String(decoding: try $0.data, as: UTF8.self) }
                return Data(lines.joined(separator: "\n").utf8)
            }
            return batch.count == 1 ? try batch[0].data : try JSON.array(batch).data
        }

        /// The members that are claimed and do not hold; steps by attempt, name and try.
        static func differences(_ shown: JSON, _ expected: JSON) -> [String] {
            var differences: [String] = []
            for (name, due) in expected.members where name != "steps" {
                if !isSame(shown[name], due) {
                    differences.append("\(name): \(shown[name]), due \(due)")
                }
            }
            func key(_ step: JSON) -> JSON { [step["attempt"], step["name"], step["try"]] }
            let steps = Dictionary(grouping: shown["steps"].array, by: key)
            let due = expected["steps"].array
            if Set(steps.keys) != Set(due.map(key)) || shown["steps"].array.count != due.count {
                return differences + ["steps: \(steps.keys)"]
            }
            for step in due {
                for (name, due) in step.members {
                    let found = steps[key(step)]?.first?[name] ?? .null
                    if !isSame(found, due) {
                        differences.append("\(key(step)) \(name): \(found), due \(due)")
                    }
                }
            }
            return differences
        }

        static func isSame(_ left: JSON, _ right: JSON) -> Bool {
            if let left = left.number, let right = right.number { return abs(left - right) < 1e-6 }
            return left.withoutNulls == right.withoutNulls
        }
    }
}
