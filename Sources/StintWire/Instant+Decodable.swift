public import StintModel

/// Reads an instant as the interface writes it: RFC 3339 with its zone.
extension Instant: Decodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Instant(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "Not a time with a zone.")
        }
        self = instant
    }
}
