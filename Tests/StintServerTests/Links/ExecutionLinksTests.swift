import StintModel
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// Where one looks on from an execution.
@Suite struct ExecutionLinksTests {
    private static let now = SampleFleet.noon

    /// Ran from 13:00:00 to 13:01:15.
    private static func execution(
        _ id: String = "ex 1/ä", _ attributes: [String: String] = [:], isFinished: Bool = true
    ) -> Execution {
        let id = ExecutionID(rawValue: id)!
        var started = Event(.executionStarted, execution: id, at: .at("13:00:00"))
        started.facts = [Fact(.agent, .string("it's")), Fact(.source, .string("sqs"))]
        started.attributes = attributes.map { Attribute($0.key, .string($0.value)) }
        var state = ExecutionState(started)
        if isFinished {
            var finished = Event(.executionFinished, execution: id, at: .at("13:01:15"))
            finished.outcome = .succeeded
            state.apply(finished)
        }
        return Execution(id: id, workspace: .default, state: state, retention: .days(90))
    }

    private static func filled(_ text: String, _ execution: Execution) throws -> String? {
        let links = ExecutionLinks(
            links: [.init(title: "t", target: try ExecutionTemplate(text))])
        return links.pages(of: execution, at: now).first?.href
    }

    @Test(arguments: [
        ("https://x/?q={id}&a={agent}", "https://x/?q=ex%201%2F%C3%A4&a=it%27s" as String?),
        ("https://x/{attr.customer}", "https://x/a%26b%23%3Cscript%3E"),
        (
            "https://x/{startedAtMs}-{finishedAt}",
            "https://x/1795179600000-2026-11-20T13%3A01%3A15.000000Z"
        ),
        ("https://x/{fromMs}-{toMs}", "https://x/1795179540000-1795179975000"),
        ("https://x/{environment}/{status}/{attempt}", "https://x/production/succeeded/1"),
        ("https://x/{attr.unknown}", nil), ("https://x/{queuedAt}", nil),
    ])
    func `values are percent-encoded, and without one there is no link`(
        _ template: String, _ href: String?
    ) throws {
        let execution = Self.execution(["customer": "a&b#<script>"])
        #expect(try Self.filled(template, execution) == href)
    }

    private static func execution(_ attributes: [String: String]) -> Execution {
        execution("ex 1/ä", attributes)
    }

    @Test func `while it runs one looks up to the end of the present minute`() throws {
        let execution = Self.execution(isFinished: false)
        #expect(
            try Self.filled("https://x/{to}", execution)
                == "https://x/2026-11-20T14%3A06%3A00.000000Z")
        #expect(try Self.filled("https://x/{finishedAt}", execution) == nil)
    }

    @Test func `a command's values are words of a shell`() throws {
        let links = ExecutionLinks(commands: [
            .init(title: "Logs", target: try ExecutionTemplate("logs --id {id} {agent}"))
        ])
        #expect(
            links.commandLines(of: Self.execution("$(rm -rf ~)"), at: Self.now).map(\.command)
                == [#"logs --id '$(rm -rf ~)' 'it'\''s'"#])
        #expect(
            links.commandLines(of: Self.execution("a\nb\u{1B}[2J"), at: Self.now).map(\.command)
                == [#"logs --id $'a\012b\033[2J' 'it'\''s'"#])
    }

    @Test func `conditions choose the executions`() throws {
        let target = try ExecutionTemplate("https://x/")
        func links(_ name: String, _ value: String) throws -> Int {
            let place = try #require(ExecutionTemplate.Place(name))
            return ExecutionLinks(links: [
                .init(title: "t", target: target, conditions: [.init(place: place, value: value)])
            ]).pages(of: Self.execution(), at: Self.now).count
        }
        #expect(try links("source", "sqs") == 1)
        #expect(try links("source", "otlp") == 0)
        #expect(try links("attr.region", "eu") == 0)
    }

    @Test(arguments: ["{id", "id}", "{}", "{attr.}", "{nothing}", "{id}}"])
    func `what is no template is refused`(_ text: String) {
        #expect(throws: ExecutionTemplate.Fault.self) { try ExecutionTemplate(text) }
    }

    // MARK: Step Functions and CloudWatch

    private static let arn = "arn:aws:states:eu-central-1:123456789012:execution:Orders:run-1"

    @Test func `an execution of Step Functions has its pages and commands`() {
        let links = ExecutionLinks()
        let execution = Self.execution(Self.arn, ["logGroup": "/aws/lambda/f"])
        let console = "https://eu-central-1.console.aws.amazon.com"
        #expect(
            links.pages(of: execution, at: Self.now).map(\.href) == [
                "\(console)/states/home?region=eu-central-1#/v2/executions/details/\(Self.arn)",
                "\(console)/states/home?region=eu-central-1#/statemachines/view/"
                    + "arn:aws:states:eu-central-1:123456789012:stateMachine:Orders",
                "\(console)/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/"
                    + "$252Faws$252Flambda$252Ff/log-events$3FfilterPattern$3D$2522run-1$2522"
                    + "$26start$3D1795179540000$26end$3D1795179975000",
            ])
        let commands = links.commandLines(of: execution, at: Self.now).map(\.command)
        #expect(
            commands.prefix(2) == [
                "aws stepfunctions describe-execution --execution-arn \(Self.arn) --region eu-central-1",
                "aws stepfunctions get-execution-history --execution-arn \(Self.arn) --reverse-order"
                    + " --max-items 10 --region eu-central-1",
            ])
        #expect(commands.count == 4)
        #expect(commands[3].contains(#"--filter-pattern '"run-1"'"#))
        // Also where the sender's own id stands for it.
        #expect(
            links.pages(of: Self.execution("own", ["executionArn": Self.arn]), at: Self.now).count
                == 2)
    }

    @Test func `an express execution has a page of its own, and nothing that could be asked for`() {
        let arn = "arn:aws-cn:states:cn-north-1:1:express:Orders:run-1:0af"
        let links = ExecutionLinks()
        let execution = Self.execution(arn)
        #expect(
            links.pages(of: execution, at: Self.now).first?.href
                == "https://cn-north-1.console.amazonaws.cn/states/home?region=cn-north-1"
                + "#/express-executions/details/\(arn)?startDate=1795179600000")
        #expect(links.commandLines(of: execution, at: Self.now).isEmpty)
    }

    @Test(arguments: [
        "arn:aws:states:evil.com/:1:execution:a:b", "arn:aws:sqs:eu-west-1:1:execution:a:b",
        "arn:aws:states:eu-west-1:1:execution:a", "ex_1",
    ])
    func `what is no such name leads nowhere`(_ id: String) {
        let links = ExecutionLinks()
        let execution = Self.execution(id, ["region": "x.evil.com", "logGroup": "g"])
        #expect(links.pages(of: execution, at: Self.now).isEmpty)
        #expect(links.commandLines(of: execution, at: Self.now).isEmpty)
    }
}
