/// Counts the events of one body, and turns what is wrong with one of them into its rejection, so
/// that those beside it are not lost.
struct EventTally {
    let limit: Int
    private(set) var result = IngestResult()
    private var index = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Reads the event that stands next.
    ///
    /// - Parameters:
    ///   - isAlone: Whether nothing may follow it up to the reader's end.
    ///   - decode: Consumes the event's value and hands it on at the very end.
    @inline(__always)
    mutating func admit(
        _ reader: inout JSONReader, isAlone: Bool = false,
        _ decode: (inout JSONReader) throws(IngestFault) -> Void
    ) throws(IngestFault) {
        let start = reader
        do {
            try decode(&reader)
            try accept()
        } catch {
            guard case .unfit(let pointer, let detail) = error else { throw error }
            reader = start
            try reader.skip(tolerant: true)
            if isAlone { try reader.finish() }
            try reject(pointer, detail)
        }
    }

    mutating func accept() throws(IngestFault) {
        try count()
        result.accepted += 1
    }

    mutating func reject(_ pointer: String, _ detail: String) throws(IngestFault) {
        try count()
        result.rejected.append(Rejection(index: index - 1, pointer: pointer, detail: detail))
    }

    private mutating func count() throws(IngestFault) {
        guard index < limit else { throw .tooManyEvents(limit: limit) }
        index += 1
    }
}

extension BodyError {
    /// What a fault that no event can be blamed for means for the body.
    init(_ fault: IngestFault) {
        switch fault {
        case .malformed(let detail, let offset): self = .malformed(detail: detail, offset: offset)
        case .tooManyEvents(let limit): self = .tooManyEvents(limit: limit)
        case .unfit(_, let detail): self = .malformed(detail: detail, offset: 0)
        }
    }
}
