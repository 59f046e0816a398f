import StintModel
import StintWire

/// Keys as `stint keys list` shows them.
struct KeyTable {
    var keys: [KeyBody]
    var now: Instant

    func write(_ options: OutputOptions, to console: Console) throws {
        switch options.output {
        case .table:
            if keys.isEmpty { return console.writeErrorLine("There is no key.") }
            let style = options.style(console)
            for line in table(style).lines(style) { console.writeLine(line) }
        case .json:
            var json = JSONWriter()
            json.object { json in
                json.key("items")
                json.array(keys) { json, key in key.writeJSON(to: &json) }
            }
            console.writeLine(String(decoding: json.bytes, as: UTF8.self))
        case .jsonl:
            for key in keys {
                var json = JSONWriter()
                key.writeJSON(to: &json)
                console.writeLine(String(decoding: json.bytes, as: UTF8.self))
            }
        case .csv:
            console.writeLine(CSV.line(Self.members))
            for key in keys {
                console.writeLine(
                    CSV.line([
                        key.id, key.name, key.workspace, key.scopes.joined(separator: " "),
                        key.start, key.createdAt.rfc3339, key.expiresAt?.rfc3339 ?? "",
                        key.lastUsedAt?.rfc3339 ?? "", key.revokedAt?.rfc3339 ?? "",
                    ]))
            }
        }
    }

    private static let members = [
        "id", "name", "workspace", "scopes", "start", "createdAt", "expiresAt", "lastUsedAt",
        "revokedAt",
    ]

    private func table(_ style: Style) -> Table {
        func cell(_ instant: Instant?) -> Cell {
            Cell(instant.map(style.time.text) ?? style.missing)
        }
        return Table(
            columns: [
                .init(title: "ID"), .init(title: "WORKSPACE"), .init(title: "SCOPES"),
                .init(title: "START", departure: .early(2)), .init(title: "CREATED"),
                .init(title: "LAST USED"), .init(title: "STANDING"),
                .init(title: "NAME", isFlexible: true),
            ],
            rows: keys.map { key in
                [
                    Cell(style.text(key.id)), Cell(style.text(key.workspace)),
                    Cell(key.scopes.joined(separator: " ")), Cell(style.text(key.start)),
                    cell(key.createdAt), cell(key.lastUsedAt), Cell(standing(key, style)),
                    Cell(style.text(key.name)),
                ]
            })
    }

    private func standing(_ key: KeyBody, _ style: Style) -> String {
        if let revokedAt = key.revokedAt { return "revoked \(style.time.text(revokedAt))" }
        guard let expiresAt = key.expiresAt else { return "valid" }
        return (key.isValid(at: now) ? "until " : "expired ") + style.time.text(expiresAt)
    }
}
