import Foundation

/// A thread of its own that runs Swift jobs one after another, in order of arrival.
///
/// SQLite blocks its caller for as long as a sync takes. On this thread that costs nobody else
/// anything, whereas two such calls on the shared pool of a machine with two cores stop everything.
/// As an executor it serves the writing actor and, by preference, the tasks that feed it.
final class WriterThread: SerialExecutor, TaskExecutor {
    private let queue: JobQueue

    init(name: String) {
        let queue = JobQueue()
        self.queue = queue
        let thread = Thread { queue.run() }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }

    deinit { queue.stop() }

    func enqueue(_ job: consuming ExecutorJob) {
        queue.append(
            JobQueue.Job(
                job: UnownedJob(job), serial: asUnownedSerialExecutor(),
                task: asUnownedTaskExecutor()))
    }
}

/// What waits for the thread. The condition guards `jobs` and `isStopped`, which is why the class
/// may be shared.
private final class JobQueue: @unchecked Sendable {
    struct Job {
        let job: UnownedJob
        let serial: UnownedSerialExecutor
        let task: UnownedTaskExecutor
    }

    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var isStopped = false

    func append(_ job: Job) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    func stop() {
        condition.lock()
        isStopped = true
        condition.signal()
        condition.unlock()
    }

    func run() {
        while true {
            condition.lock()
            while jobs.isEmpty, !isStopped { condition.wait() }
            let ready = jobs
            jobs.removeAll(keepingCapacity: true)
            let isDone = isStopped && ready.isEmpty
            condition.unlock()
            if isDone { return }
            for next in ready {
                next.job.runSynchronously(isolatedTo: next.serial, taskExecutor: next.task)
            }
        }
    }
}
