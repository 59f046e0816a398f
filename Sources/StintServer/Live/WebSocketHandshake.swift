import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The request of a client to go on as a WebSocket, and the answer to it (RFC 6455 §4.2).
struct WebSocketHandshake {
    private let key: String

    /// - Returns: `nil` where nobody asks to go on in another protocol.
    /// - Throws: ``Problem`` 400 or 426 where what is asked cannot be done.
    init?(_ request: Request) throws(Problem) {
        guard let protocols = request.headers[.upgrade] else { return nil }
        guard Self.list(protocols, names: "websocket"),
            Self.list(request.headers[.connection] ?? "", names: "upgrade")
        else { return nil }
        guard request.headers[.secWebSocketVersion] == "13" else {
            throw Problem(
                .upgradeRequired, "websocket_version", "This server speaks WebSocket 13.",
                headers: [
                    .upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13",
                ])
        }
        guard let key = request.headers[.secWebSocketKey],
            Data(base64Encoded: key)?.count == 16
        else {
            throw Problem(
                .badRequest, "websocket_key",
                "Sec-WebSocket-Key holds 16 bytes of the client's choice, as Base64.")
        }
        self.key = key
    }

    /// The fields of the answer 101.
    var headers: HTTPFields {
        let digest = Insecure.SHA1.hash(data: Data((key + Self.salt).utf8))
        return [
            .upgrade: "websocket", .connection: "Upgrade",
            .secWebSocketAccept: Data(digest).base64EncodedString(),
        ]
    }

    private static let salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Whether one element of a list of tokens is this one, in whatever case.
    private static func list(_ field: String, names token: String) -> Bool {
        field.split(separator: ",").contains { element in
            element.drop { $0 == " " }.lowercased().prefix { $0 != " " } == token
        }
    }
}
