public import StintModel

/// Names a client for as long as its process lives: 32 hexadecimal digits in lower case.
public struct ClientID: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    /// - Returns: `nil` for any other text.
    public init?(rawValue: String) {
        let digits = rawValue.utf8
        guard digits.count == 32, digits.allSatisfy(Self.isDigit) else { return nil }
        self.rawValue = rawValue
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

/// What came of one request whose events its client had numbered.
public struct ClientBatch: Hashable, Sendable {
    public let workspace: Workspace
    public let client: ClientID
    /// What it covers of the events that the client made, numbered from 1 in the order of making.
    /// Fewer events may have come: the others the client had dropped.
    public let numbers: ClosedRange<Int64>
    public let stored: Int64
    public let rejected: Int64
    /// How many events the client had dropped until then, whatever their numbers.
    public let dropped: Int64

    /// The largest number, and count of dropped events, that is taken: what ten thousand clients come
    /// to is still a number.
    public static let largestNumber: Int64 = 1 << 48

    /// - Returns: `nil` unless the numbers begin with 1 or later, none is larger than
    ///   ``largestNumber``, no count is negative, and no more events came than are numbered.
    public init?(
        workspace: Workspace, client: ClientID, numbers: ClosedRange<Int64>, stored: Int64,
        rejected: Int64, dropped: Int64
    ) {
        guard numbers.lowerBound >= 1, numbers.upperBound <= Self.largestNumber,
            (0...Self.largestNumber).contains(dropped),
            (0...numbers.length).contains(stored), (0...numbers.length - stored).contains(rejected)
        else { return nil }
        self.workspace = workspace
        self.client = client
        self.numbers = numbers
        self.stored = stored
        self.rejected = rejected
        self.dropped = dropped
    }
}

extension ClosedRange<Int64> {
    /// How many numbers it holds, where both ends are those of a ``ClientBatch``.
    var length: Int64 { upperBound - lowerBound + 1 }
}
