import NIOCore
import ServiceLifecycle
import StintModel
import StintStorage

/// Executions on their way out: read page by page, each when the one before it was taken. Neither the
/// answer nor a view of the store is held, however many there are and however slowly they are taken.
struct ExecutionExport {
    private let store: any ExecutionStore
    private let views: ExecutionViews
    private let query: ExecutionQuery
    private let gzip: GzipStream?
    private var lines: ExecutionLines
    /// Read, and not written yet.
    private var waiting: ArraySlice<Execution> = []
    private var position: PagePosition?
    private var hasBegun = false
    private var isEnded = false

    /// Executions read at once. One may have some hundred steps.
    static let pageLimit = 100
    /// Bytes after which what is written goes out.
    static let portion = 64 << 10

    init(
        _ query: ExecutionQuery, as form: ExecutionLines.Form, isCompressed: Bool,
        from store: any ExecutionStore, views: ExecutionViews
    ) {
        self.store = store
        self.views = views
        self.query = query
        gzip = isCompressed ? GzipStream() : nil
        lines = ExecutionLines(form)
    }

    /// The next part; `nil` where that was all.
    ///
    /// - Throws: What the store throws, and ``RecorderError/stopping`` where the server stops: whoever
    ///   reads sees by the missing count that it was cut.
    mutating func next() async throws -> ByteBuffer? {
        while !isEnded {
            while lines.waitingBytes < Self.portion, let execution = waiting.popFirst() {
                lines.append(execution)
            }
            if waiting.isEmpty {
                if hasBegun, position == nil {
                    lines.finish()
                    isEnded = true
                } else if lines.waitingBytes < Self.portion {
                    try await read()
                    continue
                }
            }
            let part = compressed(lines.take())
            if part.readableBytes > 0 { return part }
        }
        return nil
    }

    private mutating func read() async throws {
        if Task.isShuttingDownGracefully { throw RecorderError.stopping }
        let page = try await store.page(query, after: position, limit: Self.pageLimit)
        hasBegun = true
        position = page.next
        waiting = try await views.views(
            of: page.items.map { ($0.id, $0.state) }, in: query.workspace)[...]
    }

    private func compressed(_ bytes: [UInt8]) -> ByteBuffer {
        guard let gzip else { return ByteBuffer(bytes: bytes) }
        var part = gzip.compress(bytes)
        if isEnded { part.writeImmutableBuffer(gzip.finish()) }
        return part
    }
}
