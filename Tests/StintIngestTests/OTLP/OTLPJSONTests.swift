import Foundation
import OTLPMessages
import StintIngest
import SwiftProtobuf
import Testing

/// The JSON form of OTLP, where it is not the JSON form of protobuf.
@Suite struct OTLPJSONTests {
    private func span(_ members: String) throws -> OTLPSpan {
        let text = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{\#(members)}]}]}]}"#
        return try OTLPDecoderTests.json(text).resourceSpans[0].scopeSpans[0].spans[0]
    }

    private func value(_ text: String) throws -> OTLPAnyValue {
        try span(#""attributes":[{"key":"k","value":\#(text)}]"#).attributes[0].value
    }

    @Test func `ids are hex of either case`() throws {
        let id = Data([0x5B, 0x8E, 0xFF, 0xF7, 0x98, 0x03, 0x81, 0x03])
        #expect(try span(#""spanId":"5b8efff798038103""#).spanID == id)
        #expect(try span(#""spanId":"5B8EFFF798038103""#).spanID == id)
        #expect(try span(#""spanId":"""#).spanID.isEmpty)
    }

    @Test(arguments: ["W47/95gDgQM=", "5b8", "5b8efff79803810g", String(repeating: "0", count: 34)])
    func `an id that is no hex is none, which costs its span alone`(_ id: String) throws {
        #expect(try span(#""traceId":"\#(id)""#).traceID.isEmpty)
    }

    @Test(
        arguments: [
            ("1772355600000000001", 1_772_355_600_000_000_001),
            ("\"1772355600000000001\"", 1_772_355_600_000_000_001),
            ("\"18446744073709551615\"", UInt64.max), ("0", 0), ("null", 0), ("1.5e3", 1_500),
        ] as [(String, UInt64)])
    func `64-bit integers are numbers or strings, and exact`(_ text: String, _ time: UInt64) throws
    {
        #expect(try span(#""startTimeUnixNano":\#(text)"#).startTimeUnixNano == time)
    }

    @Test(
        arguments: [
            (#"{"stringValue":"a\u0000b"}"#, .stringValue("a\0b")),
            (#"{"boolValue":false}"#, .boolValue(false)),
            (#"{"intValue":"-9007199254740993"}"#, .intValue(-9_007_199_254_740_993)),
            (#"{"intValue":9007199254740993}"#, .intValue(9_007_199_254_740_993)),
            (#"{"doubleValue":1}"#, .doubleValue(1)),
            (#"{"doubleValue":"-Infinity"}"#, .doubleValue(-.infinity)),
            (#"{"doubleValue":"0.5"}"#, .doubleValue(0.5)),
            (#"{"bytesValue":"AAEC/w=="}"#, .bytesValue(Data([0, 1, 2, 255]))),
            (#"{"bytesValue":"AAEC_w"}"#, .bytesValue(Data([0, 1, 2, 255]))),
            (
                #"{"arrayValue":{"values":[{},{"intValue":1}]}}"#,
                .arrayValue(.with { $0.values = [OTLPAnyValue(), .with { $0.intValue = 1 }] })
            ),
            (
                #"{"kvlistValue":{"values":[{"key":"a"}]}}"#,
                .kvlistValue(.with { $0.values = [.with { $0.key = "a" }] })
            ),
            ("{}", nil), ("null", nil), (#"{"stringValue":null}"#, nil),
            (#"{"string_value":"snake"}"#, nil), (#"{"futureValue":{"x":[1]}}"#, nil),
        ] as [(String, OTLPAnyValue.OneOf_Value?)])
    func `a value is what it is written as`(
        _ text: String, _ expected: OTLPAnyValue.OneOf_Value?
    ) throws {
        #expect(try value(text).value == expected)
    }

    @Test func `a number that is none stays none`() throws {
        #expect(try value(#"{"doubleValue":"NaN"}"#).doubleValue.isNaN)
    }

    @Test(arguments: [
        (#""name":5"#, "A string is expected here."),
        (#""attributes":{}"#, "An array is expected here."),
        (#""attributes":[[]]"#, "An object is expected here."),
        (#""kind":"SPAN_KIND_SERVER""#, "A whole number is expected here."),
        (
            #""startTimeUnixNano":-1"#,
            "Nanoseconds since 1970, as a number or a string, is expected here."
        ),
        (
            #""attributes":[{"value":{"intValue":1.5}}]"#,
            "A whole number of 64 bits, or a string of one, is expected here."
        ),
        (#""attributes":[{"value":{"bytesValue":"?"}}]"#, "Base64 is expected here."),
        (#""status":[]"#, "An object is expected here."),
        (#""spanId":7"#, "An id in hex is expected here."),
    ])
    func `what has another shape is refused with what would be right`(
        _ members: String, _ detail: String
    ) {
        let error = #expect(throws: OTLPBodyError.self) { try span(members) }
        guard case .malformed(detail, _?)? = error else {
            Issue.record("\(members): \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["", "{", "[]", "null", "{}{}", "\u{FEFF}{}", #"{"resourceSpans":[{]}"#])
    func `what is no JSON object is refused`(_ text: String) {
        #expect(throws: OTLPBodyError.self) { try OTLPDecoderTests.json(text) }
    }
}

// MARK: The form, written

extension OTLPTraceExport {
    /// As OTLP writes it in JSON.
    var json: String {
        get throws {
            let tree: [String: Any] = ["resourceSpans": resourceSpans.map(\.tree)]
            return String(decoding: try JSONSerialization.data(withJSONObject: tree), as: UTF8.self)
        }
    }
}

extension Data {
    fileprivate var hex: String { map { String(format: "%02x", $0) }.joined() }
}

extension OTLPResourceSpans {
    fileprivate var tree: [String: Any] {
        var tree: [String: Any] = ["scopeSpans": scopeSpans.map(\.tree)]
        if hasResource { tree["resource"] = ["attributes": resource.attributes.map(\.tree)] }
        return tree
    }
}

extension OTLPScopeSpans {
    fileprivate var tree: [String: Any] {
        var tree: [String: Any] = ["spans": spans.map(\.tree)]
        if hasScope { tree["scope"] = ["name": scope.name, "version": scope.version] }
        return tree
    }
}

extension OTLPSpan {
    fileprivate var tree: [String: Any] {
        var tree: [String: Any] = [
            "traceId": traceID.hex, "spanId": spanID.hex, "traceState": traceState,
            "parentSpanId": parentSpanID.hex, "name": name, "kind": Int(kind),
            "startTimeUnixNano": String(startTimeUnixNano),
            "endTimeUnixNano": String(endTimeUnixNano), "attributes": attributes.map(\.tree),
            "flags": Int(flags),
        ]
        tree["events"] = events.map {
            [
                "timeUnixNano": String($0.timeUnixNano), "name": $0.name,
                "attributes": $0.attributes.map(\.tree),
            ] as [String: Any]
        }
        tree["links"] = links.map {
            [
                "traceId": $0.traceID.hex, "spanId": $0.spanID.hex,
                "attributes": $0.attributes.map(\.tree),
            ] as [String: Any]
        }
        if hasStatus { tree["status"] = ["message": status.message, "code": Int(status.code)] }
        return tree
    }
}

extension OTLPKeyValue {
    fileprivate var tree: [String: Any] {
        hasValue ? ["key": key, "value": value.tree] : ["key": key]
    }
}

extension OTLPAnyValue {
    fileprivate var tree: [String: Any] {
        switch value {
        case .stringValue(let text)?: ["stringValue": text]
        case .boolValue(let flag)?: ["boolValue": flag]
        case .intValue(let number)?: ["intValue": String(number)]
        case .doubleValue(let number)?:
            [
                "doubleValue": number.isFinite
                    ? "\(number)" : number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
            ]
        case .bytesValue(let bytes)?: ["bytesValue": bytes.base64EncodedString()]
        case .arrayValue(let array)?: ["arrayValue": ["values": array.values.map(\.tree)]]
        case .kvlistValue(let list)?: ["kvlistValue": ["values": list.values.map(\.tree)]]
        case nil: [:]
        }
    }
}
