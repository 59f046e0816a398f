import HTTPTypes
import Hummingbird
import NIOCore

/// Reads bodies whole, inflated, within the limit.
struct RequestBodyReading: Sendable {
    /// The most bytes of a body, counted after decompression.
    let limit: Int
    let budget: BodyBudget

    /// Reads the body and hands it over; its memory counts against the budget until `use` returns.
    ///
    /// - Throws: ``Problem`` 413 past the limit, 415 for an unknown `Content-Encoding`, 400 for a
    ///   body that is not what its encoding says, 503 past the budget; what `use` throws.
    func read<Value>(
        _ request: Request, _ use: (ByteBuffer) throws -> Value
    ) async throws -> Value {
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw tooLarge
        }
        let inflation = try inflation(for: request)
        var body = ByteBuffer()
        var taken = 0
        defer { budget.giveBack(taken) }
        do {
            for try await var part in request.body {
                if let inflation {
                    try inflation.inflate(part, into: &body)
                } else if body.readableBytes == 0 {
                    // Most bodies come in one part, which need not be copied.
                    body = part
                } else {
                    body.writeBuffer(&part)
                }
                if body.readableBytes > limit { throw tooLarge }
                let more = body.readableBytes - taken
                try budget.take(more)
                taken += more
            }
            try inflation?.finish()
        } catch {
            throw problem(error)
        }
        return try use(body)
    }

    private func inflation(for request: Request) throws(Problem) -> Inflation? {
        switch request.headers[.contentEncoding]?.lowercased() ?? "identity" {
        case "identity", "": return nil
        case "gzip", "x-gzip", "deflate": return Inflation(limit: limit)
        case let other:
            throw Problem(
                .unsupportedMediaType, "unknown_encoding",
                "The Content-Encoding \(other.prefix(100)) is not known here; gzip and deflate are.",
                headers: [.acceptEncoding: "gzip, deflate"])
        }
    }

    private func problem(_ error: any Error) -> Problem {
        switch error {
        case let error as Problem: error
        case Inflation.Failure.tooLarge: tooLarge
        case Inflation.Failure.malformed:
            Problem(
                .badRequest, "bad_encoding",
                "The body is not what its Content-Encoding says, or is cut short.")
        default:
            // The connection broke: nobody will read this.
            Problem(.badRequest, "cut_short", "The body ended before it was whole.")
        }
    }

    private var tooLarge: Problem {
        Problem(
            .contentTooLarge, "too_large",
            "The body is larger than \(limit) bytes after decompression. Send it in parts.")
    }
}
