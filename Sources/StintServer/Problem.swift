import HTTPTypes
public import Hummingbird
import StintStorage
import StintWire

/// An answer that says what is wrong: RFC 9457, `application/problem+json`.
///
/// Its texts are for the caller: no SQL, no trace of ours, nothing of another workspace.
public struct Problem: Error, Sendable {
    /// One fault of an input of many.
    public struct Part: Sendable {
        /// Where: a JSON pointer into the body, or the name of a query parameter.
        public var pointer: String
        public var detail: String
    }

    public var status: HTTPResponse.Status
    /// A word for programs, the same as long as the cause is the same: `storage_full`.
    public var code: String
    public var detail: String
    public var parts: [Part] = []
    public var headers = HTTPFields()

    init(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String, parts: [Part] = [],
        headers: HTTPFields = HTTPFields()
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.parts = parts
        self.headers = headers
    }

    static func parameter(_ name: String, _ detail: String) -> Problem {
        Problem(
            .badRequest, "bad_parameter",
            "The query parameter \(name) is not understood: \(detail)",
            parts: [Part(pointer: name, detail: detail)])
    }

    static let notFound = Problem(.notFound, "not_found", "There is nothing here.")

    static func unknownExecution(_ id: String) -> Problem {
        Problem(
            .notFound, "unknown_execution",
            "No execution has the id \(id.prefix(600)), or it has expired.")
    }

    static func unavailable(_ code: String, _ detail: String) -> Problem {
        Problem(.serviceUnavailable, code, detail, headers: [.retryAfter: "1"])
    }
}

extension Problem {
    /// What a store's error means to the caller.
    init(_ error: StoreError) {
        switch error {
        case .full:
            self = .unavailable(
                "storage_full", "The store is full. Reading goes on; send the same again later.")
        case .unavailable, .broken:
            self = .unavailable("storage_unavailable", "The store does not answer.")
        case .refused:
            self = .unavailable("storage_refused", "The store could not take this request.")
        case .damaged:
            self = .unavailable("storage_damaged", "A stored record cannot be read.")
        }
    }

    /// Whatever was thrown below the routes.
    init(_ error: any Error) {
        switch error {
        case let error as Problem: self = error
        case let error as StoreError: self.init(error)
        case let error as RecorderError:
            switch error {
            case .overloaded:
                self = .unavailable("overloaded", "Too much waits to be recorded.")
            case .stopping:
                self = .unavailable("stopping", "The server is stopping.")
            case .store(let error):
                self.init(error)
            }
        case let error as any HTTPResponseError:
            self.init(error.status)
        default:
            self = .unavailable("internal", "The request could not be completed.")
        }
    }

    /// What the HTTP library refused.
    private init(_ status: HTTPResponse.Status) {
        switch status {
        case .notFound: self = .notFound
        case .contentTooLarge:
            self.init(status, "too_large", "The body is larger than this server takes.")
        default:
            self.init(status, "refused", status.reasonPhrase)
        }
    }
}

extension Problem: HTTPResponseError {
    public func response(from request: Request, context: some RequestContext) -> Response {
        if OTLPRoutes.takes(request) { return OTLPForm(answering: request).refusal(self) }
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: json(requestID: context.id))))
    }

    /// - Parameter requestID: `nil` where no request came to be.
    func json(requestID: String?) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("type", "urn:stint:problem:\(code)")
            json.member("title", status.reasonPhrase)
            json.member("status", Int64(status.code))
            json.member("detail", detail)
            if let requestID { json.member("requestId", requestID) }
            if !parts.isEmpty {
                json.key("errors")
                json.array(parts) { json, part in
                    json.object { json in
                        json.member("pointer", part.pointer)
                        json.member("detail", part.detail)
                    }
                }
            }
        }
        return json.bytes
    }
}
