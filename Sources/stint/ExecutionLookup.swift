import StintModel
import StintWire

/// Finds the execution that a person means: by its id, by the beginning of it, or as the last one.
struct ExecutionLookup {
    /// Pages of candidates that are looked through for the beginning of an id.
    private static let pages = 10

    var client: ServerClient

    /// The document of everything about one execution.
    ///
    /// - Parameter reference: An id, the shortest unambiguous beginning of one (of an ARN also of
    ///   its last part), `@last` or `@last-failed`.
    /// - Throws: ``CommandFailure``: not found, or wrong arguments where several ids begin so.
    func document(_ reference: String) async throws -> ServerAnswer {
        switch reference {
        case "@last":
            return try await client.get(path(try await newest([], "There is no execution yet.")))
        case "@last-failed":
            let failed = ["failed", "timed_out", "aborted"].map { QueryItem("status", $0) }
            return try await client.get(
                path(try await newest(failed, "No execution has failed, as far as is known.")))
        default:
            let answer: ServerAnswer
            do {
                answer = try await client.exchange(path: path(reference))
            } catch let error as NoAnswer {
                throw client.unreachable(error)
            }
            if answer.status == 200 { return answer }
            guard answer.status == 404 else { throw answer.failure(at: client.address) }
            return try await client.get(path(try await id(beginning: reference, answer)))
        }
    }

    private func path(_ id: String) -> [String] { ["v1", "executions", id] }

    /// - Parameter absence: What to say where there is none.
    private func newest(_ filter: [QueryItem], _ absence: String) async throws -> String {
        var cursor: String?
        repeat {
            let page = try await page(filter, limit: 1, cursor)
            if let item = page.items.first { return item.id }
            if page.nextCursor == cursor { break }
            cursor = page.nextCursor
        } while cursor != nil
        throw CommandFailure(what: "not found", why: absence, status: .notFound)
    }

    private func id(beginning reference: String, _ answer: ServerAnswer) async throws -> String {
        var candidates: [String] = []
        var cursor: String?
        for _ in 0..<Self.pages {
            let page = try await page([QueryItem("q", reference)], limit: 500, cursor)
            for item in page.items where !candidates.contains(item.id) {
                let begins =
                    item.id.hasPrefix(reference)
                    || ShortIDs.lastPart(item.id).hasPrefix(reference)
                if begins { candidates.append(item.id) }
            }
            if candidates.count > 5 || page.nextCursor == cursor { break }
            cursor = page.nextCursor
            if cursor == nil { break }
        }
        if candidates.count > 1 {
            let shown = candidates.prefix(5).joined(separator: ", ")
            throw CommandFailure(
                what: "several executions begin with '\(reference)'",
                why: candidates.count > 5 ? "\(shown), and more." : "\(shown).",
                next: "Give more of the id.", status: .wrongArguments)
        }
        guard let id = candidates.first else {
            throw CommandFailure(
                what: "no execution '\(reference)'",
                why: "No id is or begins with that, in the workspace of this key.",
                next: "`stint list` shows the newest; `stint list --query TEXT` searches.",
                requestID: answer.requestID, status: .notFound)
        }
        return id
    }

    private func page(
        _ filter: [QueryItem], limit: Int, _ cursor: String?
    ) async throws -> ExecutionPageBody {
        let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
        let answer = try await client.get(
            ["v1", "executions"], filter + [QueryItem("limit", String(limit))] + position)
        return try answer.decoded(ExecutionPageBody.self, at: client.address)
    }
}
