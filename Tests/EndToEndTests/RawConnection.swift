import Foundation

/// A connection of which a test says every byte, and hears every one.
final class RawConnection: Sendable {
    private let descriptor: Int32

    struct Refused: Error {
        var code: Int32
    }

    /// - Parameter server: One without TLS, at `http://127.0.0.1:PORT`.
    convenience init(_ server: RunningServer) throws {
        try self.init(port: server.port)
    }

    /// - Parameter port: Of this machine.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code != 0 { throw Refused(code: errno) }
    }

    deinit { close(descriptor) }

    /// - Returns: Whether the other side still listens, as far as is known.
    @discardableResult
    func send(_ text: String) -> Bool { send(Data(text.utf8)) }

    @discardableResult
    func send(_ data: Data) -> Bool {
        data.withUnsafeBytes { bytes in
            var place = 0
            while place < bytes.count {
                let count = Foundation.send(
                    descriptor, bytes.baseAddress! + place, bytes.count - place,
                    Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                place += count
            }
            return true
        }
    }

    /// Says no more, and goes on listening.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// What was heard, and whether the other side has closed.
    struct Heard: Sendable {
        var data = Data()
        var isClosed = false
        var text: String { String(decoding: data, as: UTF8.self) }
        /// The answers, one after the other. An interim one counts as well.
        var answers: [RawAnswer] { RawAnswer.all(in: data) }
    }

    /// Listens until the other side closes, or as many answers have come, or the time is over.
    func hear(answers: Int = .max, within limit: Duration = .seconds(60)) async -> Heard {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let deadline = ContinuousClock.now + limit
                var heard = Heard()
                while !heard.isClosed, heard.answers.count < answers {
                    let rest = deadline - .now
                    guard rest > .zero else { break }
                    self.read(into: &heard, within: rest)
                }
                continuation.resume(returning: heard)
            }
        }
    }

    /// Listens until something comes.
    ///
    /// - Returns: What came; empty where the time is over, `nil` where the other side has closed.
    func receive(within limit: Duration) async -> Data? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var heard = Heard()
                self.read(into: &heard, within: limit)
                continuation.resume(returning: heard.isClosed ? nil : heard.data)
            }
        }
    }

    private func read(into heard: inout Heard, within limit: Duration) {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, Int32(limit / .milliseconds(1)) + 1) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count > 0 { heard.data += bytes[..<count] } else { heard.isClosed = true }
    }

    /// Those of the connections on which the other side has not closed. Waits a moment for news.
    static func open(_ connections: [RawConnection], within limit: Duration) -> [RawConnection] {
        var states = connections.map {
            pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
        }
        poll(&states, nfds_t(states.count), Int32(limit / .milliseconds(1)))
        return zip(connections, states).filter { connection, state in
            guard state.revents != 0 else { return true }
            var byte = [UInt8](repeating: 0, count: 4_096)
            return recv(connection.descriptor, &byte, byte.count, 0) > 0
        }.map(\.0)
    }
}

/// An answer as it came over the wire.
struct RawAnswer: Sendable {
    var status: Int
    var headers: [String: String]
    var body: Data
    var json: JSON { (try? JSON(body)) ?? .null }

    /// The whole answers that the bytes begin with, each as long as its `Content-Length` says.
    static func all(in data: Data) -> [RawAnswer] {
        var answers: [RawAnswer] = []
        var rest = data[...]
        while let end = rest.range(of: Data("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                .components(separatedBy: "\r\n")
            let words = lines[0].split(separator: " ")
            guard words.count > 1, words[0] == "HTTP/1.1", let status = Int(words[1]) else { break }
            let headers = Dictionary(
                lines.dropFirst().map { line in
                    let colon = line.firstIndex(of: ":") ?? line.endIndex
                    return (
                        line[..<colon].lowercased(),
                        line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
                    )
                }, uniquingKeysWith: { "\($0), \($1)" })
            let length = Int(headers["content-length"] ?? "0") ?? 0
            guard rest.distance(from: end.upperBound, to: rest.endIndex) >= length else { break }
            let body = rest[end.upperBound...].prefix(length)
            answers.append(RawAnswer(status: status, headers: headers, body: Data(body)))
            rest = rest[body.endIndex...]
        }
        return answers
    }
}

extension RunningServer {
    var port: UInt16 { UInt16(url.split(separator: ":").last ?? "") ?? 0 }

    /// Says this on a connection of its own and hears until the server closes it.
    func talk(_ text: String) async throws -> RawConnection.Heard {
        let connection = try RawConnection(self)
        connection.send(text)
        return await connection.hear()
    }
}
