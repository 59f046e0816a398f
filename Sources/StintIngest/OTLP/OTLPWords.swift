import FoundationEssentials
import OTLPMessages
import StintModel

/// The attributes of one span or resource after the other, sorted into what is understood and the rest.
struct OTLPWords {
    let settings: OTLPSettings
    private var attributes: [OTLPKeyValue] = []
    /// By field: the attribute that holds it, of the first spelling present; -1 where none does.
    private var places = [Int](repeating: -1, count: OTLPField.allCases.count)
    private var ranks = [UInt8](repeating: 0, count: OTLPField.allCases.count)
    private var others: [Int] = []

    init(settings: OTLPSettings) {
        self.settings = settings
    }

    mutating func read(_ attributes: [OTLPKeyValue]) {
        self.attributes = attributes
        for field in places.indices { places[field] = -1 }
        others.removeAll(keepingCapacity: true)
        for index in attributes.indices {
            switch settings.vocabulary.meaning(of: attributes[index].key) {
            case .field(let field, let rank):
                // It may hold the sender's own words beside the framework's.
                if field == .metadata { others.append(index) }
                let field = Int(field.rawValue)
                if attributes[index].value.value == nil { continue }
                if places[field] >= 0, ranks[field] <= rank { continue }
                places[field] = index
                ranks[field] = rank
            case .content:
                if settings.keepsContents { others.append(index) }
            case .unknown:
                others.append(index)
            case .unkept:
                break
            }
        }
    }

    private func value(_ field: OTLPField) -> OTLPAnyValue.OneOf_Value? {
        let place = places[Int(field.rawValue)]
        return place < 0 ? nil : attributes[place].value.value
    }

    /// A word to compare with.
    func word(_ field: OTLPField) -> String? {
        guard case .stringValue(let text) = value(field), !text.isEmpty else { return nil }
        return text
    }

    /// A text of at most ``Limits/nameBytes``, cut where it is longer.
    ///
    /// - Parameter spellings: Of how many of the spellings it may be.
    func name(_ field: OTLPField, spellings: UInt8 = .max) -> String? {
        if ranks[Int(field.rawValue)] >= spellings { return nil }
        switch value(field) {
        case .stringValue(let text): return text.kept(upTo: Limits.nameBytes)
        case .intValue(let number): return String(number)
        default: return nil
        }
    }

    /// A count, from 0; some emitters send it as a fraction, or as text.
    func count(_ field: OTLPField) -> Int64? {
        let count: Int64? =
            switch value(field) {
            case .intValue(let number): number
            case .doubleValue(let number): Int64(exactly: number.rounded())
            case .stringValue(let text): Int64(text)
            default: nil
            }
        return count.flatMap { $0 < 0 ? nil : $0 }
    }

    /// Thousand-millionths of what the field counts whole.
    func nanos(_ field: OTLPField) -> Int64? {
        let amount: Double? =
            switch value(field) {
            case .doubleValue(let number): number
            case .intValue(let number): Double(number)
            default: nil
            }
        guard let amount, amount >= 0, amount < 1e9 else { return nil }
        return Int64((amount * 1e9).rounded())
    }

    /// What was not understood, in the sender's own words: at most ``Limits/attributesPerEvent``.
    func rest() -> [Attribute] {
        others.prefix(Limits.attributesPerEvent).compactMap { index in
            guard let value = attributes[index].value.value,
                let key = attributes[index].key.kept(upTo: Limits.nameBytes)
            else { return nil }
            if case .stringValue = value, Redaction.covers(key) {
                return Attribute(key, .string(Redaction.mask))
            }
            return Attribute(key, value.scalar)
        }
    }
}

extension OTLPAnyValue.OneOf_Value {
    /// Numbers exactly, arrays and maps as their JSON, bytes as `base64:` and theirs; a text is cut at
    /// ``Limits/attributeBytes``.
    fileprivate var scalar: Scalar {
        let text: String
        switch self {
        case .boolValue(let flag): return .boolean(flag)
        case .intValue(let number): return .integer(number)
        case .doubleValue(let number) where number.isFinite: return Scalar(number: number)
        case .doubleValue(let number):
            text = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
        case .stringValue(let string): text = string
        case .bytesValue(let data): text = "base64:" + data.base64EncodedString()
        case .arrayValue, .kvlistValue:
            var json: [UInt8] = []
            appendJSON(to: &json)
            text = String(decoding: json, as: UTF8.self)
        }
        return .string(text.kept(upTo: Limits.attributeBytes) ?? "")
    }

    fileprivate func appendJSON(to json: inout [UInt8]) {
        switch self {
        case .arrayValue(let array):
            json.append(0x5B)
            for (index, element) in array.values.enumerated() {
                if index > 0 { json.append(0x2C) }
                element.appendJSON(to: &json)
            }
            json.append(0x5D)
        case .kvlistValue(let map):
            json.append(0x7B)
            for (index, member) in map.values.enumerated() {
                if index > 0 { json.append(0x2C) }
                json.appendJSON(string: member.key)
                json.append(0x3A)
                member.value.appendJSON(to: &json)
            }
            json.append(0x7D)
        case .boolValue, .intValue, .doubleValue, .stringValue, .bytesValue:
            scalar.writeCanonicalJSON(to: &json)
        }
    }
}

extension OTLPAnyValue {
    fileprivate func appendJSON(to json: inout [UInt8]) {
        if let value { value.appendJSON(to: &json) } else { json.append(contentsOf: "null".utf8) }
    }
}

extension String {
    /// As much of it as may be kept: cut between two characters, U+0000 replaced by U+FFFD.
    ///
    /// - Returns: `nil` where it is empty.
    func kept(upTo limit: Int) -> String? {
        if isEmpty { return nil }
        guard utf8.contains(0) else { return cut(toBytes: limit) }
        let mended = String.UnicodeScalarView(
            unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })
        return String(mended).cut(toBytes: limit)
    }
}
