public import Hummingbird
import Logging

/// What a request carries through the routes.
public struct RequestScope: RequestContext {
    public var coreContext: CoreRequestContextStorage
    public var identity = Identity.anonymous

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
