public import StintModel

/// Reads the value of an attribute: text, number or boolean. Whole numbers that fit stay exact.
extension Scalar: Decodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .double(number)
        } else if let names = try? container.decode([String].self) {
            self = .list(names)
        } else {
            self = .string(try container.decode(String.self))
        }
    }
}
