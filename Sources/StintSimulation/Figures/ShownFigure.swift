/// A figure, or a block of them, as a server showed it: any JSON.
public indirect enum ShownFigure: Decodable, Hashable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case rows([ShownFigure])
    case members([String: ShownFigure])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let members = try? container.decode([String: ShownFigure].self) {
            self = .members(members)
        } else if let rows = try? container.decode([ShownFigure].self) {
            self = .rows(rows)
        } else {
            self = .flag(try container.decode(Bool.self))
        }
    }

    /// A member by its name, null where there is none.
    public subscript(name: String) -> ShownFigure {
        guard case .members(let members) = self else { return .null }
        return members[name] ?? .null
    }

    public var rows: [ShownFigure] {
        guard case .rows(let rows) = self else { return [] }
        return rows
    }

    public var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    public var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}
