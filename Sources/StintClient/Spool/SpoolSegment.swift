import Foundation

/// One file of a spool: the events of one request, or what will be one.
struct SpoolSegment {
    let folder: SpoolFolder
    let url: URL
    /// What it takes on disk.
    var bytes: Int
    /// `nil` where it was not looked into yet.
    var count: Int?
    var first: UInt64?
    /// Whether more may be added. None that was ever sent is open.
    var isOpen: Bool
    /// Whether it was sent before, with what result is not known: it must be sent again as it was.
    var mayHaveArrived: Bool

    /// Adds events, all or none.
    mutating func append(
        _ events: ArraySlice<MadeEvent>, dropped: Int, isSynced: Bool
    ) throws(SpoolError) {
        let file = open(url.path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SpoolError(reason: Self.reason) }
        defer { close(file) }
        var added: [UInt8] = bytes == 0 ? SegmentForm.head(dropped: dropped) : []
        for event in events { added += SegmentForm.record(event) }
        guard Self.write(added, to: file), !isSynced || fdatasync(file) == 0 else {
            let reason = Self.reason
            ftruncate(file, off_t(bytes))
            throw SpoolError(reason: reason)
        }
        bytes += added.count
        count = (count ?? 0) + events.count
        first = first ?? events.first?.number
    }

    /// Reads it; a damaged record is passed over.
    mutating func read() -> SegmentForm.Content? {
        guard let data = try? Data(contentsOf: url),
            let content = SegmentForm.read(Array(data))
        else { return nil }
        count = content.events.count
        first = content.events.first?.number
        return content
    }

    /// Writes it anew with fewer events, at one stroke.
    mutating func replace(with events: [MadeEvent], dropped: Int) throws(SpoolError) {
        let temporary = url.appendingPathExtension("new")
        unlink(temporary.path)
        var copy = SpoolSegment(
            folder: folder, url: temporary, bytes: 0, count: nil, first: nil, isOpen: false,
            mayHaveArrived: false)
        try copy.append(events[...], dropped: dropped, isSynced: false)
        guard rename(temporary.path, url.path) == 0 else {
            throw SpoolError(reason: Self.reason)
        }
        (bytes, count, first) = (copy.bytes, copy.count, copy.first)
    }

    func remove() { unlink(url.path) }

    private static var reason: String { String(cString: strerror(errno)) }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(rebasing: bytes[...])
            while !rest.isEmpty {
                let count = Foundation.write(file, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
