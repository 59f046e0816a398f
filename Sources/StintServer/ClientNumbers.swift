import HTTPTypes
import StintIngest
import StintModel
import StintStorage

/// How a client numbers the events of a request: `Stint-Client`, `Stint-Sequence: first-last` and
/// `Stint-Dropped`, which is 0 where it is missing.
///
/// They are about the books and say nothing of the events. So where they cannot be understood the
/// events are taken all the same: a client gives up what is answered 400, and would lose them to a
/// fault beside them. What is at fault shows in `stint_client_numbers_ignored_total`.
struct ClientNumbers: Hashable {
    let client: ClientID
    let numbers: ClosedRange<Int64>
    let dropped: Int64

    /// The headers cannot be understood, or say what the body contradicts.
    struct Fault: Error {}

    /// - Returns: `nil` where the request has none of them.
    init?(_ headers: HTTPFields) throws(Fault) {
        let client = headers[.stintClient]
        let sequence = headers[.stintSequence]
        let dropped = headers[.stintDropped]
        if client == nil, sequence == nil, dropped == nil { return nil }
        guard let id = client.flatMap(ClientID.init), let numbers = sequence.flatMap(Self.range),
            let dropped = Self.number(dropped ?? "0")
        else { throw Fault() }
        self.client = id
        self.numbers = numbers
        self.dropped = dropped
    }

    /// What the request came to.
    func batch(
        of workspace: Workspace, _ result: IngestResult
    ) throws(Fault) -> ClientBatch {
        let batch = ClientBatch(
            workspace: workspace, client: client, numbers: numbers,
            stored: Int64(result.accepted), rejected: Int64(result.rejected.count),
            dropped: dropped)
        guard let batch else { throw Fault() }
        return batch
    }

    private static func range(_ text: String) -> ClosedRange<Int64>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(number)
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
            return nil
        }
        return first...last
    }

    /// Digits alone, without a sign.
    private static func number(_ text: some StringProtocol) -> Int64? {
        let isNumber = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        return isNumber ? Int64(text) : nil
    }
}

extension HTTPField.Name {
    static let stintClient = HTTPField.Name("Stint-Client")!
    static let stintSequence = HTTPField.Name("Stint-Sequence")!
    static let stintDropped = HTTPField.Name("Stint-Dropped")!
}
