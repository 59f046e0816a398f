import HTTPTypes
import Hummingbird
import Logging

/// What every request passes: where it may come from, a request id, and errors as problems.
struct FrontDoor: RouterMiddleware {
    /// The host names under which the server may be addressed; `nil` for any.
    ///
    /// A server without keys answers on this machine alone. A page in a browser on this machine
    /// could reach it all the same, under a name of its own that leads here; so names are checked.
    let hosts: [String]?
    let access: AccessControl
    /// Whether the server itself speaks TLS: browsers are told to come by no other way.
    let isSecure: Bool
    let metrics: ServerMetrics

    func handle(
        _ request: Request, context: RequestScope,
        next: @concurrent (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        let start = metrics.requestBegan()
        var response: Response
        do {
            try check(request)
            response = try await next(request, context)
        } catch {
            // The recorder logs what the store refuses; what it has no room for is counted.
            if !(error is Problem), !(error is any HTTPResponseError), !(error is RecorderError) {
                context.logger.error("A request failed", metadata: ["error": "\(error)"])
            }
            let problem = Problem(error)
            metrics.problems.add(problem.code)
            response = problem.response(from: request, context: context)
        }
        response.headers[.requestID] = context.id
        response.headers[.contentTypeOptions] = "nosniff"
        if !response.headers.contains(.cacheControl) {
            response.headers[.cacheControl] = "no-store"
        }
        metrics.requestEnded(request, context, response, since: start)
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }

    private func check(_ request: Request) throws(Problem) {
        guard let hosts, !access.requiresKeys else { return }
        if let authority = request.head.authority, !Self.names(authority, oneOf: hosts) {
            throw Problem(
                .forbidden, "foreign_host",
                "This server has no keys and answers only under the names of this machine, "
                    + "not as \(authority.prefix(100)).")
        }
        // What a page of another site makes a browser send says where it comes from.
        if let origin = request.headers[.origin],
            !Self.names(origin.drop { $0 != "/" }.drop { $0 == "/" }, oneOf: hosts)
        {
            throw Problem(
                .forbidden, "foreign_origin",
                "This server has no keys and takes nothing from pages of \(origin.prefix(100)).")
        }
    }

    /// Whether an authority is one of the hosts, with whatever port. Hosts are in lower case.
    private static func names(_ authority: some StringProtocol, oneOf hosts: [String]) -> Bool {
        let bytes = authority.utf8
        return hosts.contains { host in
            var iterator = bytes.makeIterator()
            for byte in host.utf8 {
                guard let other = iterator.next() else { return false }
                let folded = other &- 0x41 < 26 ? other | 0x20 : other
                if folded != byte { return false }
            }
            let next = iterator.next()
            return next == nil || next == UInt8(ascii: ":")
        }
    }
}

extension HTTPField.Name {
    static let origin = HTTPField.Name("Origin")!
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
}
