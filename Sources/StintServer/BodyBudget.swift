/// Bounds the memory of all bodies that are being read at once: each by itself may be large, but
/// not all of them together.
struct BodyBudget: Sendable {
    /// Bytes of all bodies. One body alone is never more than fits.
    let limit: Int
    let metrics: ServerMetrics

    /// - Throws: ``Problem`` 503 where other bodies hold too much; nothing is taken then.
    func take(_ bytes: Int) throws(Problem) {
        guard metrics.bodyBytes.add(bytes) > limit else { return }
        metrics.bodyBytes.add(-bytes)
        throw .unavailable(
            "overloaded", "Too many large bodies are being read. Send the same again later.")
    }

    func giveBack(_ bytes: Int) {
        metrics.bodyBytes.add(-bytes)
    }
}
