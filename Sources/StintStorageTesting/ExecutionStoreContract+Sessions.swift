import StintModel
public import StintStorage
public import Testing

extension ExecutionStoreContract {
    static let sessions = [
        Clause("a session is found by the digest of its secret, with its key as it stands") {
            store in
            let key = try await Self.key(in: store)
            let secret = SessionSecret()
            let session = BrowserSession(
                key: key, createdAt: SampleFleet.noon, lastUsedAt: SampleFleet.noon)
            try await store.add(session, digest: secret.digest)
            #expect(try await store.session(digest: secret.digest) == session)
            #expect(try await store.session(digest: SessionSecret().digest) == nil)
            // Neither of the two secrets stands for the other.
            #expect(try await store.key(digest: secret.digest) == nil)
            let hour = SampleFleet.noon + .seconds(3_600)
            try await store.noteUse(ofKey: key.id, at: hour)
            #expect(try await store.session(digest: secret.digest)?.key.lastUsedAt == hour)
        },
        Clause("of a session's uses the newest is kept") { store in
            let session = BrowserSession(
                key: try await Self.key(in: store), createdAt: SampleFleet.noon,
                lastUsedAt: SampleFleet.noon)
            let digest = SessionSecret().digest
            try await store.add(session, digest: digest)
            let later = SampleFleet.noon + .seconds(600)
            try await store.noteUse(ofSession: digest, at: later)
            try await store.noteUse(ofSession: digest, at: SampleFleet.noon + .seconds(300))
            #expect(try await store.session(digest: digest)?.lastUsedAt == later)
            #expect(try await store.session(digest: digest)?.createdAt == SampleFleet.noon)
        },
        Clause("an ended session is gone, the others stay") { store in
            let key = try await Self.key(in: store)
            let digests = [SessionSecret().digest, SessionSecret().digest]
            for digest in digests {
                try await store.add(
                    BrowserSession(
                        key: key, createdAt: SampleFleet.noon, lastUsedAt: SampleFleet.noon),
                    digest: digest)
            }
            for _ in 0..<2 { try await store.endSession(digest: digests[0]) }
            try await store.noteUse(ofSession: digests[0], at: SampleFleet.noon + .days(1))
            #expect(try await store.session(digest: digests[0]) == nil)
            #expect(try await store.session(digest: digests[1]) != nil)
        },
        Clause("with a revoked key its sessions end, and no others") { store in
            let keys = [try await Self.key(in: store), try await Self.key(in: store)]
            var digests: [[UInt8]] = []
            for key in keys {
                digests.append(SessionSecret().digest)
                try await store.add(
                    BrowserSession(
                        key: key, createdAt: SampleFleet.noon, lastUsedAt: SampleFleet.noon),
                    digest: digests.last!)
            }
            _ = try await store.revokeKey(keys[0].id, in: nil, at: SampleFleet.noon)
            #expect(try await store.session(digest: digests[0]) == nil)
            #expect(try await store.session(digest: digests[1]) != nil)
        },
        Clause("a new session takes the place of those whose time is over") { store in
            let key = try await Self.key(in: store)
            let now = SampleFleet.noon + .days(7)
            func add(created: Instant, used: Instant) async throws -> [UInt8] {
                let digest = SessionSecret().digest
                try await store.add(
                    BrowserSession(key: key, createdAt: created, lastUsedAt: used), digest: digest)
                return digest
            }
            let idle = try await add(
                created: now - BrowserSession.idle, used: now - BrowserSession.idle)
            let old = try await add(created: now - BrowserSession.longest, used: now)
            let inUse = try await add(
                created: now - BrowserSession.longest + .seconds(1),
                used: now - BrowserSession.idle + .seconds(1))
            _ = try await add(created: now, used: now)
            #expect(try await store.session(digest: idle) == nil)
            #expect(try await store.session(digest: old) == nil)
            #expect(try await store.session(digest: inUse) != nil)
        },
        Clause("a key has so many sessions; past them the one least used lately ends") { store in
            let key = try await Self.key(in: store)
            let other = try await Self.key(in: store)
            func add(_ key: AccessKey, _ second: Int) async throws -> [UInt8] {
                let digest = SessionSecret().digest
                let at = SampleFleet.noon + .seconds(Int64(second))
                try await store.add(
                    BrowserSession(key: key, createdAt: at, lastUsedAt: at), digest: digest)
                return digest
            }
            let foreign = try await add(other, 0)
            var digests: [[UInt8]] = []
            for second in 0..<BrowserSession.perKey { digests.append(try await add(key, second)) }
            #expect(try await store.session(digest: digests[0]) != nil)
            try await store.noteUse(ofSession: digests[0], at: SampleFleet.noon + .seconds(3_000))
            _ = try await add(key, BrowserSession.perKey)
            #expect(try await store.session(digest: digests[0]) != nil)
            #expect(try await store.session(digest: digests[1]) == nil)
            #expect(try await store.session(digest: digests[2]) != nil)
            #expect(try await store.session(digest: foreign) != nil)
        },
    ]

    private static func key(in store: any KeyStore) async throws -> AccessKey {
        let (key, secret) = AccessKey.make(
            in: .other, name: "reader", scopes: .read, at: SampleFleet.noon)
        try await store.add(key, digest: secret.digest)
        return key
    }
}
