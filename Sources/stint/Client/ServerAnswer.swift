import Foundation
import StintModel
import StintWire

/// What a server answered.
struct ServerAnswer: Sendable {
    var status: Int
    var requestID: String?
    /// How long it asks to be left alone, where it says so in seconds.
    var retryAfter: Duration?
    var location: String?
    var body: Data

    /// Whether the same request may succeed later.
    var isPassing: Bool { [429, 502, 503, 504].contains(status) }

    /// The body as the server's document.
    func decoded<Body: Decodable>(_ type: Body.Type, at address: ServerAddress) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw Self.unreadable(at: address, error, requestID: requestID)
        }
    }

    /// That what came is not Stint's interface.
    static func unreadable(
        at address: ServerAddress, _ error: any Error, requestID: String? = nil
    ) -> CommandFailure {
        CommandFailure(
            what: "cannot read the answer of \(address.text)",
            why: "It is not what Stint's interface promises (\(place(of: error))).",
            next: "See that --url or STINT_URL names a Stint server of this version.",
            requestID: requestID, status: .unreachable)
    }

    /// The answer as a failure: why the server did not do what was asked.
    func failure(at address: ServerAddress) -> CommandFailure {
        let problem = try? JSONDecoder().decode(ProblemBody.self, from: body)
        var why = problem?.detail ?? problem?.title
        for fault in (problem?.errors ?? []).prefix(3) {
            let text = [fault.pointer, fault.detail].compactMap(\.self).joined(separator: " ")
            why = [why, text].compactMap(\.self).joined(separator: "; ")
        }
        var failure = CommandFailure(
            what: "\(address.text) answered \(status)", why: why, requestID: requestID,
            status: .unreachable)
        switch status {
        case 300..<400:
            failure.why = location.map { "It sends on to \($0)." } ?? why
            failure.next = "Give the server's own address with --url or STINT_URL."
        case 400:
            failure.what = "the server does not understand the request"
            failure.status = .wrongArguments
        case 401:
            failure.what = "\(address.text) asks for a valid key"
            failure.next = "Put one into STINT_KEY; `stint keys` on the server makes them."
        case 403:
            failure.what = "this key does not permit that"
            failure.next = "Use a key with the scope it names, in STINT_KEY."
        case 404:
            failure.what = "not found"
            failure.status = .notFound
        case 429:
            failure.what = "the server takes no more requests of this key for now"
            failure.next = retryAfter.map { "Try again in \($0.components.seconds) s." }
        case 500...:
            failure.what = "\(address.text) cannot serve at the moment (\(status))"
            failure.next = "Try again; `\(address.text)/health/ready` says how it is."
        default:
            break
        }
        return failure
    }

    private static func place(of error: any Error) -> String {
        if error is EventStreamParser.TooLong { return "a line of more than 16 MiB" }
        guard let error = error as? DecodingError else { return "no JSON" }
        let context: DecodingError.Context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .keyNotFound(_, let context), .dataCorrupted(let context):
                context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "")
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
        return path.isEmpty ? "no JSON" : "at /\(path.joined(separator: "/"))"
    }
}
