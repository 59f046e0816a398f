import Foundation
import StintModel
import StintStorage
import StintWire

/// A file with the secret of an admin key, by which a server that nobody can log into for a command
/// gets its first one.
struct AdminKeyFile {
    let path: String

    /// Keeps the key in the store, unless it is there: of the workspace `default`, with scope
    /// `admin`. One that was revoked stays so.
    ///
    /// - Throws: ``CommandFailure`` where others may read the file or it holds no key.
    func admit(to keys: any KeyStore, at now: Instant) async throws {
        let secret = try secret()
        let key = AccessKey.make(
            in: .default, name: (path as NSString).lastPathComponent, scopes: .admin, at: now
        ).key
        var named = key
        named.start = secret.start
        try await keys.add(named, digest: secret.digest)
    }

    private func secret() throws(CommandFailure) -> KeySecret {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes?[.posixPermissions] as? Int,
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else {
            throw .wrongArguments(
                "the admin key file \(path) cannot be read", next: "See --admin-key-file.")
        }
        guard mode & 0o077 == 0 else {
            throw .wrongArguments(
                "the admin key file \(path) can be read by others",
                next: "Make it its owner's alone: chmod 600 \(path.shellQuoted)")
        }
        guard let secret = KeySecret(text: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            secret.text.hasPrefix("stint_adm_")
        else {
            throw .wrongArguments(
                "the admin key file \(path) holds no admin key",
                next: "Make one: stint keys new-secret > FILE")
        }
        return secret
    }
}
