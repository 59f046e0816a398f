import GRPCCore
import GRPCProtobuf
import HTTPTypes

extension Problem {
    /// The status of gRPC that says the same: those that an exporter tries again where it tries this
    /// one again, and no others, but for a message that came too slowly and may come faster.
    var rpcCode: RPCError.Code {
        switch status {
        case .badRequest, .contentTooLarge, .unsupportedMediaType: .invalidArgument
        case .unauthorized: .unauthenticated
        case .forbidden: .permissionDenied
        case .notFound: .notFound
        case .requestTimeout: .deadlineExceeded
        case .methodNotAllowed: .unimplemented
        case .tooManyRequests: .resourceExhausted
        case .serviceUnavailable: .unavailable
        default: .unknown
        }
    }

    /// With how long to wait, without which an exporter does not send again what exhausted something.
    var rpcStatus: GoogleRPCStatus {
        let wait = headers[.retryAfter].flatMap { Int($0) }
        return GoogleRPCStatus(
            code: rpcCode, message: detail,
            details: wait.map { [.retryInfo(delay: .seconds($0))] } ?? [])
    }
}
