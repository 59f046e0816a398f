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
        let configuration = try ServerConfiguration(
            flags: flags.given, environment: console.environment)
        let level = configuration.logLevel
        let logger = Logger(label: "stint") { label in
            LineLogHandler(label: label, logLevel: level)
        }
        let isNew = !configuration.store.exists
        if isNew, configuration.adminKeyFile == nil {
            // Before a store is made for a server that will not start.
            try check(configuration.server, hasKeys: false)
        }
        let store = try configuration.store.open()
        let hasKeys: Bool
        do {
            if let file = configuration.adminKeyFile {
                try await AdminKeyFile(path: file).admit(to: store, at: console.now())
            }
            hasKeys = try await store.hasKeys()
            try check(configuration.server, hasKeys: hasKeys)
            try await reprice(store, by: configuration.prices, logger: logger, console: console)
        } catch {
            try? await store.close()
            throw error
        }
        let server = try server(
            configuration, store: store, hasKeys: hasKeys, logger: logger, console: console)
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

    /// Brings what is stored to the prices of now, before anybody is answered.
    private func reprice(
        _ store: SQLiteExecutionStore, by prices: PriceBook, logger: Logger, console: Console
    ) async throws(CommandFailure) {
        if prices == store.prices { return }
        let start = console.uptime()
        do throws(StoreError) {
            let changed = try await store.reprice(by: prices)
            let seconds = TimeSpan(console.uptime() - start)?.seconds ?? 0
            logger.notice(
                "The prices have changed.",
                metadata: ["repriced": "\(changed)", "seconds": "\(seconds)"])
        } catch .full {
            logger.error("There is no room to change the prices: those of before are in force.")
        } catch {
            throw CommandFailure(
                what: "the prices cannot be taken into the store", why: "\(error)",
                status: .unreachable)
        }
    }

    private func check(_ settings: ServerSettings, hasKeys: Bool) throws(CommandFailure) {
        do throws(ServerError) {
            try settings.validate(hasKeys: hasKeys)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func server(
        _ configuration: ServerConfiguration, store: SQLiteExecutionStore, hasKeys: Bool,
        logger: Logger, console: Console
    ) throws(CommandFailure) -> Server {
        let host = configuration.server.host
        if configuration.server.isOpen {
            logger.warning(
                "Answering everybody who can reach this address, for as long as there are no keys.")
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
                    let shown = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
                    let own = "\(scheme)://\(shown.contains(":") ? "[\(shown)]" : shown):\(port)"
                    let key = hasKeys ? #" -H "Authorization: Bearer $STINT_KEY""# : ""
                    console.write(
                        """
                        listening on \(address)
                        store: \(location)
                        try:   curl\(key) -H 'Content-Type: application/json' \(own)/v1/events -d \
                        '{"type":"execution.started","execution":"hello","agent":"first-agent"}'
                               curl\(key) \(own)/v1/executions/hello

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
                next: """
                    Make one first: stint keys create --scope admin. Or listen on 127.0.0.1, or say \
                    --insecure-no-auth if that is meant.
                    """,
                status: .wrongArguments)
        case .unusableCertificate(let reason):
            self.init(
                what: "the certificate cannot be used", why: reason,
                next: "Name the PEM files of a certificate and of its own key.",
                status: .wrongArguments)
        }
    }
}
