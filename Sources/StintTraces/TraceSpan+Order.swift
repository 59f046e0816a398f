import StintModel

extension TraceSpan {
    /// Whether it stands where another span of the same id is known: a fixed order of all contents,
    /// so that it does not matter which came first.
    func outranks(_ other: TraceSpan) -> Bool {
        if start != other.start { return start < other.start }
        if (end == nil) != (other.end == nil) { return end != nil }
        return other.bytes.lexicographicallyPrecedes(bytes)
    }

    /// All of its content as bytes, the same for the same content alone.
    private var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: parent.map { Int64(bitPattern: $0.bits) })
        bytes.append(parentage.rawValue)
        bytes.append(number: announces.map { Int64(bitPattern: $0.bits) })
        bytes.append(role.rawValue)
        bytes.append(text: name)
        bytes.append(number: end?.microseconds)
        bytes.append(status.rawValue)
        bytes.append(text: failure.map { String(decoding: $0.canonicalJSON, as: UTF8.self) })
        for word in [agent, workflow, service, execution?.rawValue, model, requestModel] {
            bytes.append(text: word)
        }
        for count in [
            tokens?.input, tokens?.output, tokens?.cachedInput, tokens?.reasoning, costNanos,
        ] {
            bytes.append(number: count)
        }
        for fact in facts {
            bytes.append(fact.name.rawValue)
            fact.value.writeCanonicalJSON(to: &bytes)
        }
        for attribute in attributes {
            bytes.append(text: attribute.key)
            attribute.value.writeCanonicalJSON(to: &bytes)
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: Int64?) {
        guard let number else { return append(0) }
        append(1)
        for shift in 0..<8 { append(UInt8(truncatingIfNeeded: number >> (8 * Int64(shift)))) }
    }

    fileprivate mutating func append(text: String?) {
        append(number: text.map { Int64($0.utf8.count) })
        if let text { append(contentsOf: text.utf8) }
    }
}
