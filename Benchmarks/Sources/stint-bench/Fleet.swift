import Foundation

/// Renders the events of executions that nobody has told of before: queued, started, a step with a
/// model call, finished. Seven events an execution, about 250 bytes each.
struct Fleet {
    private var number: Int
    private let begin: Double
    private let spacing: Double
    /// As each execution tells it.
    private let environment: String

    static let eventsPerExecution = 7
    private static let agents = [
        "portfolio-planner", "maze-experiment", "doc-summariser", "trade-matching",
        "support-triage", "report-agent", "code-reviewer",
    ]

    /// - Parameters:
    ///   - begin: Seconds since 1970 at which the first execution is queued.
    ///   - spacing: Seconds between two executions.
    ///   - environment: `test` counts in no roll-up.
    init(
        first number: Int, begin: Double, spacing: Double, environment: String = "production"
    ) {
        self.number = number
        self.begin = begin
        self.spacing = spacing
        self.environment = environment
    }

    static func id(_ number: Int) -> String {
        var mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 29)) &* 0xbf58_476d_1ce4_e5b9
        mixed ^= mixed >> 32
        let digits = String(mixed, radix: 16)
        return "ex_" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The events of the next execution, each a JSON object.
    mutating func next() -> [String] {
        let number = number
        self.number += 1
        let id = Self.id(number)
        let agent = Self.agents[number % Self.agents.count]
        let at = begin + Double(number) * spacing
        let failed = number % 17 == 0
        func event(_ type: String, _ after: Double, _ rest: String) -> String {
            "{\"type\":\"\(type)\",\"execution\":\"\(id)\",\"at\":\"\(Self.time(at + after))\"\(rest)}"
        }
        let end =
            failed
            ? #","status":"failed","error":{"type":"RateLimitError","message":"Too many requests: limit 60 per minute reached"}"#
            : #","status":"succeeded","goalMet":true,"summary":"Portfolio analysis generated"#
                + #"","turns":3"#
        return [
            event(
                "execution.queued", 0,
                ",\"agent\":\"\(agent)\",\"priority\":5,\"queue\":\"default\","
                    + "\"environment\":\"\(environment)\""),
            event(
                "execution.started", 0.8,
                ",\"agent\":\"\(agent)\",\"user\":\"user-\(number % 500)\",\"correlation\":\"corr-\(number)\","
                    + "\"attributes\":{\"model\":\"large-\(number % 3)\",\"temperature\":0.2,\"documentId\":\"doc-\(number % 9_973)\"}"
            ),
            event(
                "step.started", 0.9,
                #","step":"analyse","activity":"Reading the portfolio of 42 positions""#),
            event(
                "model.called", 4.2,
                ",\"step\":\"analyse\",\"call\":\"call-\(number)\",\"model\":\"large-\(number % 3)\","
                    + #""tokens":{"input":2100,"output":740,"cachedInput":1024},"latencySeconds":3.29,"costUsd":0.0123"#
            ),
            event(
                "step.finished", 4.4,
                #","step":"analyse","status":"succeeded","activity":"Analysis complete""#),
            event("execution.heartbeat", 4.5, ""),
            event("execution.finished", 5 + Double(number % 50), end),
        ]
    }

    /// Bodies of `count` events each: arrays of whole executions, the last cut to fit.
    mutating func batches(_ batches: Int, of count: Int) -> [[UInt8]] {
        var rest: [String] = []
        return (0..<batches).map { _ in
            while rest.count < count { rest += next() }
            let body = "[" + rest.prefix(count).joined(separator: ",") + "]"
            rest.removeFirst(count)
            return Array(body.utf8)
        }
    }

    static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.down))
        var time = tm()
        var stamp = time_t(whole)
        gmtime_r(&stamp, &time)
        let micros = Int((seconds - Double(whole)) * 1e6)
        func pad(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(pad(Int(time.tm_year) + 1900, 4))-\(pad(Int(time.tm_mon) + 1, 2))-"
            + "\(pad(Int(time.tm_mday), 2))T\(pad(Int(time.tm_hour), 2)):"
            + "\(pad(Int(time.tm_min), 2)):\(pad(Int(time.tm_sec), 2)).\(pad(micros, 6))Z"
    }
}
