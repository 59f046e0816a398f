import GRPCCore
import HTTPTypes
import Hummingbird
import OTLPMessages
import StintWire
import SwiftProtobuf

/// In which form an exporter writes over HTTP. It is answered in the same (OTLP 1.10,
/// "OTLP/HTTP Response").
enum OTLPForm: Sendable {
    case protobuf
    case json

    static let types: [(type: String, form: OTLPForm)] = [
        ("application/x-protobuf", .protobuf), ("application/json", .json),
    ]

    var type: String { self == .protobuf ? "application/x-protobuf" : "application/json" }

    /// The form of what a caller is told that wrote in no form we know.
    init(answering request: Request) {
        let given = MediaType.of(request)
        self = Self.types.first { $0.type == given }?.form ?? .json
    }

    /// Says that everything was taken, or how many spans were not.
    func answer(_ outcome: OTLPOutcome) -> Response {
        switch self {
        case .protobuf:
            // Serialising a message of scalars fails for want of memory alone.
            let bytes: [UInt8] = (try? outcome.message.serializedBytes()) ?? []
            return response(.ok, bytes)
        case .json:
            var json = JSONWriter()
            json.object { json in
                guard outcome.rejected > 0 else { return }
                json.key("partialSuccess")
                json.object { json in
                    // A 64-bit integer is a string (ProtoJSON).
                    json.member("rejectedSpans", String(outcome.rejected))
                    json.member("errorMessage", outcome.message.partialSuccess.errorMessage)
                }
            }
            return response(.ok, json.bytes)
        }
    }

    /// Says what is wrong: `google.rpc.Status`.
    func refusal(_ problem: Problem) -> Response {
        var refusal: Response
        switch self {
        case .protobuf:
            var status = OTLPRefusalStatus()
            status.code = Int32(problem.rpcCode.rawValue)
            status.message = problem.detail
            refusal = response(problem.status, (try? status.serializedBytes()) ?? [])
        case .json:
            var json = JSONWriter()
            json.object { json in
                json.member("code", Int64(problem.rpcCode.rawValue))
                json.member("message", problem.detail)
            }
            refusal = response(problem.status, json.bytes)
        }
        for field in problem.headers { refusal.headers[field.name] = field.value }
        return refusal
    }

    private func response(_ status: HTTPResponse.Status, _ bytes: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
