import Foundation

@testable import StintIngest

/// A whole document, as our reader sees it and as Foundation does.
indirect enum JSONTree: Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])
}

extension JSONTree {
    /// Reads with ``JSONReader``, and refuses what it leaves to its caller to refuse.
    init(reading bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes)
            try reader.refuseByteOrderMark()
            let tree = try JSONTree(&reader)
            try reader.finish()
            return tree
        }
    }

    private init(_ reader: inout JSONReader) throws {
        switch try reader.peek() {
        case .null:
            _ = try reader.skipNull()
            self = .null
        case .boolean:
            self = .boolean(try reader.boolean())
        case .number:
            self = .number(try reader.finiteNumber("").double!)
        case .string:
            self = .string(try Self.text(&reader))
        case .array:
            try reader.enterArray()
            var elements: [JSONTree] = []
            while try reader.nextElement() { elements.append(try JSONTree(&reader)) }
            self = .array(elements)
        case .object:
            try reader.enterObject()
            var keys = JSONKeySet()
            var members: [String: JSONTree] = [:]
            while let key = try reader.nextKey() {
                try keys.insertOnce(key, of: reader, in: "")
                members[reader.decode(key, keepsNUL: true)] = try JSONTree(&reader)
            }
            self = .object(members)
        }
    }

    private static func text(_ reader: inout JSONReader) throws -> String {
        let text = try reader.string()
        if text.hasLoneSurrogate { throw IngestFault.loneSurrogate() }
        let decoded = reader.decode(text, keepsNUL: true)
        // The count that is found without decoding has to be the count of what is decoded.
        precondition(reader.decodedCount(text) == decoded.utf8.count)
        return decoded
    }

    /// Passes over the document without reading it.
    static func skip(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes)
            try reader.refuseByteOrderMark()
            try reader.skip()
            try reader.finish()
        }
    }
}

extension JSONTree: Decodable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            var members: [String: JSONTree] = [:]
            for key in object.allKeys {
                members[key.stringValue] = try object.decode(JSONTree.self, forKey: key)
            }
            self = .object(members)
        } else if var array = try? decoder.unkeyedContainer() {
            var elements: [JSONTree] = []
            while !array.isAtEnd { elements.append(try array.decode(JSONTree.self)) }
            self = .array(elements)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let flag = try? value.decode(Bool.self) {
                self = .boolean(flag)
            } else if let text = try? value.decode(String.self) {
                self = .string(text)
            } else {
                self = .number(try value.decode(Double.self))
            }
        }
    }

    /// Reads with Foundation.
    init(foundation bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(JSONTree.self, from: Data(bytes))
    }
}
