import ArgumentParser
import StintModel
import StintStorage
import StintStorageSQLite
import StintWire

/// `stint keys`: who is let in.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and revoke keys.",
        discussion: """
            Works on the store itself while no server runs over it, and so reaches every workspace; \
            or with --url on a server, with an admin key in STINT_KEY, and then on that key's own \
            workspace. From the first key on, nobody is let in without one.
            """,
        subcommands: [
            KeysCreateCommand.self, KeysListCommand.self, KeysRevokeCommand.self,
            KeysNewSecretCommand.self,
        ])
}

/// `stint keys create`
struct KeysCreateCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a key and print its secret, once.",
        discussion: """
            The secret alone goes to standard output, so that it can be put where it belongs:

              export STINT_KEY=$(stint keys create --scope read)
            """)

    @Option(
        help: ArgumentHelp(
            "What it may do: ingest, read or admin (all). Several are several options.",
            valueName: "scope"))
    var scope: [String]

    @Option(help: ArgumentHelp("What to call it (default: its scopes).", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "From when on it is not valid any more, as in 90d (default: never).",
            valueName: "span"))
    var expires: SpanArgument?

    @OptionGroup var place: KeyPlaceOptions

    func run(in console: Console) async throws -> ExitStatus {
        let scopes = try scopes()
        let now = console.now()
        let order = KeyOrder(
            name: name ?? scopes.words.joined(separator: " and "), scopes: scopes,
            expiresAt: expires.map { now + $0.span })
        guard (1...Limits.nameBytes).contains(order.name.utf8.count) else {
            throw CommandFailure.wrongArguments(
                "a key's name has 1 to \(Limits.nameBytes) bytes")
        }
        let made = try await place.use(console, isMaking: true) {
            try await $0.create(order, at: now)
        }
        console.writeErrorLine(
            "\(made.key.id) of workspace \(made.key.workspace): "
                + "\(made.key.scopes.joined(separator: ", ")). It is shown only now:")
        console.writeLine(made.secret)
        return .done
    }

    private func scopes() throws(CommandFailure) -> AccessScopes {
        var scopes: AccessScopes = []
        for word in scope.flatMap({ $0.split(separator: ",") }) {
            guard let scope = AccessScopes(word: String(word)) else {
                throw .wrongArguments(
                    "'\(word)' is no scope", next: "One is ingest, read or admin.")
            }
            scopes.insert(scope)
        }
        guard !scopes.isEmpty else {
            throw .wrongArguments("a key needs a scope", next: "One is ingest, read or admin.")
        }
        return scopes
    }
}

/// `stint keys list`
struct KeysListCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List keys, without their secrets.")

    @Flag(help: "Also those that were revoked or have expired.")
    var all = false

    @OptionGroup var place: KeyPlaceOptions
    @OptionGroup var output: OutputOptions

    func run(in console: Console) async throws -> ExitStatus {
        let now = console.now()
        let keys = try await place.use(console) { try await $0.list() }
            .filter { all || $0.isValid(at: now) }
        try KeyTable(keys: keys, now: now).write(output, to: console)
        return .done
    }
}

/// `stint keys revoke`
struct KeysRevokeCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a key for good.")

    @Argument(help: ArgumentHelp("The key's id, as `stint keys list` shows it.", valueName: "id"))
    var id: String

    @OptionGroup var place: KeyPlaceOptions

    func run(in console: Console) async throws -> ExitStatus {
        let now = console.now()
        guard try await place.use(console, { try await $0.revoke(id, at: now) }) else {
            throw CommandFailure(
                what: "no key has the id \(id)", next: "See stint keys list.", status: .notFound)
        }
        console.writeErrorLine("\(id) is revoked.")
        return .done
    }
}

/// `stint keys new-secret`
struct KeysNewSecretCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-secret",
        abstract: "Print a new secret for an admin key file, and keep nothing.",
        discussion: """
              (umask 077; stint keys new-secret > admin.key)
              stint serve --host 0.0.0.0 --admin-key-file admin.key
            """)

    func run(in console: Console) async throws -> ExitStatus {
        console.writeLine(KeySecret(for: .admin).text)
        return .done
    }
}
