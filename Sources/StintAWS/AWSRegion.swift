/// Where a service of AWS listens.
public struct AWSRegion: Hashable, Sendable {
    public let name: String

    /// - Returns: `nil` for what cannot be part of a host's name.
    public init?(_ name: String) {
        guard (1...40).contains(name.utf8.count),
            name.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            })
        else { return nil }
        self.name = name
    }

    private var domain: String { name.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com" }

    /// The address of a service, unless the environment names another: of this service, as in
    /// `AWS_ENDPOINT_URL_SFN`, else of all, `AWS_ENDPOINT_URL`.
    ///
    /// - Parameters:
    ///   - host: The first part of its name: `states`.
    ///   - variable: How the environment calls it: `SFN`.
    ///   - standard: Where it is where the environment says nothing; `nil` for its place in the region.
    /// - Returns: An address without a slash at its end.
    func endpoint(
        host: String, variable: String, environment: [String: String], standard: String? = nil
    ) -> String {
        let named =
            environment["AWS_ENDPOINT_URL_\(variable)"] ?? environment["AWS_ENDPOINT_URL"] ?? ""
        guard named.isEmpty else {
            return String(named.reversed().drop { $0 == "/" }.reversed())
        }
        return standard ?? "https://\(host).\(name).\(domain)"
    }
}
