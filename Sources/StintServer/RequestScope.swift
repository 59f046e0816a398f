public import Hummingbird
import Logging
import NIOCore

/// What a request carries through the routes.
public struct RequestScope: RequestContext {
    public var coreContext: CoreRequestContextStorage
    public var identity = Identity.anonymous
    /// What its key may still ask for; `nil` where nothing is limited.
    var allowance: Allowance?
    private let channel: any Channel

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Puts a handler beside the connection's guard, which sees the answer to this request first.
    func add(_ makeHandler: @escaping @Sendable () -> FeedConnection) async {
        // Where the connection is closed by now, nobody will miss it.
        try? await channel.eventLoop.submit { [channel] in
            let pipeline = channel.pipeline.syncOperations
            let place = try pipeline.handler(type: ConnectionGuard.self)
            try pipeline.addHandler(makeHandler(), position: .after(place))
        }.get()
    }

    /// The address of the other end, as far as it tells one network from another: of IPv6 the first
    /// 64 bits, which one network has to itself.
    var address: String {
        guard let text = channel.remoteAddress?.ipAddress else { return "" }
        return Self.network(of: text)
    }

    static func network(of address: String) -> String {
        guard address.contains(":") else { return address }
        // Two colons stand for as many zeros as are missing (RFC 4291 §2.2).
        let halves = address.split(separator: "::", omittingEmptySubsequences: false)
            .map { $0.split(separator: ":") }
        var groups = halves[0]
        if halves.count > 1 {
            let missing = max(0, 8 - groups.count - halves[1].count)
            groups += Array(repeating: "0", count: missing) + halves[1]
        }
        return groups.prefix(4).joined(separator: ":")
    }
}
