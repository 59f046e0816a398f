/// The keys of one object so far, to notice one that stands twice.
///
/// Keys are the same when their decoded bytes are. A handful is compared in place without building
/// anything; beyond that a hash table takes over, so that a million keys cost no more than time
/// linear in their bytes.
struct JSONKeySet {
    private static let handful = 32

    private var slices: [JSONText] = []
    private var table: Set<[UInt8]> = []

    /// Forgets all keys, and keeps the memory for the next object.
    mutating func removeAll() {
        slices.removeAll(keepingCapacity: true)
        if !table.isEmpty { table.removeAll() }
    }

    /// Refuses a key that stands there already.
    ///
    /// - Parameter object: The pointer to the object.
    mutating func insertOnce(
        _ key: JSONText, of reader: JSONReader, in object: String
    ) throws(IngestFault) {
        if key.hasLoneSurrogate { throw .loneSurrogate(object) }
        guard insert(key, of: reader) else {
            throw .duplicateKey(IngestFault.pointer(to: key, of: reader, in: object))
        }
    }

    /// - Returns: Whether the key is new.
    mutating func insert(_ key: JSONText, of reader: JSONReader) -> Bool {
        if table.isEmpty, !key.isEscaped, slices.count < Self.handful {
            for slice in slices where reader.spellTheSame(slice, key) { return false }
            slices.append(key)
            return true
        }
        if table.isEmpty {
            for slice in slices { table.insert(Array(reader.slice(slice))) }
        }
        return table.insert(Array(reader.decode(key, keepsNUL: true).utf8)).inserted
    }
}
