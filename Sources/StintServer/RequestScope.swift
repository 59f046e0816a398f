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

    /// The address of the other end, as far as it tells one network from another: of IPv6 the first
    /// 64 bits, which one network has to itself.
    var address: String {
        // Where the address lies in the system's own form, on every platform.
        switch channel.remoteAddress {
        case .v4: return bytes(from: 4, count: 4)
        case .v6: return bytes(from: 8, count: 8)
        default: return ""
        }
    }

    private func bytes(from offset: Int, count: Int) -> String {
        channel.remoteAddress?.withSockAddr { address, size in
            UnsafeRawBufferPointer(start: address, count: size).dropFirst(offset).prefix(count)
                .map { String($0, radix: 16) }.joined(separator: ":")
        } ?? ""
    }
}
