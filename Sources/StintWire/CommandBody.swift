/// A command that leads on, ready to be pasted into a shell.
public struct CommandBody: Decodable, Hashable, Sendable {
    public var title: String
    public var command: String

    public init(title: String, command: String) {
        self.title = title
        self.command = command
    }

    /// - Parameter words: Each stands for itself, whatever it holds.
    public init(title: String, words: [String]) {
        self.init(title: title, command: words.map(\.shellQuoted).joined(separator: " "))
    }

    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("title", title)
            json.member("command", command)
        }
    }
}

extension String {
    /// The text as one word of a POSIX shell's command. Control characters, which a terminal would
    /// act upon when they are pasted, stand as escapes within `$'…'` (POSIX.1-2024).
    public var shellQuoted: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "-_./:=,@+%".utf8.contains(byte)
                }
            }
        if isPlain { return self }
        guard unicodeScalars.contains(where: \.isControl) else {
            return "'" + replacing("'", with: "'\\''") + "'"
        }
        var quoted = "$'"
        for scalar in unicodeScalars {
            if scalar.isControl {
                for byte in String(scalar).utf8 {
                    // Always three digits: a digit that follows is not taken for one more.
                    let digits = String(byte, radix: 8)
                    quoted += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
                }
            } else {
                if scalar == "'" || scalar == "\\" { quoted += "\\" }
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "'"
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
