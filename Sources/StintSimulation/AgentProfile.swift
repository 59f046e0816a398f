import StintModel

/// What is usual of one agent of the fleet.
struct AgentProfile: Sendable {
    struct Step: Sendable {
        let key: String
        let kind: String
        let activity: String
        /// Its part of the run time; only the proportions count.
        let weight: Double
    }

    let name: String
    /// Its part of all executions; only the proportions count.
    let weight: Double
    let median: TimeSpan
    /// How far run times lie apart, as ``RandomSource/span(median:doublings:)`` takes it.
    let doublings: Double
    let model: String
    /// Thousand-millionths of a US dollar for a token that goes in, and for one that comes out.
    let price: (input: Int64, output: Int64)
    /// How often it promises to be heard from.
    let heartbeats: Double
    let steps: [Step]
    /// What it says of itself when all went well.
    let summary: String

    private static func model(_ key: String, _ activity: String, _ weight: Double) -> Step {
        Step(key: key, kind: "model", activity: activity, weight: weight)
    }

    private static func tool(_ key: String, _ activity: String, _ weight: Double) -> Step {
        Step(key: key, kind: "tool", activity: activity, weight: weight)
    }

    static let all = [
        AgentProfile(
            name: "support-triage", weight: 34, median: .seconds(3), doublings: 0.7,
            model: "small-1", price: (150, 600), heartbeats: 0.02,
            steps: [
                model("classify", "Reading the ticket", 1), model("answer", "Writing a reply", 2),
            ], summary: "Ticket answered"),
        AgentProfile(
            name: "trade-matching", weight: 26, median: .milliseconds(800), doublings: 0.5,
            model: "small-1", price: (150, 600), heartbeats: 0,
            steps: [tool("match", "Matching trades", 1)], summary: "All trades matched"),
        AgentProfile(
            name: "doc-summariser", weight: 18, median: .seconds(9), doublings: 0.6,
            model: "medium-3", price: (800, 4_000), heartbeats: 0.1,
            steps: [
                tool("load", "Loading the document", 1),
                model("summarise", "Summarising", 6),
                tool("publish", "Publishing the summary", 1),
            ], summary: "Summary published"),
        AgentProfile(
            name: "portfolio-planner", weight: 12, median: .seconds(45), doublings: 0.8,
            model: "large-2", price: (3_000, 15_000), heartbeats: 0.4,
            steps: [
                tool("fetch-positions", "Reading the portfolio", 1),
                model("analyse", "Analysing positions", 4),
                model("draft", "Drafting the plan", 3), model("review", "Reviewing the plan", 2),
            ], summary: "Plan delivered"),
        AgentProfile(
            name: "code-reviewer", weight: 8, median: .seconds(95), doublings: 0.9,
            model: "large-2", price: (3_000, 15_000), heartbeats: 0.5,
            steps: [
                tool("checkout", "Fetching the branch", 1), model("read", "Reading the change", 4),
                model("comment", "Writing comments", 3), tool("post", "Posting the review", 1),
            ], summary: "Review posted"),
        AgentProfile(
            name: "nightly-report", weight: 2, median: .seconds(480), doublings: 0.8,
            model: "medium-3", price: (800, 4_000), heartbeats: 0.9,
            steps: [
                tool("collect", "Collecting figures", 3),
                tool("aggregate", "Adding up", 2), model("render", "Writing the report", 4),
                tool("send", "Sending it out", 1),
            ], summary: "Report sent"),
    ]
}
