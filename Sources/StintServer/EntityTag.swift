/// The tag by which a caller names the version of an answer that it holds.
enum EntityTag {
    /// Whether the value of `If-None-Match` names the tag: RFC 9110 §13.1.2, compared weakly.
    static func isNamed(_ tag: String, in list: String) -> Bool {
        if list == "*" { return true }
        return list.split(separator: ",").contains { part in
            var part = part.drop { $0 == " " }
            if part.hasPrefix("W/") { part = part.dropFirst(2) }
            while part.last == " " { part.removeLast() }
            return part == tag
        }
    }
}
