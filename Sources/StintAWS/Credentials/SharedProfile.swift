import Foundation

/// A profile of the files that AWS's own tools share: `~/.aws/credentials` and `~/.aws/config`.
///
/// Which one it is says `AWS_PROFILE`, else it is `default`; where the files lie,
/// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE`. What both say, the first says.
struct SharedProfile {
    let name: String
    private let values: [String: String]

    subscript(key: String) -> String? { values[key] }

    /// - Returns: `nil` where no file knows the profile.
    init?(environment: [String: String]) {
        let home = environment["HOME"] ?? NSHomeDirectory()
        let named = environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"] ?? ""
        let name = named.isEmpty ? "default" : named
        func sections(_ variable: String, _ file: String) -> [String: [String: String]] {
            let path = environment[variable] ?? "\(home)/.aws/\(file)"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [:] }
            return Self.sections(of: text)
        }
        let config = sections("AWS_CONFIG_FILE", "config")
        let configured = config["profile \(name)"] ?? (name == "default" ? config[name] : nil)
        let credentials = sections("AWS_SHARED_CREDENTIALS_FILE", "credentials")[name]
        guard configured != nil || credentials != nil else { return nil }
        self.name = name
        values = (configured ?? [:]).merging(credentials ?? [:]) { $1 }
    }

    /// Reads `[section]` and `key = value`. Lines that begin with a blank belong to a value that is a
    /// list, of which nothing is needed here.
    static func sections(of text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var current: String?
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, first != "#", first != ";", !first.isWhitespace else {
                continue
            }
            if first == "[" {
                let words = line.dropFirst().prefix { $0 != "]" }.split(separator: " ")
                current = words.joined(separator: " ")
            } else if let current, let equals = line.firstIndex(of: "=") {
                let key = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
                sections[current, default: [:]][key] = value
            }
        }
        return sections
    }
}
