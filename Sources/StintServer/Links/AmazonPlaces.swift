import StintModel
import StintWire

/// The console's pages and the commands of an execution that ran in Step Functions, or whose
/// attributes name a log group of CloudWatch (`logGroup`, `logStream`; of a Lambda function
/// `functionName`; `region`).
///
/// The console's addresses are not documented; they are those that it shows itself.
struct AmazonPlaces {
    private let execution: Execution
    private let arn: StateMachineRun?
    private let region: String?
    private let logGroup: String?
    private let logStream: String?

    init(_ execution: Execution) {
        self.execution = execution
        func attribute(_ key: String) -> String? {
            execution.attributes.first { $0.key == key }?.value.string
        }
        arn =
            StateMachineRun(attribute("executionArn") ?? "")
            ?? StateMachineRun(execution.id.rawValue)
        region =
            arn?.region
            ?? (attribute("region") ?? attribute("awsRegion")).flatMap {
                Self.isRegion($0) ? $0 : nil
            }
        logGroup = attribute("logGroup") ?? attribute("functionName").map { "/aws/lambda/\($0)" }
        logStream = attribute("logStream")
    }

    /// As `eu-central-1`: it becomes part of a host's name.
    static func isRegion(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z]{2}(-[a-z]+)+-[0-9]{1,2}/) != nil
    }

    // MARK: Pages

    func links(at now: Instant) -> [LinkBody] {
        var links: [LinkBody] = []
        guard let region else { return links }
        let console = "https://\(region).\(host)"
        if let arn {
            let states = "\(console)/states/home?region=\(region)#"
            let details =
                arn.isExpress
                ? "/express-executions/details/\(Self.kept(arn.text))"
                    + (execution.startedAt.map { "?startDate=\($0.milliseconds)" } ?? "")
                : "/v2/executions/details/\(Self.kept(arn.text))"
            links.append(LinkBody(title: "Step Functions", href: states + details))
            links.append(
                LinkBody(
                    title: "State machine",
                    href: "\(states)/statemachines/view/\(Self.kept(arn.stateMachine))"))
        }
        if let logGroup {
            let window = execution.logWindow(at: now)
            var href =
                "\(console)/cloudwatch/home?region=\(region)#logsV2:log-groups/log-group/"
                + Self.inFragment(logGroup)
            if let logStream {
                href += "/log-events/\(Self.inFragment(logStream))"
            } else {
                href += "/log-events"
            }
            href +=
                "$3FfilterPattern$3D\(Self.inFragment(filterPattern))"
                + "$26start$3D\(window.lowerBound.milliseconds)$26end$3D\(window.upperBound.milliseconds)"
            links.append(LinkBody(title: "CloudWatch logs", href: href))
        }
        return links
    }

    private var host: String {
        switch arn?.partition {
        case "aws-cn": "console.amazonaws.cn"
        case "aws-us-gov": "console.amazonaws-us-gov.com"
        default: "console.aws.amazon.com"
        }
    }

    /// The name of the execution, in double quotes: it may hold what a pattern gives a meaning.
    private var filterPattern: String {
        let name = arn?.name ?? execution.id.rawValue
        return "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Colons and slashes stay as the console writes them.
    private static func kept(_ text: String) -> String {
        PercentEncoding.encode(text).replacing("%3A", with: ":").replacing("%2F", with: "/")
    }

    /// Percent-encoded, and then each `%` as `$25`.
    private static func inFragment(_ text: String) -> String {
        PercentEncoding.encode(text).replacing("%", with: "$25")
    }

    // MARK: Commands

    func commands(at now: Instant) -> [CommandBody] {
        var commands: [CommandBody] = []
        guard let region else { return commands }
        // Of an express execution Step Functions keeps nothing that could be asked for.
        if let arn, !arn.isExpress {
            let history =
                ["aws", "stepfunctions", "get-execution-history", "--execution-arn", arn.text]
            commands = [
                CommandBody(
                    title: "Describe it",
                    words: [
                        "aws", "stepfunctions", "describe-execution", "--execution-arn", arn.text,
                        "--region", region,
                    ]),
                CommandBody(
                    title: "Its last events",
                    words: history + [
                        "--reverse-order", "--max-items", "10", "--region", region,
                    ]),
                CommandBody(
                    title: "How it failed",
                    words: history + [
                        "--no-include-execution-data", "--query", Self.failures, "--region", region,
                    ]),
            ]
        }
        if let logGroup {
            let window = execution.logWindow(at: now)
            commands.append(
                CommandBody(
                    title: "Its logs",
                    words: [
                        "aws", "logs", "filter-log-events", "--log-group-name", logGroup,
                        "--start-time", String(window.lowerBound.milliseconds), "--end-time",
                        String(window.upperBound.milliseconds), "--filter-pattern", filterPattern,
                        "--region", region,
                    ]))
        }
        return commands
    }

    private static let failures =
        "events[?contains(type,'Failed')||contains(type,'TimedOut')||contains(type,'Aborted')]"
}

/// The name of an execution as Step Functions forms it, read strictly: it becomes part of an address.
private struct StateMachineRun {
    let text: String
    let partition: String
    let region: String
    let isExpress: Bool
    let name: String
    let stateMachine: String

    /// - Returns: `nil` for any other text.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 8, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "states",
            AmazonPlaces.isRegion(parts[3]), parts[5] == "execution" || parts[5] == "express",
            parts[6...].allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.text = text
        partition = parts[1]
        region = parts[3]
        isExpress = parts[5] == "express"
        name = parts[7]
        // A map run's label follows the machine's name.
        let machine = parts[6].prefix { $0 != "/" }
        stateMachine = (parts[..<5] + ["stateMachine", String(machine)]).joined(separator: ":")
    }
}
