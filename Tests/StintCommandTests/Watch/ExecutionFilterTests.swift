import StintWire
import Testing

@testable import stint

@Suite struct ExecutionFilterTests {
    private let failed = """
        {"id":"ex_b81e04d7","agent":"trade-matching","status":"failed","goalMet":false,"user":"ann",
        "correlation":"c1","parent":"p1","environment":"test","durationSeconds":44.9,
        "error":{"type":"RateLimitError","message":"Too many requests"},
        "attributes":{"customer":"fabrikam","temperature":0.5}}
        """

    @Test(arguments: [
        ("agent", "trade-matching"), ("status", "failed"), ("user", "ann"), ("correlation", "c1"),
        ("parent", "p1"), ("environment", "test"), ("counted", "false"),
        ("errorType", "RateLimitError"),
        ("goalMet", "false"), ("minDurationSeconds", "44.9"), ("maxDurationSeconds", "45"),
        ("attr.customer", "fabrikam"), ("attr.temperature", "0.50"), ("q", "TRADE many"),
        ("q", "ex b81"),
    ])
    func `what holds, matches`(_ name: String, _ value: String) throws {
        let execution = try Samples.execution(failed)
        #expect(ExecutionFilter(parameters: [QueryItem(name, value)]).matches(execution))
    }

    @Test(arguments: [
        ("agent", "trade"), ("status", "running"), ("user", "Ann"), ("errorType", "RateLimit"),
        ("goalMet", "true"), ("counted", "true"), ("minDurationSeconds", "45"),
        ("maxDurationSeconds", "44.9"),
        ("attr.customer", "contoso"), ("attr.region", ""), ("q", "rade"), ("q", "trade less"),
    ])
    func `what does not hold, does not match`(_ name: String, _ value: String) throws {
        let execution = try Samples.execution(failed)
        #expect(!ExecutionFilter(parameters: [QueryItem(name, value)]).matches(execution))
    }

    @Test func `a repeated status is either, and all others must hold`() throws {
        let execution = try Samples.execution(failed)
        let either = [QueryItem("status", "lost"), QueryItem("status", "failed")]
        #expect(ExecutionFilter(parameters: either).matches(execution))
        #expect(!ExecutionFilter(parameters: either + [QueryItem("user", "bo")]).matches(execution))
        #expect(ExecutionFilter(parameters: []).matches(execution))
    }

    @Test func `the feed is given what it knows`() {
        let items = [QueryItem("agent", "a"), QueryItem("status", "lost"), QueryItem("user", "u")]
        #expect(ExecutionFilter(parameters: items).ofFeed == Array(items.prefix(2)))
    }
}
