import ArgumentParser

/// Which store a command works on: the one that `stint serve` with the same settings would serve.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The store: sqlite:/path/file. (STINT_STORE; default: stint/stint.sqlite in the user's \
            data folder)
            """, valueName: "store"))
    var store: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file of settings, as the server reads it. (STINT_CONFIG)", valueName: "file"))
    var config: String?

    /// Everything a server would be told here.
    func configuration(_ console: Console) async throws -> ServerConfiguration {
        var flags: [String: String] = [:]
        flags["store"] = store
        flags["config"] = config
        return try ServerConfiguration(flags: flags, environment: console.environment)
    }

    func path(_ console: Console) async throws -> String {
        switch try await configuration(console).store {
        case .sqlite(let path): path
        }
    }
}
