import StintModel

/// Counts the objects of a trace export in JSON before anything is built of them, as ``OTLPScan`` counts
/// messages: three bytes say an empty one, which takes thirty times as many once it is built.
///
/// Members that nobody knows count as well. Whether it is JSON at all is for the decoder to say.
enum OTLPJSONScan {
    /// - Throws: ``OTLPBodyError/tooManyParts(limit:)``, at the first object beyond the limit.
    static func check(_ bytes: UnsafeRawBufferPointer) throws(OTLPBodyError) {
        // Most bodies are too small to hold as many.
        guard bytes.count / 3 > Limits.partsPerExport else { return }
        var left = Limits.partsPerExport
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"):
                guard left > 0 else { throw .tooManyParts(limit: Limits.partsPerExport) }
                left -= 1
            case UInt8(ascii: "\""):
                position += 1
                while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                }
            default: break
            }
            position += 1
        }
    }
}
