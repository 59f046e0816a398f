import Foundation

extension EndToEnd.InterfaceTests {
    /// Two weeks with one execution a day, then three hours with one a minute, in which so many
    /// more came for ten minutes; what runs and waits after them, and who works on it.
    static func history(before now: Date) -> [JSON] {
        func event(_ type: String, _ id: String, _ secondsAgo: Int, _ more: [String: JSON] = [:])
            -> JSON
        {
            .object(
                [
                    "type": .string(type), "execution": .string(id),
                    "at": now.milliseconds(before: Double(secondsAgo)),
                ]
                .merging(more) { $1 })
        }
        func done(_ id: String, _ secondsAgo: Int, agent: String = "steady") -> [JSON] {
            [
                event("execution.queued", id, secondsAgo + 305, ["agent": .string(agent)]),
                event("execution.started", id, secondsAgo + 300),
                event("execution.finished", id, secondsAgo, ["status": "succeeded"]),
            ]
        }
        let days = (1...16).flatMap { done("day \($0)", $0 * 86_400, agent: "daily") }
        let minutes = (1...180).flatMap { done("minute \($0)", $0 * 60) }
        let more = (0..<300).flatMap { done("more \($0)", 2 * 3_600 + 2 * $0) }
        return days + minutes + more + [
            event(
                "model.called", "minute 1", 61,
                [
                    "call": "c", "model": "large-2", "latencySeconds": 0.5, "costUsd": 0.01,
                    "tokens": ["input": 10, "output": 1],
                ]),
            event("execution.started", "runs", 2, ["agent": "steady", "user": "ada"]),
            event("step.started", "runs", 1, ["step": "work", "activity": "Working"]),
            event("execution.queued", "queued", 1, ["agent": "steady", "priority": 3]),
            [
                "type": "worker.reported", "worker": "w", "capacity": 4, "busy": 3, "cpu": 50,
                "memory": 40, "gpu": 30, "at": now.milliseconds(before: 20),
            ],
        ]
    }
}
