import AsyncAlgorithms
import Foundation
import Logging
import ServiceLifecycle
import StintModel
import StintStorage

/// Records at every tick how busy this machine is, as a worker would that reports.
struct HostSampler<C: Clock<Duration>>: Service {
    let recorder: Recorder
    let figures: HostFigures
    let graphics: GraphicsProbe?
    let name: String
    let interval: Duration
    let clock: C
    let now: @Sendable () -> Instant
    let logger: Logger

    /// GPUs are asked about at every third tick: that starts a program.
    private let ticksPerQuestion = 3
    /// After so many failures in a row GPUs are asked about no more.
    private let failures = 3

    init(
        recorder: Recorder, figures: HostFigures = .ofThisMachine,
        graphics: GraphicsProbe? = GraphicsProbe(
            path: ProcessInfo.processInfo.environment["PATH"] ?? ""),
        name: String = HostSampler.machineName, interval: Duration, clock: C,
        now: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.recorder = recorder
        self.figures = figures
        self.graphics = graphics
        self.name = name
        self.interval = interval
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    static var machineName: String {
        var bytes = [UInt8](repeating: 0, count: Limits.nameBytes)
        let isKnown = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                gethostname($0.baseAddress!, $0.count - 1) == 0
            }
        }
        let name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        return isKnown && !name.isEmpty ? name : "host"
    }

    func run() async throws {
        var last = figures.processorTime
        var questions = Questions()
        let ticks = AsyncTimerSequence(interval: interval, clock: clock)
        for await _ in ticks.cancelOnGracefulShutdown() {
            let processorTime = figures.processorTime
            let cpu = last.flatMap { processorTime?.share(since: $0) }
            last = processorTime
            await record(
                WorkerReport(
                    worker: name, cpu: cpu, memory: figures.memoryShare,
                    gpu: await graphicsShare(&questions)))
        }
    }

    /// What was asked about GPUs.
    private struct Questions {
        var ticks = 0
        var failures = 0
        var share: Double?
    }

    /// The newest answer there is.
    private func graphicsShare(_ questions: inout Questions) async -> Double? {
        guard let graphics, questions.failures < failures else { return nil }
        defer { questions.ticks += 1 }
        if questions.ticks % ticksPerQuestion == 0 {
            questions.share = await graphics.share()
            questions.failures = questions.share == nil ? questions.failures + 1 : 0
            if questions.failures == failures {
                logger.notice("\(graphics.program) does not answer; GPUs are not recorded.")
            }
        }
        return questions.share
    }

    private func record(_ report: WorkerReport) async {
        guard report.cpu != nil || report.memory != nil || report.gpu != nil else { return }
        var submission = Recorder.Submission()
        submission.workers = [WorkerSample(workspace: nil, at: now(), report: report)]
        do {
            try await recorder.record(submission)
        } catch {
            // The recorder tells of what is wrong with the store; a sample less is no loss.
            logger.debug("The host's load was not recorded", metadata: ["error": "\(error)"])
        }
    }
}
