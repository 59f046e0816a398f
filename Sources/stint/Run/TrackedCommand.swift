import Foundation
import StintClient
import StintModel

/// Runs a command from its start to its end, and tells of both.
struct TrackedCommand {
    let command: [String]
    let deadline: SpanArgument?
    let stderrLines: Int
    let tracker: Tracker

    /// How long the command waits for its start to be recorded, and the end of this process for its
    /// end.
    private static let startPause = Duration.seconds(1)
    private static let endPause = Duration.seconds(5)
    /// Between SIGTERM and SIGKILL.
    private static let grace = Duration.seconds(10)

    private enum Happening: Sendable {
        case received(StopSignals.Received)
        case ended(ChildEnd.Way)
        case deadlinePassed
        case gracePassed
    }

    /// - Returns: The exit code that the command's end stands for.
    func run(begin: (Tracker) -> ExecutionScope) async -> Int32 {
        let (happenings, tell) = AsyncStream.makeStream(of: Happening.self)
        // From before the start on, so that none ends this process and leaves the command alone.
        StopSignals.listen { tell.yield(.received($0)) }
        let execution = begin(tracker)
        let start = await tracker.flush(within: Self.startPause)
        warn(of: start, "start")

        let tap = stderrLines > 0 ? ErrorTap(lines: stderrLines) : nil
        let memoryKills = MemoryKills.count
        let code: Int32
        do {
            let child = try ChildProcess(
                command, environment: environment(of: execution), errors: tap?.input)
            tap?.closeInput()
            child.whenEnded { tell.yield(.ended($0)) }
            var end = await watch(child, happenings, tell)
            end.memoryKills = MemoryKills.count - memoryKills
            let ending = end.ending(lastLines: nil)
            execution.finish(
                ending == .succeeded ? ending : end.ending(lastLines: tap?.text))
            code = end.exitCode
        } catch {
            tap?.closeInput()
            write("stint: cannot run \(command[0]): \(error.reason)")
            execution.finish(
                .failed(type: "NotStarted", message: "Cannot run \(command[0]): \(error.reason)."))
            code = error.exitCode
        }
        warn(of: await tracker.close(within: Self.endPause), "end")
        return code
    }

    private func environment(of execution: ExecutionScope) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
            .merging(execution.childEnvironment) { $1 }
        environment["STINT_URL"] = tracker.settings.url
        environment["TRACEPARENT"] = execution.childTrace?.text
        return environment
    }

    private func watch(
        _ child: ChildProcess, _ happenings: AsyncStream<Happening>,
        _ tell: AsyncStream<Happening>.Continuation
    ) async -> ChildEnd {
        await withDiscardingTaskGroup { group in
            func wait(_ span: Duration, _ happening: Happening) {
                group.addTask {
                    do { try await Task.sleep(for: span) } catch { return }
                    tell.yield(happening)
                }
            }
            defer { group.cancelAll() }
            if let deadline {
                wait(.microseconds(deadline.span.microseconds), .deadlinePassed)
            }
            var end = ChildEnd(way: .exited(0))
            for await happening in happenings {
                switch happening {
                case .received(let received):
                    if [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains(received.signal) {
                        end.asked = received.signal
                    }
                    // What the terminal sends, it sends to all of our group.
                    if child.hasOwnGroup || !received.isFromTerminal { child.send(received.signal) }
                case .deadlinePassed:
                    end.passed = deadline
                    child.send(SIGTERM)
                    wait(Self.grace, .gracePassed)
                case .gracePassed:
                    child.send(SIGKILL)
                case .ended(let way):
                    end.way = way
                    return end
                }
            }
            return end
        }
    }

    /// Tells where something is neither at the server nor on disk.
    private func warn(of delivery: Delivery, _ what: String) {
        if delivery.rejected > 0 {
            write("stint: the \(what) was refused: \(delivery.firstRefusal ?? "no reason given")")
        } else if delivery.waiting > 0 {
            let why = delivery.failure.map { ": \($0)" } ?? ""
            write("stint: the \(what) could not be recorded\(why)")
        }
    }

    private func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
