import Logging
import ServiceLifecycle
import StintAWS
import StintIngest
import StintModel
import StintStorage

/// What a server does with AWS: it asks Step Functions, and reads queues.
struct AmazonServices {
    let settings: AmazonSettings
    private let stepFunctions: (client: StepFunctionsClient, tags: StateMachineTags)?

    init(_ settings: AmazonSettings, now: @escaping @Sendable () -> Instant) {
        self.settings = settings
        stepFunctions = settings.region.map { region in
            let client = StepFunctionsClient(region: region, context: settings.context)
            return (client, StateMachineTags(client, now: now))
        }
    }

    /// By which names events of Step Functions name their agents.
    var agentNames: AgentNames? {
        guard let tags = stepFunctions?.tags else { return nil }
        return { machine in tags.agentName(of: machine) }
    }

    func services(
        store: any ExecutionStore, recorder: Recorder, server: ServerSettings,
        now: @escaping @Sendable () -> Instant, logger: Logger, metrics: ServerMetrics
    ) -> [any Service] {
        var services: [any Service] = []
        if let (client, tags) = stepFunctions {
            services.append(
                StepFunctionsReconciler(
                    store: store, recorder: recorder,
                    inquiry: StepFunctionsInquiry(client, tags: tags), tags: tags,
                    settings: settings, retention: server.retention, clock: ContinuousClock(),
                    now: now, logger: logger, metrics: metrics))
        }
        for queue in settings.queues {
            services.append(
                QueueReader(
                    client: QueueClient(queue, context: settings.context),
                    workspace: settings.queueWorkspace, recorder: recorder,
                    erasures: store.erasures,
                    retention: server.retention, maximumEvents: server.eventsPerRequest,
                    agentNames: agentNames, now: now,
                    pause: { try? await Task.sleep(for: $0) }, logger: logger, metrics: metrics))
        }
        return services
    }
}
