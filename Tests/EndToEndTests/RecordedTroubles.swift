import Foundation

extension EndToEnd.InterfaceTests {
    /// The id of one that ran in Step Functions.
    static let machineRun = "arn:aws:states:eu-central-1:123456789012:execution:Orders:run-1"

    /// One execution of every kind of trouble, of the agent and the worker of ``history(before:)``.
    static func troubles(before now: Date) -> [JSON] {
        func event(
            _ type: String, _ id: String, _ secondsAgo: Double, _ more: [String: JSON] = [:]
        ) -> JSON {
            .object(
                [
                    "type": .string(type), "execution": .string(id),
                    "at": now.milliseconds(before: secondsAgo),
                ]
                .merging(more) { $1 })
        }
        func started(_ id: String, _ secondsAgo: Double, _ more: [String: JSON] = [:]) -> JSON {
            event("execution.started", id, secondsAgo, more.merging(["agent": "steady"]) { $1 })
        }
        func step(_ id: String, _ secondsAgo: Double) -> JSON {
            event("step.started", id, secondsAgo, ["step": "work", "activity": "Working"])
        }
        func twice(_ id: String, _ secondsAgo: Double) -> [JSON] {
            [
                started(
                    id, secondsAgo + 10, ["attributes": ["messageId": "m-1", "model": "large"]]),
                event("model.called", id, secondsAgo + 5, ["call": "c", "costUsd": 0.25]),
                event(
                    "execution.finished", id, secondsAgo,
                    ["status": "succeeded", "goalMet": true]),
            ]
        }
        return twice("once", 40) + twice("again", 38) + [
            started("hangs", 60, ["timeoutSeconds": 10, "attributes": ["worker": "w"]]),
            step("hangs", 59),
            started("drags", 600), step("drags", 599),
            event("execution.queued", "late", 600, ["agent": "steady"]),
            started("breaks", 30), step("breaks", 29),
            event("step.finished", "breaks", 28, ["step": "work", "status": "failed"]),
            event(
                "execution.finished", "breaks", 27,
                ["status": "failed", "error": ["type": "Busy", "message": "limit 60 reached"]]),
            started("leaves", 20), step("leaves", 19),
            event("execution.finished", "leaves", 18, ["status": "succeeded"]),
            started(machineRun, 17),
            event("execution.finished", machineRun, 16, ["status": "succeeded"]),
        ]
    }
}
