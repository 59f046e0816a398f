import Foundation
import StintModel

/// What waits on disk: segments in a folder for each client, sent oldest first. A segment once sent
/// is never changed, so that it can be sent again as it was.
///
/// Nothing is written, not even a folder, until something has to be kept. What a process left that
/// was killed is taken over by the next one. Used by one task.
final class Spool {
    private let root: URL
    private let client: String
    private let isSynced: Bool
    private var own: SpoolFolder?
    private var segments: [SpoolSegment] = []
    private var made = 0
    /// How many events each client whose segments are here had given up, where it is not this one.
    private var droppedByOthers: [String: Int] = [:]
    /// Events of this client that could not be read back.
    private var lost = 0

    /// - Parameters:
    ///   - root: The folder of all clients that talk to one server with one key.
    ///   - isSynced: Whether what is stored outlasts a loss of power too.
    init(root: URL, client: String, isSynced: Bool) {
        self.root = root
        self.client = client
        self.isSynced = isSynced
    }

    var bytes: Int { segments.reduce(0) { $0 + $1.bytes } }
    var isEmpty: Bool { segments.isEmpty }

    /// How many events of this client are here, and the smallest number.
    var ownCount: Int { segments.reduce(0) { $0 + ownCount(of: $1) } }
    var firstOwn: UInt64? { segments.lazy.filter(isOwn).compactMap(\.first).min() }

    private func ownCount(of segment: SpoolSegment) -> Int {
        isOwn(segment) ? segment.count ?? 0 : 0
    }

    private func isOwn(_ segment: SpoolSegment) -> Bool { segment.folder.client == client }

    /// Keeps events.
    ///
    /// - Parameters:
    ///   - asOne: Whether they are one request that may have arrived.
    ///   - dropped: How many this client has given up until now.
    /// - Returns: How many of them are kept, and why not all are.
    func store(
        _ events: [MadeEvent], asOne: Bool, dropped: Int
    ) -> (stored: Int, error: SpoolError?) {
        var rest = events[...]
        do throws(SpoolError) {
            if own == nil { own = try SpoolFolder(making: client, in: root) }
            while !rest.isEmpty {
                let index = asOne ? try add(mayHaveArrived: true) : try openSegment()
                let part = asOne ? rest : segments[index].fitting(rest)
                do throws(SpoolError) {
                    try segments[index].append(part, dropped: dropped, isSynced: isSynced)
                } catch {
                    if segments[index].count == nil { segments.remove(at: index).remove() }
                    throw error
                }
                rest = rest.dropFirst(part.count)
            }
        } catch {
            return (events.count - rest.count, error)
        }
        return (events.count, nil)
    }

    /// Adds no more to what is stored: what comes now was made after events that go another way, and
    /// a request covers no numbers of another.
    func closeSegment() {
        for index in segments.indices { segments[index].isOpen = false }
    }

    /// The one that is added to.
    private func openSegment() throws(SpoolError) -> Int {
        if let index = segments.lastIndex(where: \.isOpen) {
            if !segments[index].isFull { return index }
            segments[index].isOpen = false
        }
        return try add(mayHaveArrived: false)
    }

    private func add(mayHaveArrived: Bool) throws(SpoolError) -> Int {
        guard let own else { throw SpoolError(reason: "no folder") }
        made += 1
        let number = String(made)
        let name = String(repeating: "0", count: max(0, 10 - number.count)) + number
        segments.append(
            SpoolSegment(
                folder: own, url: own.url.appending(path: "\(name).events"), bytes: 0, count: nil,
                first: nil, isOpen: !mayHaveArrived, mayHaveArrived: mayHaveArrived))
        return segments.count - 1
    }

    /// What is to be sent next, as one request; from now on it does not change.
    ///
    /// - Returns: `nil` where it cannot be read, and is gone.
    func oldest() -> (parcel: Parcel, dropped: Int?)? {
        guard !segments.isEmpty else { return nil }
        segments[0].isOpen = false
        segments[0].mayHaveArrived = true
        let expected = ownCount(of: segments[0])
        guard let content = segments[0].read(), !content.events.isEmpty else {
            lost += expected
            removeOldest()
            return nil
        }
        lost += max(0, expected - ownCount(of: segments[0]))
        let owner = segments[0].folder.client
        let dropped = max(droppedByOthers[owner] ?? 0, content.dropped)
        return (
            Parcel(client: owner, events: content.events), owner == client ? nil : dropped
        )
    }

    /// How many events of this client were found to be unreadable since it was last asked.
    func takeLost() -> Int {
        defer { lost = 0 }
        return lost
    }

    func removeOldest() {
        guard !segments.isEmpty else { return }
        let removed = segments.removeFirst()
        removed.remove()
        let isLast = !segments.contains { $0.folder === removed.folder }
        if isLast, removed.folder !== own { removed.folder.removeIfEmpty() }
    }

    /// Gives up the least important, of these the oldest, until it takes no more bytes than that.
    ///
    /// - Parameter sparesOldest: Whether the oldest is on its way.
    /// - Returns: What is missing of this client now.
    func trim(toBytes goal: Int, sparesOldest: Bool, dropped: Int) -> MissingEvents {
        var missing = MissingEvents()
        for least in Importance.allCases {
            var index = sparesOldest ? 1 : 0
            while bytes > goal, index < segments.count {
                if segments[index].mayHaveArrived {
                    index += 1
                } else if give(up: least, at: index, dropped: dropped, &missing) {
                    index += 1
                }
            }
        }
        // What is left may have arrived; the bound holds all the same.
        while bytes > goal, segments.count > (sparesOldest ? 1 : 0) {
            var segment = segments.remove(at: sparesOldest ? 1 : 0)
            note(segment.read()?.events ?? [], of: segment, &missing)
            segment.remove()
        }
        return missing
    }

    /// - Returns: Whether the segment is still there.
    private func give(
        up least: Importance, at index: Int, dropped: Int, _ missing: inout MissingEvents
    ) -> Bool {
        guard let content = segments[index].read() else {
            segments.remove(at: index).remove()
            return false
        }
        let kept = content.events.filter { $0.importance > least }
        guard kept.count < content.events.count else { return true }
        let given = content.events.filter { $0.importance <= least }
        let before = isOwn(segments[index]) ? dropped + missing.total : content.dropped
        if !kept.isEmpty {
            do {
                try segments[index].replace(with: kept, dropped: before + given.count)
            } catch {
                // No room for a copy: the whole of it goes.
                note(content.events, of: segments[index], &missing)
                segments.remove(at: index).remove()
                return false
            }
        }
        note(given, of: segments[index], &missing)
        guard kept.isEmpty else { return true }
        segments.remove(at: index).remove()
        return false
    }

    private func note(
        _ events: [MadeEvent], of segment: SpoolSegment, _ missing: inout MissingEvents
    ) {
        guard isOwn(segment) else {
            droppedByOthers[segment.folder.client, default: 0] += events.count
            return
        }
        for event in events {
            missing.note(event.execution, attempt: event.attempt, at: event.at)
        }
    }

    /// Takes over what processes left that are gone. Theirs is older, and goes first.
    func adopt() {
        let names = try? FileManager.default.contentsOfDirectory(atPath: root.path)
        var found: [SpoolSegment] = []
        for name in (names ?? []).sorted() where !name.hasPrefix(".") && name != client {
            let isHeld = segments.contains { $0.folder.client == name }
            guard !isHeld, name.isClientID,
                let folder = SpoolFolder(adopting: name, in: root)
            else { continue }
            let left = folder.segments
            if left.isEmpty { folder.removeIfEmpty() }
            for url in left {
                let size = (try? url.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
                found.append(
                    SpoolSegment(
                        folder: folder, url: url, bytes: size, count: nil, first: nil,
                        isOpen: false, mayHaveArrived: true))
            }
        }
        segments.insert(contentsOf: found, at: 0)
    }

    /// Leaves nothing behind where nothing waits.
    func close() {
        own?.removeIfEmpty()
    }
}

extension SpoolSegment {
    fileprivate var isFull: Bool {
        (count ?? 0) >= Parcel.events || bytes >= Parcel.bytes
    }

    /// The beginning of them that goes into the same request.
    fileprivate func fitting(_ events: ArraySlice<MadeEvent>) -> ArraySlice<MadeEvent> {
        var room = Parcel.bytes - bytes
        var fitting = 0
        for event in events.prefix(Parcel.events - (count ?? 0)) {
            room -= event.json.count + 32
            if room < 0, fitting > 0 { break }
            fitting += 1
        }
        return events.prefix(max(1, fitting))
    }
}
