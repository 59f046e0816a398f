import ArgumentParser
import Logging
import ServiceLifecycle
import StintModel
import StintServer
import StintStorage
import StintStorageSQLite
import UnixSignals

/// `stint serve`: picks a store, starts the server, and stops it when asked.
struct ServeCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the HTTP interface over a store.",
        discussion: """
            Each setting is taken from its flag, else from the environment (STINT_ and the flag's \
            name: STINT_TRAIL_RETENTION), else from the YAML file that --config or STINT_CONFIG \
            names, under the flag's name (trail-retention), else its default.

            SIGTERM and SIGINT stop it: what was taken is recorded and answered first.
            """)

    @OptionGroup var flags: ServerFlags

    func run(in console: Console) async throws -> ExitStatus {
        let configuration = try await ServerConfiguration(
            flags: flags.given, environment: console.environment)
        let level = configuration.logLevel
        let logger = Logger(label: "stint") { label in
            LineLogHandler(label: label, logLevel: level)
        }
        // Before a store is made for a server that will not start.
        do throws(ServerError) {
            try configuration.server.validate()
        } catch {
            throw CommandFailure(error)
        }
        let store = try open(configuration.store)
        let server = try server(configuration, store: store, logger: logger, console: console)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as StoreError {
            throw CommandFailure(
                what: "the server stopped: \(error)",
                why: "A write failed in a way after which memory cannot be trusted.",
                next: "Start it again: what was acknowledged is in the store.",
                status: .found)
        } catch let error as any Error & CustomStringConvertible
            where "\(error)".contains("bind")
        {
            throw CommandFailure(
                what: "cannot listen on \(configuration.server.host):\(configuration.server.port)",
                why: "\(error)", next: "Choose another with --port; 0 takes a free one.",
                status: .unreachable)
        }
        try await store.close()
        return .done
    }

    private func open(_ location: StoreLocation) throws(CommandFailure) -> SQLiteExecutionStore {
        switch location {
        case .sqlite(let path):
            do throws(StoreError) {
                return try SQLiteExecutionStore(path: path)
            } catch {
                let why =
                    if case .unavailable(let reason) = error { reason } else { "\(error)" }
                throw CommandFailure(
                    what: "the store cannot be opened", why: why,
                    next: "Name another with --store sqlite:/path/file.", status: .unreachable)
            }
        }
    }

    private func server(
        _ configuration: ServerConfiguration, store: SQLiteExecutionStore, logger: Logger,
        console: Console
    ) throws(CommandFailure) -> Server {
        let host = configuration.server.host
        if configuration.server.isOpen {
            logger.warning("Answering everybody who can reach this address: there are no keys.")
        }
        let location = configuration.store
        let scheme = configuration.server.certificate == nil ? "http" : "https"
        do throws(ServerError) {
            return try Server(
                settings: configuration.server, store: store, logger: logger,
                version: Stint.version, now: console.now,
                onListening: { port in
                    // The first line is for programs; the rest is for people.
                    let address = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
                    console.write(
                        """
                        listening on \(address)
                        store: \(location)
                        try:   curl -H 'Content-Type: application/json' \(address)/v1/events -d \
                        '{"type":"execution.started","execution":"hello","agent":"first-agent"}'
                               curl \(address)/v1/executions/hello

                        """)
                })
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    fileprivate init(_ error: ServerError) {
        switch error {
        case .needsKeys(let host):
            self.init(
                what: "will not listen on \(host)",
                why: "The server has no keys, and anybody who reaches that address could use it.",
                next: "Listen on 127.0.0.1, or say --insecure-no-auth if that is meant.",
                status: .wrongArguments)
        case .unusableCertificate(let reason):
            self.init(
                what: "the certificate cannot be used", why: reason,
                next: "Name the PEM files of a certificate and of its own key.",
                status: .wrongArguments)
        }
    }
}
