public import StintModel

/// The spans known of one trace: a set that only grows, so that spans in any order, grouping and
/// number give the same trace. What executions it tells of is a pure function of the set.
public struct Trace: Hashable, Sendable {
    public let id: TraceID
    /// By id, each once: the earliest by (start, id), ``Limits/spansPerTrace`` of them and one more,
    /// by which it is known that there were more. What is outermost begins first, so it is the
    /// innermost of a trace too long that is left out.
    public private(set) var spans: [TraceSpan] = []

    public init(id: TraceID) {
        self.id = id
    }

    /// For stores, which read back what they wrote.
    public init(id: TraceID, spans: [TraceSpan]) {
        self.init(id: id)
        merge(spans)
    }

    /// Whether it was told of more spans than are kept.
    public var isCut: Bool { spans.count > Limits.spansPerTrace }

    /// Adds what was not known. Of two spans of one id the one that began first stays, then the one
    /// that ended, then the larger by its bytes.
    ///
    /// - Returns: Whether anything changed.
    @discardableResult
    public mutating func merge(_ other: [TraceSpan]) -> Bool {
        let added = other.sorted { $0.id < $1.id }
        var merged: [TraceSpan] = []
        merged.reserveCapacity(spans.count + added.count)
        var changed = false
        var known = spans[...]
        for span in added {
            let next = known.firstIndex { span.id <= $0.id } ?? known.endIndex
            merged += known[..<next]
            known = known[next...]
            if let first = known.first, first.id == span.id {
                merged.append(first)
                known.removeFirst()
            }
            if let last = merged.last, last.id == span.id {
                guard span.outranks(last) else { continue }
                merged[merged.count - 1] = span
            } else {
                merged.append(span)
            }
            changed = true
        }
        guard changed else { return false }
        merged += known
        if merged.count > Self.kept {
            merged = Self.earliest(merged)
            changed = merged != spans
        }
        spans = merged
        return changed
    }

    private static let kept = Limits.spansPerTrace + 1

    /// Which start and id decide, of which a merge changes the start of a known span only to an
    /// earlier one: so what is cut from a part would be cut from the whole.
    private static func earliest(_ spans: [TraceSpan]) -> [TraceSpan] {
        spans
            .sorted { ($0.start, $0.id) < ($1.start, $1.id) }
            .prefix(kept)
            .sorted { $0.id < $1.id }
    }

    /// The executions it tells of as far as is known, each id once, by id; none where no span is of
    /// an agent, nor may become part of a run whose outermost span is still to come.
    ///
    /// A later span may change anything in them, even how many they are.
    ///
    /// - Complexity: O(n log n) in the number of spans.
    public func executions() -> [TracedExecution] {
        telling().executions()
    }

    /// What it tells, to be compared with what it tells when more is known.
    ///
    /// - Complexity: O(n log n) in the number of spans.
    public func telling() -> TraceTelling {
        TraceTelling(self)
    }
}

/// What a trace tells of one execution.
public struct TracedExecution: Hashable, Sendable {
    public let id: ExecutionID
    /// Of authority `reported`: its start, its steps in order of theirs, its finish.
    public let events: [Event]
    /// Whether more may have been told of it: of which execution a span is that was left out is not
    /// known, so all of its trace say so.
    public let isCut: Bool

    public init(id: ExecutionID, events: [Event], isCut: Bool) {
        self.id = id
        self.events = events
        self.isCut = isCut
    }
}
