import GRPCCore
import GRPCProtobuf
import HTTPTypes
import StintStorage
import Testing

@testable import StintServer

@Suite struct OTLPGRPCServerTests {
    @Test(arguments: [
        ("ipv4:127.0.0.1:31415", "127.0.0.1"), ("ipv6:[::1]:443", "0:0:0:0"),
        ("ipv6:[2001:db8:1:2::7]:443", "2001:db8:1:2"), ("unix:", ""), ("", ""),
    ])
    func `whoever calls is known by the network`(_ peer: String, _ address: String) {
        #expect(OTLPGRPCServer.address(of: peer) == address)
    }

    @Test(
        arguments: [
            (400, .invalidArgument), (401, .unauthenticated), (403, .permissionDenied),
            (413, .invalidArgument), (415, .invalidArgument), (429, .resourceExhausted),
            (503, .unavailable),
        ] as [(Int, RPCError.Code)])
    func `a refusal is sent again over gRPC where it is over HTTP`(
        _ status: Int, _ code: RPCError.Code
    ) {
        let problem = Problem(.init(code: status), "test", "Why.")
        #expect(problem.rpcCode == code)
        #expect(problem.rpcStatus.details.isEmpty)
    }

    @Test(arguments: [
        RecorderError.overloaded, .stopping, .store(.full), .store(.unavailable(reason: "a test")),
    ])
    func `what cannot be recorded now may be sent again, and it is said when`(
        _ error: RecorderError
    ) {
        let status = Problem(error).rpcStatus
        #expect(status.code == .unavailable)
        #expect(status.details == [.retryInfo(delay: .seconds(1))])
    }

    @Test func `it says how long to wait`() {
        let problem = Problem(.tooManyRequests, "test", "Why.", headers: [.retryAfter: "7"])
        #expect(problem.rpcStatus.details == [.retryInfo(delay: .seconds(7))])
    }
}
