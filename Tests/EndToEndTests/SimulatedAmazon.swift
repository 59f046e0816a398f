import Foundation

/// A simulator of AWS that has run some state machines, for as long as a test asks it.
final class SimulatedAmazon: Sendable {
    struct Known: Decodable, Sendable {
        struct Execution: Decodable, Sendable {
            var arn: String
            /// In capitals, as AWS writes it.
            var status: String
            /// Seconds since 1970.
            var start: Double
            var stop: Double?
            var error: String?
        }

        var endpoint: String
        var queue: String
        var executions: [Execution]
    }

    let known: Known
    private let program: Program
    private let input: Pipe
    private let output: Pipe

    /// The Python that has the simulator; `nil` where none has.
    static let python = Program.find("moto_server")?
        .deletingLastPathComponent().appending(path: "python3")

    /// What tells programs where it is, and who asks.
    var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": known.endpoint, "AWS_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secretexample",
        ]
    }

    private init(_ python: URL) async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Amazon/simulate")
        input = Pipe()
        output = Pipe()
        program = try Program(
            python, [script.path], input: input.fileHandleForReading, output: output,
            errors: .nullDevice)
        let line = await output.firstLine(within: .seconds(120))
        known = try JSONDecoder().decode(Known.self, from: Data((line ?? "").utf8))
    }

    static func use(
        _ python: URL, _ body: (SimulatedAmazon) async throws -> Void
    ) async throws {
        let amazon = try await SimulatedAmazon(python)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(amazon))
        } catch {
            result = .failure(error)
        }
        amazon.program.send(SIGKILL)
        _ = await amazon.program.exitCode()
        try result.get()
    }

    /// How many messages are left in the queue, seen or unseen.
    func messagesLeft() async throws -> Int {
        struct Answer: Decodable {
            var left: Int
        }
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        let line = await output.firstLine(within: .seconds(60))
        return try JSONDecoder().decode(Answer.self, from: Data((line ?? "").utf8)).left
    }
}

extension SimulatedAmazon.Known.Execution {
    /// A change of status as EventBridge would tell it.
    func change(_ status: String) -> String {
        let machine = arn.replacing("execution:", with: "stateMachine:")
            .split(separator: ":").dropLast().joined(separator: ":")
        let end = status == "RUNNING" ? nil : stop
        return """
            {"source":"aws.states","detail-type":"Step Functions Execution Status Change",
             "detail":{"executionArn":"\(arn)","stateMachineArn":"\(machine)",
              "status":"\(status)","startDate":\(Int64((start * 1_000).rounded())),
              "stopDate":\(end.map { String(Int64(($0 * 1_000).rounded())) } ?? "null")}}
            """
    }
}
