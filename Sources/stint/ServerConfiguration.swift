import Configuration
import Foundation
import Logging
import StintAWS
import StintIngest
import StintModel
import StintServer
import Yams

/// Everything `stint serve` is told, from flags, environment and file, in that order.
struct ServerConfiguration {
    var server = ServerSettings()
    var store: StoreLocation
    var logLevel = Logger.Level.notice
    /// A file with the secret of a key of scope `admin`.
    var adminKeyFile: String?
    /// What model calls cost that do not report it.
    var prices = PriceBook()

    /// The settings there are, each with the same name in all three places.
    static let names: Set<String> = [
        "host", "port", "store", "retention", "trail-retention", "body-limit", "event-limit",
        "log-level", "insecure-no-auth", "admin-key-file", "rate-limit-ingest", "rate-limit-read",
        "store-limit", "sweep-interval", "host-sampling", "tls-certificate", "tls-key",
        "connections", "head-timeout", "body-timeout", "idle-timeout", "bodies-limit", "prices",
        "aws-region", "aws-reconcile-interval", "aws-silence", "sqs-queue", "sqs-workspace",
        "otlp-grpc-port", "otlp-execution-keys", "otlp-contents", "otlp-deadline-errors",
        "otlp-undecided",
    ]

    /// - Parameter flags: What flags say, by the setting's name.
    /// - Throws: ``CommandFailure`` naming the setting and where it came from.
    init(flags: [String: String], environment: [String: String]) throws {
        let variables = environment
        let environment = Self.settings(of: environment)
        let file = try (flags["config"] ?? environment["config"]).map(SettingsFile.init)
        let sources = [
            ("flags", flags), ("environment", environment), ("file", file?.settings ?? [:]),
        ]
        let values = Values(
            reader: ConfigReader(
                providers: sources.map { name, texts in
                    InMemoryProvider(
                        name: name,
                        values: Dictionary(
                            uniqueKeysWithValues: texts.map {
                                (AbsoluteConfigKey([$0.key]), ConfigValue(stringLiteral: $0.value))
                            }))
                }))

        if let host = try values.text("host") { server.host = host }
        if let port = try values.number("port", in: 0...65_535) { server.port = port }
        if let span = try values.span("retention", atLeast: .seconds(60)) {
            server.retention = span
        }
        if let span = try values.span("trail-retention", atLeast: .zero) {
            server.trailRetention = span
        }
        if let span = try values.span("otlp-undecided", atLeast: .seconds(1)) {
            server.undecided = span
        }
        if let bytes = try values.number("body-limit", in: 1_024...(1 << 30)) {
            server.bodyBytes = bytes
        }
        if let count = try values.number("event-limit", in: 1...1_000_000) {
            server.eventsPerRequest = count
        }
        if let count = try values.number("rate-limit-ingest", in: 0...1_000_000_000) {
            server.rates.ingest = count
        }
        if let count = try values.number("rate-limit-read", in: 0...1_000_000_000) {
            server.rates.read = count
        }
        server.storeBytes = try values.bytes("store-limit", atLeast: 1 << 20)
        if let span = try values.span("sweep-interval", atLeast: .seconds(1)) {
            server.sweepInterval = .microseconds(span.microseconds)
        }
        server.samplesHost = try values.flag("host-sampling") ?? true
        adminKeyFile = try values.text("admin-key-file")
        // A file that a flag or the environment names stands before a list in the settings' file.
        if let path = try values.text("prices") {
            prices = try PriceBook(file: path)
        } else if let list = file?.prices {
            prices = try PriceBook(yaml: list.node, of: list.path)
        }
        if let links = file?.links { server.links = links }
        server.amazon = try values.amazon(environment: variables)
        try values.readOTLP(into: &server)
        server.certificate = try values.certificate()
        try values.read(into: &server.connections)
        if let bytes = try values.number("bodies-limit", in: 1_024...(1 << 40)) {
            server.bodiesBytes = bytes
        }
        server.isOpen = try values.flag("insecure-no-auth") ?? false
        if let word = try values.text("log-level") {
            guard let level = Logger.Level(rawValue: word) else {
                throw values.wrong(
                    "log-level", word,
                    "One of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")) is due."
                )
            }
            logLevel = level
        }
        store = try StoreLocation(given: try values.text("store"))
    }

    /// The variables that are settings, under the setting's name: `STINT_TRAIL_RETENTION` is
    /// `trail-retention`.
    private static func settings(of environment: [String: String]) -> [String: String] {
        var settings: [String: String] = [:]
        for name in names.union(["config"]) {
            let variable = "STINT_" + name.uppercased().replacing("-", with: "_")
            if let value = environment[variable], !value.isEmpty { settings[name] = value }
        }
        return settings
    }

    /// Reads settings as texts, whichever way their source wrote them.
    private struct Values {
        let reader: ConfigReader

        func text(_ name: String) throws(CommandFailure) -> String? {
            let key = ConfigKey([name])
            if let text = reader.string(forKey: key) { return text }
            if let number = reader.int(forKey: key) { return String(number) }
            if let flag = reader.bool(forKey: key) { return String(flag) }
            return nil
        }

        func number(_ name: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
            guard let text = try text(name) else { return nil }
            guard let number = Int(text), range.contains(number) else {
                throw wrong(
                    name, text,
                    "A whole number from \(range.lowerBound) to \(range.upperBound) is due.")
            }
            return number
        }

        /// A number of bytes, as in 500m or 20g (of 1,024).
        func bytes(_ name: String, atLeast least: Int64) throws(CommandFailure) -> Int64? {
            guard let text = try text(name) else { return nil }
            let units: [Character: Int64] = [
                "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
            ]
            let unit = text.last.flatMap { units[Character($0.lowercased())] }
            let digits = unit == nil ? Substring(text) : text.dropLast()
            guard let number = Int64(digits), number >= 0,
                case (let bytes, let overflow) = number.multipliedReportingOverflow(by: unit ?? 1),
                !overflow, bytes >= least
            else { throw wrong(name, text, "A size is due, such as 500m or 20g, of 1m at least.") }
            return bytes
        }

        func span(_ name: String, atLeast least: TimeSpan) throws(CommandFailure) -> TimeSpan? {
            guard let text = try text(name) else { return nil }
            guard let span = SpanArgument(argument: text)?.span, span >= least else {
                throw wrong(name, text, "A length of time is due, such as 90d, 12h or 30m.")
            }
            return span
        }

        /// - Throws: ``CommandFailure`` where one of the two files is named and the other is not.
        func certificate() throws(CommandFailure) -> CertificateFiles? {
            switch (try text("tls-certificate"), try text("tls-key")) {
            case (nil, nil): return nil
            case (let certificate?, let key?):
                return CertificateFiles(certificate: certificate, key: key)
            case (_?, nil), (nil, _?):
                throw .wrongArguments(
                    "TLS needs both a certificate and its key",
                    next: "Name two PEM files, with --tls-certificate and --tls-key.")
            }
        }

        /// - Parameter environment: All of it, for who asks AWS is said there.
        /// - Returns: `nil` where nothing is to be asked of AWS.
        func amazon(environment: [String: String]) throws(CommandFailure) -> AmazonSettings? {
            let (region, queues) = (try text("aws-region"), try text("sqs-queue"))
            guard region != nil || queues != nil else { return nil }
            var amazon = AmazonSettings(
                context: AWSContext(environment: environment, now: Console.process.now))
            if let region {
                guard let known = AWSRegion(region) else {
                    throw wrong("aws-region", region, "The name of a region is due: us-east-1.")
                }
                amazon.region = known
            }
            if let span = try span("aws-reconcile-interval", atLeast: .seconds(1)) {
                amazon.interval = .microseconds(span.microseconds)
            }
            if let span = try span("aws-silence", atLeast: .seconds(1)) { amazon.silence = span }
            for url in queues?.split(separator: ",").map(String.init) ?? [] {
                let standard = amazon.region ?? amazon.context.region
                guard let queue = QueueAddress(url: url, in: standard) else {
                    throw wrong(
                        "sqs-queue", url, "The URL of a queue is due, and a region: --aws-region.")
                }
                amazon.queues.append(queue)
            }
            if let name = try text("sqs-workspace") {
                guard let workspace = Workspace(rawValue: name) else {
                    throw wrong(
                        "sqs-workspace", name,
                        "A workspace's name has 1 to \(Limits.nameBytes) bytes.")
                }
                amazon.queueWorkspace = workspace
            }
            return amazon
        }

        func read(into limits: inout ConnectionLimits) throws(CommandFailure) {
            if let count = try number("connections", in: 1...1_000_000) { limits.open = count }
            if let time = try timeout("head-timeout") { limits.headTimeout = time }
            if let time = try timeout("body-timeout") { limits.bodyTimeout = time }
            if let time = try timeout("idle-timeout") { limits.idleTimeout = time }
        }

        func readOTLP(into server: inout ServerSettings) throws(CommandFailure) {
            if try text("otlp-grpc-port")?.lowercased() == "off" {
                server.grpcPort = nil
            } else if let port = try number("otlp-grpc-port", in: 0...65_535) {
                server.grpcPort = port
            }
            if let keys = try words("otlp-execution-keys") { server.otlp.executionKeys += keys }
            if let types = try words("otlp-deadline-errors") {
                server.otlp.deadlineErrorTypes = types
            }
            switch try text("otlp-contents")?.lowercased() {
            case nil, "drop": break
            case "keep": server.otlp.keepsContents = true
            case let other?: throw wrong("otlp-contents", other, "keep or drop is due.")
            }
        }

        /// What stands between commas.
        private func words(_ name: String) throws(CommandFailure) -> [String]? {
            try text(name)?.split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            }.filter { !$0.isEmpty }
        }

        private func timeout(_ name: String) throws(CommandFailure) -> Duration? {
            try span(name, atLeast: TimeSpan(microseconds: 100_000)).map {
                .microseconds($0.microseconds)
            }
        }

        func flag(_ name: String) throws(CommandFailure) -> Bool? {
            guard let text = try text(name) else { return nil }
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw wrong(name, text, "true or false is due.")
            }
        }

        func wrong(_ name: String, _ text: String, _ due: String) -> CommandFailure {
            .wrongArguments("the setting \(name) cannot be '\(text)'", next: due)
        }
    }
}
