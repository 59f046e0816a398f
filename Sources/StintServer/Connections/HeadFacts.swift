import HTTPTypes
import NIOHTTP1

/// What of a request's head matters to its connection.
struct HeadFacts {
    private let head: HTTPRequestHead
    private var hosts = 0
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var expectsContinue = false
    /// Whether it asks to go on in another protocol, of which there is none here.
    private(set) var isForeign: Bool

    init(_ head: HTTPRequestHead) {
        self.head = head
        isForeign = head.method == .CONNECT
        for (name, value) in head.headers {
            // By length first: this runs for every field of every request.
            switch name.utf8.count {
            case 4 where name.isSpelled("host"): hosts += 1
            case 6 where name.isSpelled("expect"):
                expectsContinue = head.version == .http1_1 && value.isSpelled("100-continue")
            case 7 where name.isSpelled("upgrade"): isForeign = true
            case 14 where name.isSpelled("content-length"): contentLength = Int(value)
            case 17 where name.isSpelled("transfer-encoding"): isChunked = true
            default: break
            }
        }
    }

    func fault(within limits: ConnectionLimits) -> Problem? {
        if head.uri.utf8.count > limits.targetBytes {
            return Problem(
                .uriTooLong, "long_target",
                "The request's target is longer than \(limits.targetBytes) bytes.")
        }
        // RFC 9112 §3.2: of several hosts, each reader would choose another.
        if hosts > 1 || hosts == 0 && head.version == .http1_1 {
            return Problem(
                .badRequest, "malformed_request", "A request names its Host, and only one.")
        }
        return nil
    }
}

extension String {
    /// Whether it is this text of lower-case ASCII letters, in whatever case.
    fileprivate func isSpelled(_ text: StaticString) -> Bool {
        guard utf8.count == text.utf8CodeUnitCount else { return false }
        var place = text.utf8Start
        for byte in utf8 {
            let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
            if folded != place.pointee { return false }
            place += 1
        }
        return true
    }
}

extension Problem {
    /// What the decoder could not understand of a head.
    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow:
            self.init(
                .requestHeaderFieldsTooLarge, "large_head",
                "The request's head has too many fields, or is too large.")
        default:
            self.init(.badRequest, "malformed_request", "This is not a request as HTTP says it.")
        }
    }
}
