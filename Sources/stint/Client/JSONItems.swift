import Foundation

/// The elements of an array in a JSON document, each byte for byte as it was sent.
enum JSONItems {
    /// Finds the elements of the array that is the named member of the outermost object.
    ///
    /// - Parameter document: Valid JSON; what is found in anything else is undefined, but safe.
    /// - Returns: None where there is no such array.
    static func elements(of member: String, in document: Data) -> [Data] {
        let bytes = [UInt8](document)
        let name = Array("\"\(member)\"".utf8)
        var items: [Data] = []
        var depth = 0
        var index = 0
        // Where the text last closed began, if nothing but blanks followed: a name before its colon.
        var isMember = false
        var isInside = false
        var start: Int?

        func take(to end: Int) {
            guard let begin = start else { return }
            var end = end
            while end > begin, isBlank(bytes[end - 1]) { end -= 1 }
            if end > begin { items.append(Data(bytes[begin..<end])) }
            start = nil
        }

        while index < bytes.count {
            let byte = bytes[index]
            if isInside, start == nil, depth == 2, !isBlank(byte), byte != 0x2C, byte != 0x5D {
                start = index
            }
            switch byte {
            case 0x22:
                let begin = index
                index += 1
                while index < bytes.count, bytes[index] != 0x22 {
                    index += bytes[index] == 0x5C ? 2 : 1
                }
                let end = min(index, bytes.count - 1)
                if depth == 1 { isMember = bytes[begin...end].elementsEqual(name) }
            case 0x5B, 0x7B:
                depth += 1
                if depth == 2, byte == 0x5B, isMember {
                    isInside = true
                    isMember = false
                }
            case 0x5D, 0x7D:
                if isInside, depth == 2 {
                    take(to: index)
                    isInside = false
                }
                depth -= 1
            case 0x2C:
                if isInside, depth == 2 { take(to: index) }
                if depth == 1 { isMember = false }
            default:
                break
            }
            index += 1
        }
        return items
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
