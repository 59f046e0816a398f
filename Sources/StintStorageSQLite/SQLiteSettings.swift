/// What may be tuned of a SQLite store; the defaults suit a machine with two cores and up.
public struct SQLiteSettings: Sendable {
    /// Memory for pages of the writing connection.
    public var writerCacheBytes = 64 << 20
    /// Memory for pages of each reading connection.
    public var readerCacheBytes = 4 << 20
    /// Connections that read at the same time.
    public var readers = 4
    /// How long the log grows before it is brought into the database.
    public var checkpointBytes = 16 << 20
    /// How long the log may grow before readers that keep it from starting over are waited for, a
    /// moment, and how long its file may stay.
    public var logBytes: Int { 8 * checkpointBytes }
    /// Memory for the decoded states of recent executions.
    public var recentStateBytes = 32 << 20
    /// Memory for the spans of recent traces.
    public var recentTraceBytes = 32 << 20
    /// Roll-up cells held decoded.
    public var heldCells = 2_000
    /// Transactions whose roll-ups wait to be brought into the cells together.
    public var groupsPending = 64
    /// The largest the database may become; `nil` for as large as the disk allows. Beyond it
    /// recording answers ``StoreError/full``, and reading goes on.
    public var maximumBytes: Int?
    /// A page with a filter that no order of the history serves looks at this many executions at
    /// the most before it answers what it found so far.
    public var rowsPerPage = 20_000
    /// Up to this many executions found by word or facet are fetched and put in order; more are
    /// looked for along the order.
    public var candidates = 2_000

    /// When the log is synced: at every commit. Not to be tuned, for an answer means that it is.
    public static let synchronous = "FULL"

    public init() {}
}
