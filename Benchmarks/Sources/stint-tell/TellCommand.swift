import Foundation
import StintClient

/// `stint-tell steps COUNT`, `stint-tell events COUNT URL`, `stint-tell away COUNT`: what telling costs
/// the program that tells. Prints figures for `stint-bench`, on one line.
@main
struct TellCommand {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let count = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 0
        let spool = FileManager.default.temporaryDirectory
            .appending(path: "stint-tell-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: spool) }
        var settings = TrackerSettings()
        settings.spool = spool
        // Where nobody listens.
        settings.url = arguments.count > 3 ? arguments[3] : "http://127.0.0.1:9"
        let tracker = Tracker(settings: settings)
        switch arguments.dropFirst().first {
        case "steps": timeSteps(count, tracker)
        case "events": await deliver(count, tracker)
        case "away": await overflow(count, tracker, spool)
        default:
            print("usage: stint-tell steps COUNT | events COUNT URL | away COUNT")
            exit(2)
        }
        // Else it would write where nothing is any more.
        await tracker.close(within: .zero)
    }

    private static let names = (0..<20).map { "step-\($0)" }

    /// Executions of twenty steps each.
    ///
    /// - Parameter events: About how many to tell.
    private static func tell(
        _ events: Int, to tracker: Tracker, step: (ExecutionScope, String) -> Void
    ) {
        var told = 0
        while told < events {
            let run = tracker.begin("bench")
            for name in names { step(run, name) }
            run.finish()
            told += 2 * names.count + 2
        }
    }

    /// Prints nanoseconds: the median, that which one in a thousand exceeds, and the longest.
    private static func timeSteps(_ count: Int, _ tracker: Tracker) {
        var nanoseconds: [UInt64] = []
        nanoseconds.reserveCapacity(count + names.count)
        tell(2 * count, to: tracker) { run, name in
            let begin = now()
            run.step(name) { _ in }
            nanoseconds.append(now() - begin)
        }
        nanoseconds.sort()
        func percentile(_ share: Double) -> UInt64 {
            nanoseconds[min(nanoseconds.count - 1, Int(share * Double(nanoseconds.count)))]
        }
        print(percentile(0.5), percentile(0.999), nanoseconds.last ?? 0)
    }

    /// Prints the seconds until all were delivered, how many, and how many were not.
    private static func deliver(_ count: Int, _ tracker: Tracker) async {
        let begin = now()
        var delivery = await tracker.flush(within: .zero)
        // As many at once as memory holds without the disk's help.
        while delivery.made < count, delivery.isComplete {
            tell(4_000, to: tracker) { run, name in run.step(name) { _ in } }
            delivery = await tracker.flush(within: .seconds(60))
        }
        print(
            Double(now() - begin) / 1e9, delivery.delivered, delivery.made - delivery.delivered)
    }

    /// Prints the bytes by which the process grew at most, those on disk, how many events were told, and
    /// how many of them given up.
    private static func overflow(_ count: Int, _ tracker: Tracker, _ spool: URL) async {
        tell(1_000, to: tracker) { run, name in run.step(name) { _ in } }
        await tracker.flush(within: .milliseconds(200))
        let before = peakBytes
        tell(count, to: tracker) { run, name in run.step(name) { _ in } }
        let delivery = await tracker.flush(within: .zero)
        print(peakBytes - before, bytes(in: spool), delivery.made, delivery.dropped)
    }

    /// Nanoseconds of a clock that nobody sets.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The most that was resident.
    private static var peakBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }

    private static func bytes(in folder: URL) -> Int {
        let files = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.fileSizeKey])
        return (files?.compactMap { $0 as? URL } ?? []).reduce(0) {
            $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0)
        }
    }
}
