import Foundation
import StintAWS
import StintModel
import Synchronization
import Testing

/// When a question is asked again, and by whom.
@Suite struct AskingTests {
    static let now = Instant(rfc3339: "2026-11-20T12:00:00Z")!
    static let keys = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]
    static let id = ExecutionID(
        rawValue: "arn:aws:states:us-west-2:123456789012:execution:report-agent:run")!

    private func client(
        _ transport: any AWSTransport, _ environment: [String: String] = keys
    ) -> StepFunctionsClient {
        StepFunctionsClient(
            region: AWSRegion("us-west-2")!,
            context: AWSContext(
                environment: environment, transport: transport, now: { Self.now }, pause: { _ in }))
    }

    private static let described = AWSResponse(
        200,
        #"{"executionArn":"\#(id.rawValue)","stateMachineArn":"m","status":"RUNNING","startDate":1.5}"#
    )

    @Test(arguments: [
        AWSResponse(400, #"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
        AWSResponse(400, #"{"__type":"com.amazon#ThrottlingException"}"#),
        AWSResponse(503, "busy"),
    ])
    func `what passes is asked again until it is answered`(_ refusal: AWSResponse) async throws {
        let transport = ScriptedTransport([refusal, refusal, Self.described])
        let description = try await client(transport).describe(Self.id)
        #expect(description.startDate.instant == Instant(microseconds: 1_500_000))
        #expect(transport.requests.count == 3)
    }

    @Test func `what does not pass is asked once`() async throws {
        let transport = ScriptedTransport([
            AWSResponse(400, #"{"__type":"AccessDeniedException","Message":"not you"}"#)
        ])
        await #expect(
            throws: AWSError.refused(
                code: "AccessDeniedException", message: "not you", status: 400)
        ) { try await client(transport).describe(Self.id) }
        #expect(transport.requests.count == 1)
    }

    @Test func `a service that stays away is not asked for ever`() async throws {
        let transport = ScriptedTransport([AWSResponse(500, "")])
        await #expect(throws: AWSError.self) { try await client(transport).describe(Self.id) }
        #expect(transport.requests.count == 6)
    }

    @Test func `an answer that is something else is said to be`() async throws {
        let transport = ScriptedTransport([AWSResponse(200, #"{"status":7}"#)])
        await #expect(
            throws: AWSError.unreadable(
                reason: "DescribeExecution is not what the service promises.")
        ) { try await client(transport).describe(Self.id) }
    }

    @Test func `an address of the environment stands before the region's own`() async throws {
        func url(_ environment: [String: String]) async throws -> String? {
            let transport = ScriptedTransport([Self.described])
            _ = try await client(transport, Self.keys.merging(environment) { $1 })
                .describe(Self.id)
            return transport.requests.first?.url
        }
        #expect(try await url([:]) == "https://states.us-west-2.amazonaws.com/")
        let all = ["AWS_ENDPOINT_URL": "http://127.0.0.1:5000/"]
        #expect(try await url(all) == "http://127.0.0.1:5000/")
        let own = all.merging(["AWS_ENDPOINT_URL_SFN": "http://localhost:1"]) { $1 }
        #expect(try await url(own) == "http://localhost:1/")
    }

    // MARK: Credentials

    @Test func `lent credentials are asked for once, and anew before they end`() async throws {
        let lent = """
            {"AccessKeyId":"ASIALENT","SecretAccessKey":"s","Token":"t",
             "Expiration":"2026-11-20T13:00:00Z"}
            """
        let clock = Mutex(Self.now)
        let transport = ScriptedTransport([
            AWSResponse(200, lent), Self.described, Self.described,
            AWSResponse(200, lent.replacing("T13:", with: "T15:")), Self.described,
        ])
        let client = StepFunctionsClient(
            region: AWSRegion("us-west-2")!,
            context: AWSContext(
                environment: [
                    "HOME": "/nonexistent", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x",
                ], transport: transport, now: { clock.withLock(\.self) }, pause: { _ in }))
        _ = try await client.describe(Self.id)
        _ = try await client.describe(Self.id)
        clock.withLock { $0 = Self.now + .seconds(3_301) }
        _ = try await client.describe(Self.id)
        let requests = transport.requests
        #expect(
            requests.map(\.url).map { $0.contains("169.254.170.2/v2/x") }
                == [true, false, false, true, false])
        #expect(requests[1].headers.contains(.init("X-Amz-Security-Token", "t")))
    }

    @Test func `an instance shows its token before it is told a role's keys`() async throws {
        let transport = ScriptedTransport([
            AWSResponse(200, "the-token"), AWSResponse(200, "the-role\n"),
            AWSResponse(200, #"{"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t"}"#),
            Self.described,
        ])
        _ = try await client(transport, ["HOME": "/nonexistent"]).describe(Self.id)
        let requests = transport.requests
        #expect(requests.map(\.method) == ["PUT", "GET", "GET", "POST"])
        #expect(requests[2].url.hasSuffix("/security-credentials/the-role"))
        #expect(requests[2].headers == [.init("X-aws-ec2-metadata-token", "the-token")])
    }

    @Test func `a profile's keys are those of the file that the variables name`() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "stint-aws-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let credentials = folder.appending(path: "credentials")
        let config = folder.appending(path: "config")
        try """
        # Comments and blank lines are passed over.

        [default]
        aws_access_key_id = AKIDDEFAULT
        aws_secret_access_key = other
        [work]
        aws_access_key_id=AKIDWORK
        aws_secret_access_key = a=b
        """.write(to: credentials, atomically: true, encoding: .utf8)
        try """
        [profile work]
        region = eu-central-1
        s3 =
          region = nowhere
        """.write(to: config, atomically: true, encoding: .utf8)
        let environment = [
            "AWS_SHARED_CREDENTIALS_FILE": credentials.path, "AWS_CONFIG_FILE": config.path,
            "AWS_PROFILE": "work", "AWS_REGION": "",
        ]
        let transport = ScriptedTransport([Self.described])
        let context = AWSContext(
            environment: environment, transport: transport, now: { Self.now }, pause: { _ in })
        #expect(context.region == AWSRegion("eu-central-1"))
        _ = try await client(transport, environment).describe(Self.id)
        let signed = transport.requests.first?.headers.last?.value ?? ""
        #expect(signed.contains("Credential=AKIDWORK/20261120/us-west-2/states/aws4_request"))
    }

    @Test func `a role is lent for the token of a file`() async throws {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "stint-token-\(UUID().uuidString)")
        try "a.b+c\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let lent = """
            <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
            <SessionToken>lent</SessionToken><Expiration>2026-11-20T13:00:00Z</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
            """
        let transport = ScriptedTransport([AWSResponse(200, lent), Self.described])
        _ = try await client(
            transport,
            [
                "HOME": "/nonexistent", "AWS_REGION": "us-west-2",
                "AWS_WEB_IDENTITY_TOKEN_FILE": file.path, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
            ]
        ).describe(Self.id)
        let form = String(decoding: transport.requests[0].body, as: UTF8.self)
        #expect(transport.requests[0].url == "https://sts.us-west-2.amazonaws.com/")
        #expect(form.contains("WebIdentityToken=a.b%2Bc") && form.contains("Action=AssumeRole"))
        #expect(transport.requests[1].headers.contains(.init("X-Amz-Security-Token", "lent")))
    }
}
