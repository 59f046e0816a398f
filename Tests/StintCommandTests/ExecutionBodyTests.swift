import Foundation
import StintModel
import StintWire
import Testing

@Suite struct ExecutionBodyTests {
    @Test func `what is null or absent is not known`() throws {
        let body = try Samples.execution(
            #"{"id":"x","agent":null,"tokens":{"input":null,"output":3},"durationSeconds":null}"#)
        #expect(body.agent == nil)
        #expect(body.status == nil)
        #expect(body.duration == nil)
        #expect(body.tokens?.input == nil)
        #expect(body.tokens?.total == 3)
    }

    @Test func `members and words of a newer server do no harm`() throws {
        let body = try Samples.execution(#"{"id":"x","status":"dreaming","moods":[{"a":1}]}"#)
        #expect(body.status == "dreaming")
        #expect(body.standing == nil)
    }

    @Test func `times are read to the microsecond and attributes by their sort`() throws {
        let body = try Samples.execution(
            """
            {"id":"x","startedAt":"2025-11-28T14:00:02.123456Z","attributes":
            {"a":"1","b":1,"c":1.5,"d":true,"e":9007199254740993}}
            """)
        #expect(body.startedAt == Instant(microseconds: 1_764_338_402_123_456))
        #expect(
            body.attributes == [
                "a": .string("1"), "b": .integer(1), "c": .double(1.5), "d": .boolean(true),
                "e": .integer(9_007_199_254_740_993),
            ])
    }

    @Test func `a time without a zone is refused`() {
        #expect(throws: DecodingError.self) {
            try Samples.execution(#"{"id":"x","startedAt":"2025-11-28T14:00:02"}"#)
        }
    }

    @Test func `a problem may say nothing at all`() throws {
        let problem = try JSONDecoder().decode(ProblemBody.self, from: Data("{}".utf8))
        #expect(problem.detail == nil && problem.errors == nil)
    }
}
