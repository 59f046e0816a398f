import Foundation

/// A listener to the feed, made of a bare socket: what comes is read byte by byte, as the forms say.
final class FeedListener {
    enum Form: String, CaseIterable, Sendable {
        case events, webSocket
    }

    struct Message: Hashable {
        var event: String
        var data: JSON
        var id: String
    }

    /// What ended it.
    enum End: Hashable {
        /// The body of server-sent events came to its end.
        case complete
        /// A WebSocket's close frame, with its code.
        case closed(Int)
        case cut
    }

    struct Silent: Error {}
    struct Refused: Error {
        var status: Int
    }

    let form: Form
    let connection: RawConnection
    private(set) var head = ""
    private(set) var end: End?
    private(set) var lastID: String?
    private(set) var comments = 0
    private(set) var pings = 0
    private(set) var pongs: [Data] = []
    private var bytes = Data()
    private var body = Data()
    private var messages: [Message] = []

    /// - Parameter query: With its question mark.
    /// - Throws: ``Refused`` where it is not let in.
    init(
        _ form: Form, _ server: RunningServer, _ query: String = "", headers: [String: String] = [:]
    ) async throws {
        self.form = form
        connection = try RawConnection(server)
        connection.send(Self.request(form, server, query, headers: headers))
        while true {
            if let found = bytes.range(of: Data("\r\n\r\n".utf8)) {
                head = String(decoding: bytes[..<found.lowerBound], as: UTF8.self)
                bytes = Data(bytes[found.upperBound...])
                break
            }
            guard let more = await connection.receive(within: .seconds(60)), !more.isEmpty else {
                throw Silent()
            }
            bytes += more
        }
        let status = Int(head.split(separator: " ")[1]) ?? 0
        guard status == (form == .events ? 200 : 101) else { throw Refused(status: status) }
    }

    static func request(
        _ form: Form, _ server: RunningServer, _ query: String, headers: [String: String]
    ) -> String {
        var lines = ["GET /v1/live\(query) HTTP/1.1", "Host: 127.0.0.1:\(server.port)"]
        if form == .webSocket {
            lines += [
                "Upgrade: websocket", "Connection: keep-alive, Upgrade",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
        }
        lines += headers.map { "\($0): \($1)" }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The next message.
    ///
    /// - Returns: `nil` where the feed ended.
    func next(within limit: Duration = .seconds(60)) async throws -> Message? {
        let deadline = ContinuousClock.now + limit
        while messages.isEmpty, end == nil {
            guard ContinuousClock.now < deadline else { throw Silent() }
            await hear(within: deadline - .now)
        }
        if messages.isEmpty { return nil }
        let message = messages.removeFirst()
        lastID = message.id
        return message
    }

    /// The next message of this event; others are passed over.
    func next(_ event: String, within limit: Duration = .seconds(60)) async throws -> JSON? {
        while let message = try await next(within: limit) {
            if message.event == event { return message.data }
        }
        return nil
    }

    /// Listens until the feed has ended.
    func untilEnd(within limit: Duration = .seconds(60)) async throws -> End {
        while try await next(within: limit) != nil {}
        return end ?? .cut
    }

    /// Listens until the condition holds.
    func until(within limit: Duration = .seconds(60), _ holds: () -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while !holds() {
            guard ContinuousClock.now < deadline, end == nil else { throw Silent() }
            await hear(within: deadline - .now)
        }
    }

    private func hear(within limit: Duration) async {
        if bytes.isEmpty || !take() {
            guard let more = await connection.receive(within: limit) else {
                end = end ?? .cut
                return
            }
            bytes += more
        }
        while take() {}
    }

    /// Takes one part of what came, where it is whole.
    private func take() -> Bool {
        guard end == nil else { return false }
        return form == .events ? takeChunk() : takeFrame()
    }

    // MARK: Server-sent events

    private func takeChunk() -> Bool {
        guard let line = bytes.range(of: Data("\r\n".utf8)),
            let length = Int(
                String(decoding: bytes[..<line.lowerBound], as: UTF8.self), radix: 16),
            bytes.distance(from: line.upperBound, to: bytes.endIndex) >= length + 2
        else { return false }
        let chunk = bytes[line.upperBound...].prefix(length)
        bytes = Data(bytes[(chunk.endIndex + 2)...])
        if length == 0 { end = .complete }
        body += chunk
        while let blank = body.range(of: Data("\n\n".utf8)) {
            takeEvent(String(decoding: body[..<blank.lowerBound], as: UTF8.self))
            body = Data(body[blank.upperBound...])
        }
        return true
    }

    private func takeEvent(_ text: String) {
        var message = Message(event: "", data: .null, id: "")
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            switch parts[0] {
            case "": comments += 1
            case "id": message.id = String(value)
            case "event": message.event = String(value)
            case "data": message.data = (try? JSON(Data(value.utf8))) ?? .null
            default: break
            }
        }
        if !message.event.isEmpty { messages.append(message) }
    }

    // MARK: WebSocket

    private func takeFrame() -> Bool {
        let start = bytes.startIndex
        guard bytes.count >= 2 else { return false }
        var length = Int(bytes[start + 1])
        var place = start + 2
        if length > 125 {
            let count = length == 126 ? 2 : 8
            guard bytes.count >= 2 + count else { return false }
            length = bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
            place += count
        }
        guard bytes.endIndex - place >= length else { return false }
        let payload = Data(bytes[place..<(place + length)])
        let first = bytes[start]
        bytes = Data(bytes[(place + length)...])
        switch first {
        case 0x81:
            let json = (try? JSON(payload)) ?? .null
            messages.append(
                Message(
                    event: json["event"].string ?? "", data: json["data"],
                    id: json["id"].string ?? ""))
        case 0x88: end = .closed(payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1]))
        case 0x89:
            pings += 1
            connection.send(Self.frame(0x8A, payload))
        case 0x8A: pongs.append(payload)
        default: end = .cut
        }
        return true
    }

    /// A frame as a client sends it.
    static func frame(_ first: UInt8, _ payload: Data = Data(), isMasked: Bool = true) -> Data {
        var frame = Data([first])
        let flag: UInt8 = isMasked ? 0x80 : 0
        if payload.count < 126 {
            frame.append(flag | UInt8(payload.count))
        } else {
            frame.append(flag | 126)
            frame += [UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        guard isMasked else { return frame + payload }
        let mask: [UInt8] = [1, 2, 3, 4]
        return frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}
