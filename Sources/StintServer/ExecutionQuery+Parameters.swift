import StintModel
import StintStorage

extension ExecutionQuery {
    /// Reads the filters and the order of `GET /v1/executions`.
    ///
    /// - Throws: ``Problem`` 400 naming the parameter.
    init(workspace: Workspace, _ parameters: inout QueryParameters) throws(Problem) {
        self.init(workspace: workspace)
        agent = try parameters.one("agent")
        statuses = try parameters.statuses()
        from = try parameters.instant("from")
        to = try parameters.instant("to")
        if let q = try parameters.one("q") {
            var seen: Set<String> = []
            words = SearchText.words(in: q).filter { seen.insert($0).inserted }
            guard words.count <= 32 else { throw .parameter("q", "at most 32 words are.") }
            if words.isEmpty, !q.allSatisfy(\.isWhitespace) {
                throw .parameter("q", "it holds neither a letter nor a digit.")
            }
        }
        user = try parameters.one("user")
        correlation = try parameters.one("correlation")
        parent = try parameters.one("parent")
        errorType = try parameters.one("errorType")
        environment = try parameters.one("environment")
        isCounted = try parameters.boolean("counted")
        goalMet = try parameters.boolean("goalMet")
        minimumDuration = try parameters.seconds("minDurationSeconds")
        maximumDuration = try parameters.seconds("maxDurationSeconds")
        for (key, value) in parameters.all(prefix: "attr.") {
            guard !key.isEmpty else { throw .parameter("attr.", "the attribute's name is due.") }
            attributes.append(AttributeFilter(key: key, value: value))
        }
        guard attributes.count <= 32 else {
            throw .parameter("attr.\(attributes[32].key)", "at most 32 attributes are.")
        }
        order = try parameters.word("order", of: Order.self) ?? .descending
        key = try parameters.word("on", of: Key.self) ?? .start
    }
}

extension QueryParameters {
    /// The statuses of `status`, which may stand more than once; synonyms in common use are understood.
    mutating func statuses() throws(Problem) -> Set<ExecutionStatus> {
        var statuses: Set<ExecutionStatus> = []
        for word in all("status") {
            guard let status = ExecutionStatus(word: word) else {
                let known = ExecutionStatus.allCases.map(\.word).joined(separator: ", ")
                throw .parameter("status", "one of \(known) is due.")
            }
            statuses.insert(status)
        }
        return statuses
    }
}
