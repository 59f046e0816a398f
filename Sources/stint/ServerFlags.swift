import ArgumentParser

/// The flags of `stint serve`. Values stay texts here: they are read once, wherever they come from
/// (``ServerConfiguration``).
struct ServerFlags: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML file of settings. (STINT_CONFIG)", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The address to listen on. (STINT_HOST; default: 127.0.0.1)", valueName: "address"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "The port; 0 takes a free one. (STINT_PORT; default: 8790)", valueName: "port"))
    var port: String?

    @Option(
        help: ArgumentHelp(
            """
            The port of OTLP over gRPC; 0 takes a free one. (STINT_OTLP_GRPC_PORT; default: 4317)
            """, valueName: "port|off"))
    var otlpGrpcPort: String?

    @Option(
        help: ArgumentHelp(
            """
            Attributes of spans that say which execution a trace belongs to, between commas, beside \
            stint.execution. (STINT_OTLP_EXECUTION_KEYS)
            """, valueName: "keys"))
    var otlpExecutionKeys: String?

    @Option(
        help: ArgumentHelp(
            """
            Whether the texts of prompts, answers and tools are kept of spans: keep or drop. \
            (STINT_OTLP_CONTENTS; default: drop)
            """, valueName: "keep|drop"))
    var otlpContents: String?

    @Option(
        help: ArgumentHelp(
            """
            Error types, between commas, by which an agent's span says that its run timed out. \
            (STINT_OTLP_DEADLINE_ERRORS)
            """, valueName: "types"))
    var otlpDeadlineErrors: String?

    @Option(
        help: ArgumentHelp(
            """
            The store: sqlite:/path/file. (STINT_STORE; default: stint/stint.sqlite in the user's \
            data folder)
            """, valueName: "store"))
    var store: String?

    @Option(
        help: ArgumentHelp(
            """
            How long executions are kept, and how old an event may be. (STINT_RETENTION; default: \
            90d)
            """, valueName: "span"))
    var retention: String?

    @Option(
        help: ArgumentHelp(
            "How long the events themselves are kept. (STINT_TRAIL_RETENTION; default: 7d)",
            valueName: "span"))
    var trailRetention: String?

    @Option(
        help: ArgumentHelp(
            """
            How long spans wait for those that say of what execution they are; four times as long \
            where a model call or a tool is among them. (STINT_OTLP_UNDECIDED; default: 6h)
            """, valueName: "span"))
    var otlpUndecided: String?

    @Option(
        help: ArgumentHelp(
            """
            The most bytes of a request's body, after decompression. (STINT_BODY_LIMIT; default: \
            16777216)
            """, valueName: "bytes"))
    var bodyLimit: String?

    @Option(
        help: ArgumentHelp(
            "The most events of one request. (STINT_EVENT_LIMIT; default: 10000)",
            valueName: "count"))
    var eventLimit: String?

    @Option(
        help: ArgumentHelp(
            """
            Events a second that one key may send; 0 for any number. (STINT_RATE_LIMIT_INGEST; \
            default: 100000)
            """, valueName: "count"))
    var rateLimitIngest: String?

    @Option(
        help: ArgumentHelp(
            """
            Other requests a second that one key may send; 0 for any number. \
            (STINT_RATE_LIMIT_READ; default: 200)
            """, valueName: "count"))
    var rateLimitRead: String?

    @Option(
        help: ArgumentHelp(
            """
            The most the store may take on disk before the oldest executions go, as in 20g. \
            (STINT_STORE_LIMIT; default: no limit)
            """, valueName: "size"))
    var storeLimit: String?

    @Option(
        help: ArgumentHelp(
            """
            How often executions that fell silent are looked for. (STINT_SWEEP_INTERVAL; default: \
            15s)
            """, valueName: "span"))
    var sweepInterval: String?

    @Option(
        help: ArgumentHelp(
            """
            Whether this machine's CPU, memory and GPU are recorded: on or off. \
            (STINT_HOST_SAMPLING; default: on)
            """, valueName: "on|off"))
    var hostSampling: String?

    @Option(
        help: ArgumentHelp(
            """
            A file, readable by its owner alone, that holds the secret of an admin key of the \
            workspace default. (STINT_ADMIN_KEY_FILE)
            """, valueName: "file"))
    var adminKeyFile: String?

    @Option(
        help: ArgumentHelp(
            """
            A YAML list of what model calls cost by their tokens; in a file of settings the list \
            itself may stand. (STINT_PRICES; default: no prices)
            """, valueName: "file"))
    var prices: String?

    @Option(
        help: ArgumentHelp(
            """
            The certificate to be served by TLS, and those that vouch for it, as PEM; read again \
            on SIGHUP. (STINT_TLS_CERTIFICATE; default: no TLS)
            """, valueName: "file"))
    var tlsCertificate: String?

    @Option(
        help: ArgumentHelp("The certificate's key, as PEM. (STINT_TLS_KEY)", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The most connections open at once. (STINT_CONNECTIONS; default: 12000)",
            valueName: "count"))
    var connections: String?

    @Option(
        help: ArgumentHelp(
            "How long the head of a request may take. (STINT_HEAD_TIMEOUT; default: 10s)",
            valueName: "span"))
    var headTimeout: String?

    @Option(
        help: ArgumentHelp(
            "How long the body of a request may take. (STINT_BODY_TIMEOUT; default: 30s)",
            valueName: "span"))
    var bodyTimeout: String?

    @Option(
        help: ArgumentHelp(
            """
            How long a connection may stay between requests. (STINT_IDLE_TIMEOUT; default: 60s)
            """, valueName: "span"))
    var idleTimeout: String?

    @Option(
        help: ArgumentHelp(
            """
            The most bytes of all bodies being read at once. (STINT_BODIES_LIMIT; default: 134217728)
            """, valueName: "bytes"))
    var bodiesLimit: String?

    @Option(
        help: ArgumentHelp(
            """
            Ask AWS Step Functions in this region about executions that fell silent. Credentials \
            come from where AWS's own tools find them. (STINT_AWS_REGION)
            """, valueName: "region"))
    var awsRegion: String?

    @Option(
        help: ArgumentHelp(
            """
            How often open executions of Step Functions are looked at. \
            (STINT_AWS_RECONCILE_INTERVAL; default: 60s)
            """, valueName: "span"))
    var awsReconcileInterval: String?

    @Option(
        help: ArgumentHelp(
            """
            How long one may be silent before it is asked about, and until it is asked about \
            again. (STINT_AWS_SILENCE; default: 5m)
            """, valueName: "span"))
    var awsSilence: String?

    @Option(
        help: ArgumentHelp(
            """
            The URL of an SQS queue whose messages are events, native or of EventBridge; \
            repeatable. (STINT_SQS_QUEUE, with commas)
            """, valueName: "url"))
    var sqsQueue: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            The workspace in which the queues' events are recorded. (STINT_SQS_WORKSPACE; \
            default: default)
            """, valueName: "name"))
    var sqsWorkspace: String?

    @Option(
        help: ArgumentHelp(
            """
            What is logged: trace, debug, info, notice, warning, error or critical. \
            (STINT_LOG_LEVEL; default: notice)
            """, valueName: "level"))
    var logLevel: String?

    @Flag(
        help: ArgumentHelp(
            "Listen beyond this machine though nobody needs a key. (STINT_INSECURE_NO_AUTH)"))
    var insecureNoAuth = false

    /// What was given, by the setting's name.
    var given: [String: String] {
        var given: [String: String] = [:]
        given["config"] = config
        given["host"] = host
        given["port"] = port
        given["store"] = store
        given["retention"] = retention
        given["trail-retention"] = trailRetention
        given["otlp-undecided"] = otlpUndecided
        given["body-limit"] = bodyLimit
        given["event-limit"] = eventLimit
        given["tls-certificate"] = tlsCertificate
        given["tls-key"] = tlsKey
        given["connections"] = connections
        given["head-timeout"] = headTimeout
        given["body-timeout"] = bodyTimeout
        given["idle-timeout"] = idleTimeout
        given["bodies-limit"] = bodiesLimit
        given["log-level"] = logLevel
        given["rate-limit-ingest"] = rateLimitIngest
        given["rate-limit-read"] = rateLimitRead
        given["store-limit"] = storeLimit
        given["sweep-interval"] = sweepInterval
        given["host-sampling"] = hostSampling
        given["admin-key-file"] = adminKeyFile
        given["prices"] = prices
        given["aws-region"] = awsRegion
        given["aws-reconcile-interval"] = awsReconcileInterval
        given["aws-silence"] = awsSilence
        if !sqsQueue.isEmpty { given["sqs-queue"] = sqsQueue.joined(separator: ",") }
        given["sqs-workspace"] = sqsWorkspace
        given["otlp-grpc-port"] = otlpGrpcPort
        given["otlp-execution-keys"] = otlpExecutionKeys
        given["otlp-contents"] = otlpContents
        given["otlp-deadline-errors"] = otlpDeadlineErrors
        if insecureNoAuth { given["insecure-no-auth"] = "true" }
        return given
    }
}
