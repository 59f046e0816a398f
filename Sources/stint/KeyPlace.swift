import ArgumentParser
import Foundation
import NIOHTTP1
import StintModel
import StintServer
import StintStorage
import StintStorageSQLite
import StintWire

/// What a new key shall be.
struct KeyOrder {
    var name: String
    var scopes: AccessScopes
    var expiresAt: Instant?
}

/// Where keys are kept: in a store, or behind a server.
protocol KeyPlace: Sendable {
    func create(_ order: KeyOrder, at now: Instant) async throws -> (key: KeyBody, secret: String)
    func list() async throws -> [KeyBody]
    /// - Returns: Whether there is such a key.
    func revoke(_ id: String, at now: Instant) async throws -> Bool
}

/// Which keys a command is about.
struct KeyPlaceOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions

    /// A server is asked where `--url` names one; that in the environment is for other commands.
    @OptionGroup var server: ServerOptions

    @Option(
        help: ArgumentHelp(
            "The workspace (default: default; of a list: all).", valueName: "name"))
    var workspace: String?

    /// - Parameter isMaking: Whether a store that is not there is made; who only asks makes none.
    func use<Value>(
        _ console: Console, isMaking: Bool = false, _ body: (any KeyPlace) async throws -> Value
    ) async throws -> Value {
        if server.url != nil {
            guard workspace == nil, store.store == nil else {
                throw CommandFailure.wrongArguments(
                    "--url goes neither with --store nor with --workspace",
                    next: "A server makes keys of the workspace of the key in STINT_KEY.")
            }
            return try await body(KeysOfServer(client: try server.client(console)))
        }
        let named = try workspace.map { name throws(CommandFailure) in
            guard let workspace = Workspace(rawValue: name) else {
                throw .wrongArguments("a workspace's name has 1 to \(Limits.nameBytes) bytes")
            }
            return workspace
        }
        let location = try await store.configuration(console).store
        guard isMaking || location.exists else { throw CommandFailure(missing: location) }
        let opened = try location.open()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(KeysOfStore(keys: opened, workspace: named)))
        } catch {
            result = .failure(error)
        }
        try await opened.close()
        return try result.get()
    }
}

private struct KeysOfStore: KeyPlace {
    let keys: any KeyStore
    let workspace: Workspace?

    func create(
        _ order: KeyOrder, at now: Instant
    ) async throws -> (key: KeyBody, secret: String) {
        let (key, secret) = AccessKey.make(
            in: workspace ?? .default, name: order.name, scopes: order.scopes,
            expiresAt: order.expiresAt, at: now)
        try await keys.add(key, digest: secret.digest)
        return (KeyBody(key), secret.text)
    }

    func list() async throws -> [KeyBody] { try await keys.keys(in: workspace).map(KeyBody.init) }

    func revoke(_ id: String, at now: Instant) async throws -> Bool {
        try await keys.revokeKey(id, in: workspace, at: now)
    }
}

private struct KeysOfServer: KeyPlace {
    let client: ServerClient

    func create(
        _ order: KeyOrder, at now: Instant
    ) async throws -> (key: KeyBody, secret: String) {
        var json = JSONWriter()
        json.object { json in
            json.member("name", order.name)
            json.key("scopes")
            json.array(order.scopes.words) { $0.string($1) }
            if let expiresAt = order.expiresAt { json.member("expiresAt", expiresAt) }
        }
        let answer = try await client.exchange(
            .POST, path: ["v1", "keys"], body: ("application/json", json.bytes))
        guard answer.status == 201 else { throw answer.failure(at: client.address) }
        let made = try answer.decoded(NewKeyBody.self, at: client.address)
        return (try answer.decoded(KeyBody.self, at: client.address), made.key)
    }

    func list() async throws -> [KeyBody] {
        try await client.get(["v1", "keys"]).decoded(KeyListBody.self, at: client.address).items
    }

    func revoke(_ id: String, at now: Instant) async throws -> Bool {
        let answer = try await client.exchange(.DELETE, path: ["v1", "keys", id])
        if answer.status == 404 { return false }
        guard answer.status == 204 else { throw answer.failure(at: client.address) }
        return true
    }
}

extension KeyBody {
    func isValid(at now: Instant) -> Bool {
        revokedAt == nil && expiresAt.map { now < $0 } ?? true
    }
}
