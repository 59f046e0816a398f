import Logging
import ServiceLifecycle
import StintAWS
import StintIngest
import StintModel
import StintStorage

/// Reads a queue of SQS for as long as the server runs: events of EventBridge, or native ones, also
/// as notifications of SNS.
///
/// A message is deleted after its events are committed, never before; what was not, and what was
/// committed while the server went down, comes again, and saying it again changes nothing. A message
/// of which anything cannot be taken stays, so that the queue's own redrive policy sets it aside.
struct QueueReader: Service {
    let client: QueueClient
    let workspace: Workspace
    let recorder: Recorder
    let erasures: Erasures
    let retention: TimeSpan
    let maximumEvents: Int
    let agentNames: AgentNames?
    let now: @Sendable () -> Instant
    /// Waits; returns at once where the task is cancelled.
    let pause: @Sendable (Duration) async -> Void
    let logger: Logger
    let metrics: ServerMetrics

    /// Questions to the queue that are open at once.
    private static let pollers = 2

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for _ in 0..<Self.pollers { group.addTask { await poll() } }
            }
        }
    }

    private func poll() async {
        while !Task.isCancelled {
            do throws(AWSError) {
                let messages = try await client.receive()
                if !messages.isEmpty { try await take(messages) }
            } catch {
                // Cancelled, or tried for long already.
                if Task.isCancelled { return }
                logger.error(
                    "A queue cannot be read",
                    metadata: ["queue": "\(client.queue.name)", "error": "\(error)"])
                await pause(.seconds(10))
            }
        }
    }

    private func take(_ messages: [QueueMessage]) async throws(AWSError) {
        let window = AdmissionWindow(
            receivedAt: now(), retention: retention, erasures: erasures, in: workspace)
        var gathering = Gathering(workspace: workspace)
        var taken: [QueueMessage] = []
        for message in messages {
            let body = QueueMessageBody(message.body)
            if body.read(
                window: window, maximumEvents: maximumEvents, agentNames: agentNames,
                into: { gathering.append($0) })
            {
                taken.append(message)
                gathering.submission.bytes += message.body.utf8.count
            } else {
                metrics.queueMessages.add("refused")
                logger.warning(
                    "A message cannot be taken, and stays in its queue",
                    metadata: ["queue": "\(client.queue.name)", "message": "\(message.id)"])
            }
        }
        do throws(RecorderError) {
            try await recorder.record(gathering.submission)
        } catch {
            // They come again.
            metrics.queueMessages.add("postponed", taken.count)
            return await pause(.seconds(1))
        }
        metrics.queueMessages.add("taken", taken.count)
        let undeleted = try await client.delete(taken)
        guard let first = undeleted.first else { return }
        // They come again, and saying again what is known changes nothing.
        metrics.queueMessages.add("undeleted", undeleted.count)
        logger.warning(
            "Messages that were recorded are not deleted from their queue, and will come again",
            metadata: [
                "queue": "\(client.queue.name)", "messages": "\(undeleted.count)",
                "first": "\(first.message.id)", "error": "\(first.code)",
            ])
    }
}
