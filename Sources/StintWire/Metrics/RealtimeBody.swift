public import StintModel

/// The block `realtime`: how things stand now, whatever range was asked for.
public struct RealtimeBody: Decodable, Hashable, Sendable {
    /// An execution that runs, or waits for something while it does.
    public struct InProgress: Decodable, Hashable, Sendable {
        public var runId: String
        public var agentId: String?
        public var agentName: String?
        public var userId: String?
        /// `running` or `waiting`.
        public var status: String
        /// The name of the step that runs, of several the one that began last; `nil` where none does.
        public var step: String?
        /// What that step does, as it told last; where the execution waits, what it waits for.
        public var activity: String?
        /// The current attempt's start.
        public var startedAt: Instant?
        /// Seconds since then.
        public var elapsedTime: Double?
        /// `startedAt` and `estimatedDuration`; later than now unless it is ``overdue``.
        public var estimatedCompletion: Instant?
        /// The median of its agent's durations, of those that lasted as long as this one already.
        /// `nil` where fewer than 10 of the agent finished in the last 30 days.
        public var estimatedDuration: Double?
        /// Where eight of ten such durations lie.
        public var estimatedRange: Range?
        /// How many finished executions of its agent the estimate rests on.
        public var basis: Int64
        /// Whether fewer than 1 in 100 of them lasted this long; `nil` without an estimate.
        public var overdue: Bool?

        /// Durations in seconds that 10 % and 90 % do not exceed.
        public struct Range: Decodable, Hashable, Sendable {
            public var p10: Double
            public var p90: Double

            public init(p10: Double, p90: Double) {
                self.p10 = p10
                self.p90 = p90
            }
        }

        public init(
            runId: String, agentId: String?, agentName: String?, userId: String?,
            status: String, step: String?, activity: String?, startedAt: Instant?,
            elapsedTime: Double?, estimatedCompletion: Instant?, estimatedDuration: Double?,
            estimatedRange: Range?, basis: Int64, overdue: Bool?
        ) {
            self.runId = runId
            self.agentId = agentId
            self.agentName = agentName
            self.userId = userId
            self.status = status
            self.step = step
            self.activity = activity
            self.startedAt = startedAt
            self.elapsedTime = elapsedTime
            self.estimatedCompletion = estimatedCompletion
            self.estimatedDuration = estimatedDuration
            self.estimatedRange = estimatedRange
            self.basis = basis
            self.overdue = overdue
        }
    }

    /// An execution that waits for its start.
    public struct Queued: Decodable, Hashable, Sendable {
        public var queueId: String
        public var agentId: String?
        /// Higher ones start first; none counts as 0.
        public var priority: Double?
        public var queuedAt: Instant?
        /// By its place in the queue, what the queue lets go and free workers; `nil` where too
        /// little has started lately to tell.
        public var estimatedStartTime: Instant?

        public init(
            queueId: String, agentId: String?, priority: Double?, queuedAt: Instant?,
            estimatedStartTime: Instant?
        ) {
            self.queueId = queueId
            self.agentId = agentId
            self.priority = priority
            self.queuedAt = queuedAt
            self.estimatedStartTime = estimatedStartTime
        }
    }

    /// What workers reported in the last 60 s.
    public struct SystemLoad: Decodable, Hashable, Sendable {
        /// Percent, the mean over workers and the server's own host; `nil` where nobody reported it.
        public var cpu: Double?
        public var memory: Double?
        public var workers: Workers

        public init(cpu: Double?, memory: Double?, workers: Workers) {
            self.cpu = cpu
            self.memory = memory
            self.workers = workers
        }
    }

    /// The slots of all workers together, `nil` where no worker reported its own.
    public struct Workers: Decodable, Hashable, Sendable {
        public var total: Int64?
        public var busy: Int64?
        /// Never negative: a worker that is over-full has none.
        public var idle: Int64?
        /// Of the busy ones, those held by executions that fell silent and are lost, though their worker
        /// goes on reporting; at most 200.
        public var silent: Int64?
        /// How many workers reported.
        public var reporting: Int64

        public init(
            total: Int64?, busy: Int64?, idle: Int64?, silent: Int64?, reporting: Int64
        ) {
            self.total = total
            self.busy = busy
            self.idle = idle
            self.silent = silent
            self.reporting = reporting
        }
    }

    /// What came in over the last minute, of what the answering server recorded.
    public struct Ingest: Decodable, Hashable, Sendable {
        /// Events and spans a second.
        public var eventsPerSecond: Double
        /// Seconds from the time that an event names to its receipt, the median of the newest of each
        /// request and execution; `nil` where nothing came. Programs that gather before they send, and
        /// clocks that are behind, show here.
        public var lag: Double?

        public init(eventsPerSecond: Double, lag: Double?) {
            self.eventsPerSecond = eventsPerSecond
            self.lag = lag
        }
    }

    /// The time at which all of this was so.
    public var timestamp: Instant
    /// Executions that run or wait for something; those lost are not among them.
    public var currentlyRunning: Int64
    /// Executions that wait for their start.
    public var queueDepth: Int64
    /// The mean time that what is queued now has waited so far; `nil` where nothing is queued.
    public var avgQueueWaitTime: Double?
    /// The newest first, at most 500.
    public var executionsInProgress: [InProgress]
    /// In the order in which they are due: by priority, then the oldest first; at most 500.
    public var queuedExecutions: [Queued]
    public var systemLoad: SystemLoad
    /// `nil` of a server that does not tell.
    public var ingest: Ingest?

    public init(
        timestamp: Instant, currentlyRunning: Int64, queueDepth: Int64, avgQueueWaitTime: Double?,
        executionsInProgress: [InProgress], queuedExecutions: [Queued], systemLoad: SystemLoad,
        ingest: Ingest?
    ) {
        self.timestamp = timestamp
        self.currentlyRunning = currentlyRunning
        self.queueDepth = queueDepth
        self.avgQueueWaitTime = avgQueueWaitTime
        self.executionsInProgress = executionsInProgress
        self.queuedExecutions = queuedExecutions
        self.systemLoad = systemLoad
        self.ingest = ingest
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("timestamp", timestamp)
            json.member("currentlyRunning", currentlyRunning)
            json.member("queueDepth", queueDepth)
            json.member("avgQueueWaitTime", number: avgQueueWaitTime)
            json.key("executionsInProgress")
            json.array(executionsInProgress) { $1.writeJSON(to: &$0) }
            json.key("queuedExecutions")
            json.array(queuedExecutions) { $1.writeJSON(to: &$0) }
            json.key("systemLoad")
            systemLoad.writeJSON(to: &json)
            json.key("ingest")
            if let ingest {
                json.object { json in
                    json.member("eventsPerSecond", number: ingest.eventsPerSecond)
                    json.member("lag", number: ingest.lag)
                }
            } else {
                json.null()
            }
        }
    }
}

extension RealtimeBody.InProgress {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("runId", runId)
            json.member("agentId", agentId)
            json.member("agentName", agentName)
            json.member("userId", userId)
            json.member("status", status)
            json.member("step", step)
            json.member("activity", activity)
            json.member("startedAt", startedAt)
            json.member("elapsedTime", number: elapsedTime)
            json.member("estimatedCompletion", estimatedCompletion)
            json.member("estimatedDuration", number: estimatedDuration)
            json.key("estimatedRange")
            if let estimatedRange {
                json.object { json in
                    json.member("p10", number: estimatedRange.p10)
                    json.member("p90", number: estimatedRange.p90)
                }
            } else {
                json.null()
            }
            json.member("basis", basis)
            json.member("overdue", overdue)
        }
    }
}

extension RealtimeBody.Queued {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("queueId", queueId)
            json.member("agentId", agentId)
            json.member("priority", number: priority)
            json.member("queuedAt", queuedAt)
            json.member("estimatedStartTime", estimatedStartTime)
        }
    }
}

extension RealtimeBody.SystemLoad {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("cpu", rate: cpu)
            json.member("memory", rate: memory)
            json.key("workers")
            json.object { json in
                json.member("total", workers.total)
                json.member("busy", workers.busy)
                json.member("idle", workers.idle)
                json.member("silent", workers.silent)
                json.member("reporting", workers.reporting)
            }
        }
    }
}
