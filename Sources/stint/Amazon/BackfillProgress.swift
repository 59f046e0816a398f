import Foundation
import StintModel
import StintStorage
import StintWire

/// How far a backfill has come, in a file of the user's cache folder, so that the same command goes
/// on where it was stopped.
///
/// What was sent and not noted is sent again, which changes nothing.
struct BackfillProgress: Codable, Hashable {
    struct Machine: Codable, Hashable {
        var isDone = false
        /// Where the next page begins; `nil` for the first.
        var token: String?
        /// When the token was given, in microseconds since 1970: it is taken for a day.
        var tokenAt: Int64?
        var executions = 0
    }

    /// From when on what ended is brought in, in microseconds since 1970.
    var since: Int64
    /// By ARN.
    var machines: [String: Machine] = [:]

    /// Tokens are good for 24 h.
    private static let tokenAge = TimeSpan.seconds(23 * 3_600)

    init(since: Instant) {
        self.since = since.microseconds
    }

    /// Where a machine's list goes on. A page may be asked for again, but not after a day: then the
    /// list is read from its beginning.
    mutating func resume(_ machine: String, at now: Instant) -> Machine {
        var place = machines[machine] ?? Machine()
        if let given = place.tokenAt,
            now > Instant(microseconds: given) + Self.tokenAge, !place.isDone
        {
            place = Machine()
        }
        machines[machine] = place
        return place
    }

    // MARK: The file

    /// Another one for each server and each set of arguments.
    static func file(_ console: Console, of arguments: [String]) -> URL {
        var fingerprint = Fingerprint()
        for argument in arguments { fingerprint.combine(text: argument) }
        let environment = console.environment
        let folder =
            environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? "\(environment["HOME"] ?? NSHomeDirectory())/.cache"
        return URL(filePath: folder).appending(path: "stint/backfill-\(fingerprint.hex).json")
    }

    /// - Returns: `nil` where there is none, or one that cannot be read: then it begins anew.
    init?(file: URL) {
        guard let data = try? Data(contentsOf: file),
            let held = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        self = held
    }

    /// - Throws: ``CommandFailure``.
    func save(to file: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try JSONEncoder().encode(self).write(to: file, options: .atomic)
        } catch {
            throw CommandFailure(
                what: "cannot note how far it came in \(file.path)",
                why: error.localizedDescription, status: .unreachable)
        }
    }
}
