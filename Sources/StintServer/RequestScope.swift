import Foundation
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
        switch channel.remoteAddress {
        case .v4(let address): return "\(address.address.sin_addr.s_addr)"
        case .v6(let address):
            return withUnsafeBytes(of: address.address.sin6_addr) { bytes in
                bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
            }
        default: return ""
        }
    }
}
