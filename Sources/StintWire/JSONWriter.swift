public import StintModel

/// Writes JSON into bytes, in the order of the calls.
///
/// It sees to commas and escapes; that keys and ends come where they belong is the caller's.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(capacity: Int = 1_024) {
        bytes.reserveCapacity(capacity)
    }

    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        begin(0x7B)
        members(&self)
        end(0x7D)
    }

    public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        begin(0x5B)
        for element in elements { write(&self, element) }
        end(0x5D)
    }

    /// The name of the member whose value comes next.
    public mutating func key(_ name: String) {
        separate()
        bytes.appendJSON(string: name)
        bytes.append(0x3A)
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        bytes.appendJSON(string: value)
        needsComma = true
    }

    public mutating func integer(_ value: Int64) {
        separate()
        bytes.appendJSON(integer: value)
        needsComma = true
    }

    public mutating func boolean(_ value: Bool) {
        separate()
        bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
        needsComma = true
    }

    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
        needsComma = true
    }

    public mutating func scalar(_ value: Scalar) {
        separate()
        value.writeCanonicalJSON(to: &bytes)
        needsComma = true
    }

    /// RFC 3339 in UTC with six fraction digits.
    public mutating func instant(_ value: Instant) {
        separate()
        bytes.append(0x22)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 27) { text in
            value.writeRFC3339(into: text)
            bytes.append(contentsOf: text)
        }
        bytes.append(0x22)
        needsComma = true
    }

    /// Seconds, with as many fraction digits as microseconds need: `45.456`, `73`.
    public mutating func seconds(_ value: TimeSpan) {
        decimal(value.microseconds, digits: 6)
    }

    /// US dollars from thousand-millionths of one.
    public mutating func dollars(nanos: Int64) {
        decimal(nanos, digits: 9)
    }

    /// As many digits as tell it from every other number; null where it is not finite.
    public mutating func number(_ value: Double) {
        if value.isFinite { scalar(Scalar(number: value)) } else { null() }
    }

    /// A share in percent, a change of one, or how much there is of something in a time: with two
    /// decimals at most. Rates are rounded here and nowhere else.
    public mutating func rate(_ value: Double) {
        let hundredths = (value * 100).rounded()
        guard let whole = Int64(exactly: hundredths) else { return number(value) }
        decimal(whole, digits: 2)
    }

    /// A whole number of 10⁻ᵈ, written without what a binary fraction would add.
    private mutating func decimal(_ value: Int64, digits: Int) {
        separate()
        if value < 0 { bytes.append(0x2D) }
        var magnitude = value.magnitude
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        bytes.appendJSON(integer: Int64(magnitude / scale))
        magnitude %= scale
        if magnitude > 0 {
            bytes.append(0x2E)
            while magnitude > 0 {
                scale /= 10
                bytes.append(UInt8(0x30 + magnitude / scale))
                magnitude %= scale
            }
        }
        needsComma = true
    }

    // MARK: Members; one that is not known is null.

    public mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: Int64?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: Bool?) {
        key(name)
        if let value { boolean(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: Instant?) {
        key(name)
        if let value { instant(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: TimeSpan?) {
        key(name)
        if let value { seconds(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: Scalar?) {
        key(name)
        if let value { scalar(value) } else { null() }
    }

    public mutating func member(_ name: String, dollars nanos: Int64?) {
        key(name)
        if let nanos { dollars(nanos: nanos) } else { null() }
    }

    /// What is neither rounded nor a whole number of anything: a mean of durations, in seconds.
    public mutating func member(_ name: String, number value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    public mutating func member(_ name: String, rate value: Double?) {
        key(name)
        if let value { rate(value) } else { null() }
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
    }
}

extension JSONWriter {
    public mutating func member(_ name: String, _ value: Tokens?) {
        key(name)
        guard let value else { return null() }
        object { json in
            if let count = value.input { json.member("input", count) }
            if let count = value.output { json.member("output", count) }
            if let count = value.cachedInput { json.member("cachedInput", count) }
            if let count = value.reasoning { json.member("reasoning", count) }
        }
    }

    /// - Parameter isDated: A step's error says no time of its own.
    public mutating func member(_ name: String, _ value: Failure?, isDated: Bool = true) {
        key(name)
        guard let value else { return null() }
        object { json in
            json.member("type", value.type)
            json.member("message", value.message)
            json.member("cause", value.cause)
            json.member("stack", value.stack)
            if isDated { json.member("at", value.at) }
        }
    }

    public mutating func member(_ name: String, _ attributes: [Attribute]) {
        key(name)
        object { json in
            for attribute in attributes { json.member(attribute.key, attribute.value) }
        }
    }
}
