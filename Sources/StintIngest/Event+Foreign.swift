import StintModel

// What a foreign format says, brought within our limits: cut or left out, never a reason to refuse.

extension Event {
    /// Adds a name of at most ``Limits/nameBytes``; nothing where there is none.
    mutating func add(foreign fact: FactName, _ text: String?) {
        guard let text, !text.isEmpty else { return }
        add(fact, .string(text.cut(toBytes: Limits.nameBytes)))
    }

    /// Adds the id of the execution that began this one. One that is too long is none: cut, it
    /// would be another's.
    mutating func add(foreignParent id: String?) {
        guard let id, let id = ExecutionID(rawValue: id) else { return }
        add(.parent, .string(id.rawValue))
    }

    /// Adds an attribute, unless it is there already. A secret is masked, a long text cut; one whose
    /// name is too long, or that is one too many, is left out.
    mutating func add(foreignAttribute key: String, _ value: Scalar?) {
        guard let value, (1...Limits.nameBytes).contains(key.utf8.count),
            attributes.count < Limits.attributesPerEvent,
            !attributes.contains(where: { $0.key.isSpelled(like: key) })
        else { return }
        guard case .string(let text) = value else {
            return attributes.append(Attribute(key, value))
        }
        let kept =
            Redaction.covers(key) ? Redaction.mask : text.cut(toBytes: Limits.attributeBytes)
        attributes.append(Attribute(key, .string(kept)))
    }

    mutating func add(foreignAttribute key: String, _ text: String?) {
        add(foreignAttribute: key, text.map(Scalar.string))
    }
}
