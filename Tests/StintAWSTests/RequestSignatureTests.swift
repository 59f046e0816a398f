import Foundation
import StintAWS
import StintModel
import Testing

/// The signature, by figures that others computed.
@Suite struct RequestSignatureTests {
    /// A case of the test suite that AWS published for version 4 (`aws-sig-v4-test-suite`).
    struct Published: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method = "GET"
        var query: [(name: String, value: String)] = []
        var headers: [AWSRequest.Header] = []
        var body = ""
        var signed: String
        var signature: String
    }

    static let published = [
        Published(
            testDescription: "get-vanilla", signed: "host;x-amz-date",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Published(
            testDescription: "get-vanilla-query-order-key-case",
            query: [("Param2", "value2"), ("Param1", "value1")], signed: "host;x-amz-date",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Published(
            testDescription: "get-header-value-trim",
            headers: [.init("My-Header1", " value1"), .init("My-Header2", " \"a   b   c\"")],
            signed: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Published(
            testDescription: "get-header-key-duplicate",
            headers: [
                .init("My-Header1", "value2"), .init("My-Header1", "value2"),
                .init("My-Header1", "value1"),
            ], signed: "host;my-header1;x-amz-date",
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Published(
            testDescription: "post-vanilla", method: "POST", signed: "host;x-amz-date",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Published(
            testDescription: "post-header-value-case", method: "POST",
            headers: [.init("My-Header1", "VALUE1")], signed: "host;my-header1;x-amz-date",
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        Published(
            testDescription: "post-x-www-form-urlencoded", method: "POST",
            headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1", signed: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ]

    @Test(arguments: published)
    func `a published request has the published signature`(_ example: Published) {
        let signature = RequestSignature(
            credentials: AWSCredentials(
                accessKeyID: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", service: "service")
        let header = signature.authorization(
            example.method, query: example.query,
            headers: [
                .init("Host", "example.amazonaws.com"), .init("X-Amz-Date", "20150830T123600Z"),
            ] + example.headers, body: Array(example.body.utf8),
            at: Instant(rfc3339: "2015-08-30T12:36:00Z")!)
        #expect(
            header
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=\(example.signed), Signature=\(example.signature)")
    }

    @Test(arguments: Conversation.all)
    func `a request that AWS's own client sent is signed as it signed it`(
        _ conversation: Conversation
    ) throws {
        let told = try #require(conversation.requestHeader("Authorization"))
        let names = try #require(told.split(separator: "SignedHeaders=").last?.prefix { $0 != "," })
        let service =
            told.contains("/sqs/") ? "sqs" : told.contains("/events/") ? "events" : "states"
        let date = try #require(conversation.requestHeader("X-Amz-Date"))
        let digits = Array(date)
        let instant = Instant(
            rfc3339: "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))T"
                + "\(String(digits[9..<11])):\(String(digits[11..<13])):\(String(digits[13..<15]))Z"
        )
        let signature = RequestSignature(
            credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secret: "secretexample"),
            region: "us-west-2", service: service)
        let header = signature.authorization(
            "POST",
            headers: names.split(separator: ";").map {
                .init(String($0), conversation.requestHeader(String($0)) ?? "")
            }, body: conversation.request, at: try #require(instant))
        #expect(header == told)
        #expect(RequestSignature.date(try #require(instant)) == date)
    }

    @Test func `credentials are never shown whole`() {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secret: "very-secret", sessionToken: "lent-token")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(text.contains("AKIDEXAMPLE"))
            #expect(!text.contains("very-secret") && !text.contains("lent-token"))
        }
    }
}
