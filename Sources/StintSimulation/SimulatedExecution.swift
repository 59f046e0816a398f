public import StintModel

/// What is true of one execution, decided before any event of it is written.
///
/// Events are made from it, and what a server shows is compared with it; nothing here knows how the
/// server comes to its answers.
public struct SimulatedExecution: Hashable, Sendable {
    /// How the last attempt goes. Earlier attempts failed.
    public enum Fate: Hashable, Sendable {
        case ends(Outcome)
        /// It dies without a word. Where it had promised to be heard from, silence tells.
        case fallsSilent
        /// It waits for a person who has not answered.
        case waits
        case staysQueued
    }

    public struct Attempt: Hashable, Sendable {
        public let number: UInt16
        public var queuedAt: Instant?
        public var startedAt: Instant?
        /// In the order of their beginning, tries of one step one after the other.
        public var steps: [Step] = []
        /// Model calls of the execution itself, in no step.
        public var calls: [Call] = []
        public var pauses: [Pause] = []
        public var ending: Ending?
        /// Signs of life that say nothing else.
        public var heartbeats: [Instant] = []
        /// The last moment anything was told of it.
        public var lastSign: Instant
    }

    /// One try of one step.
    public struct Step: Hashable, Sendable {
        public let key: String
        public let kind: String
        /// The position of the step in its attempt, from 0.
        public let order: Int
        public let number: UInt16
        public let activity: String
        /// `nil` where it was skipped.
        public var startedAt: Instant?
        /// `nil` where it was left open.
        public var ending: Ending?
        public var calls: [Call] = []
        /// What it says itself to have used, its calls included; `nil` where it does not say.
        public var told: Tokens?
        /// Half of that, told at half its time.
        public var toldHalf: Report?
    }

    public struct Report: Hashable, Sendable {
        public let at: Instant
        public let tokens: Tokens
    }

    public struct Call: Hashable, Sendable {
        public let id: String
        public let at: Instant
        public let model: String
        public let tokens: Tokens
        public let latency: TimeSpan
        public let costNanos: Int64
    }

    /// A wait for a person.
    public struct Pause: Hashable, Sendable {
        public let from: Instant
        public var to: Instant?
        public let reason: String
    }

    public struct Ending: Hashable, Sendable {
        public let at: Instant
        public let outcome: Outcome
        public let failure: Failure?
    }

    public let number: Int
    public let id: ExecutionID
    public var fate: Fate
    public let agent: String
    public let name: String
    public let user: String
    public let correlation: String
    public let parent: ExecutionID?
    /// `nil` for production, which is what nobody tells.
    public let environment: String?
    public let priority: Int64
    public let queue: String
    /// The keys of the steps planned; `nil` where no plan was told.
    public let plan: [String]?
    public let attributes: [Attribute]
    /// Promises, where made, in whole seconds.
    public internal(set) var timeout: TimeSpan?
    public internal(set) var heartbeat: TimeSpan?
    /// Told at the end, or a moment before it.
    public var goalMet: Bool?
    public var summary: String?
    public var turns: Int64?
    /// In order; never empty.
    public var attempts: [Attempt]
}

/// What follows from the decisions by plain arithmetic.
extension SimulatedExecution {
    public var current: Attempt { attempts[attempts.count - 1] }

    /// How it stands, silence not judged: what died in silence was running when last heard of.
    public var status: ExecutionStatus {
        switch fate {
        case .ends(.succeeded), .ends(.skipped): .succeeded
        case .ends(.failed): .failed
        case .ends(.timedOut): .timedOut
        case .ends(.aborted): .aborted
        case .fallsSilent: .running
        case .waits: .waiting
        case .staysQueued: .queued
        }
    }

    public var firstQueuedAt: Instant? { attempts.compactMap(\.queuedAt).min() }
    public var firstStartedAt: Instant? { attempts.compactMap(\.startedAt).min() }

    /// What all its calls and steps used; `nil` where nothing was told.
    public var tokens: Tokens? {
        let parts = attempts.flatMap { attempt in
            attempt.calls.map(\.tokens) + attempt.steps.compactMap(\.tokens)
        }
        return Tokens.sum(parts)
    }

    /// In thousand-millionths of a US dollar; `nil` where no call was made.
    public var costNanos: Int64? {
        let costs = calls.map(\.call.costNanos)
        return costs.isEmpty ? nil : costs.reduce(0, +)
    }

    /// Every model call, with the key of its step.
    public var calls: [(step: String?, call: Call)] {
        attempts.flatMap { attempt in
            attempt.calls.map { (nil, $0) }
                + attempt.steps.flatMap { step in step.calls.map { (step.key, $0) } }
        }
    }
}

extension SimulatedExecution.Step {
    /// What it says itself counts its calls already.
    public var tokens: Tokens? { told ?? Tokens.sum(calls.map(\.tokens)) }

    public var costNanos: Int64? {
        calls.isEmpty ? nil : calls.reduce(0) { $0 + $1.costNanos }
    }
}

extension Tokens {
    /// Bucket by bucket; one that nobody told stays untold.
    static func sum(_ parts: [Tokens]) -> Tokens? { combined(parts, +) }

    /// Bucket by bucket.
    static func largest(_ parts: [Tokens]) -> Tokens? { combined(parts, max) }

    private static func combined(
        _ parts: [Tokens], _ combine: (Int64, Int64) -> Int64
    ) -> Tokens? {
        guard var sum = parts.first else { return nil }
        func add(_ bucket: WritableKeyPath<Tokens, Int64?>, of part: Tokens) {
            guard let count = part[keyPath: bucket] else { return }
            sum[keyPath: bucket] = sum[keyPath: bucket].map { combine($0, count) } ?? count
        }
        for part in parts.dropFirst() {
            for bucket in [\Tokens.input, \.output, \.cachedInput, \.reasoning] {
                add(bucket, of: part)
            }
        }
        return sum
    }
}
