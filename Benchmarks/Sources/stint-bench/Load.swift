import Foundation

/// What a load measured.
struct Measurement {
    var requests = 0
    var seconds = 0.0
    /// In seconds, ascending.
    var latencies: [Double] = []

    var perSecond: Double { Double(requests) / seconds }

    func percentile(_ share: Double) -> Double {
        guard !latencies.isEmpty else { return .nan }
        let rank = Int((share * Double(latencies.count)).rounded(.up))
        return latencies[max(1, rank) - 1]
    }
}

/// Runs requests over several connections from one thread, one request of each connection at a
/// time: the load shares the machine with what it measures, and is to take little of it.
enum Load {
    /// - Parameter requests: Of each connection, in order.
    static func run(port: UInt16, requests: [[[UInt8]]]) throws -> Measurement {
        var connections = try requests.map { try Connection(port: port, requests: $0) }
        var polls = connections.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        var measured = Measurement()
        measured.latencies.reserveCapacity(requests.reduce(0) { $0 + $1.count })
        var open = connections.count
        let begin = now()
        for index in connections.indices {
            if try connections[index].sendNext() {
                polls[index].events = connections[index].awaited
            } else {
                open -= 1
            }
        }
        while open > 0 {
            guard poll(&polls, nfds_t(polls.count), 30_000) > 0 else {
                throw BenchError("the server does not answer")
            }
            for index in polls.indices where polls[index].revents != 0 {
                if polls[index].revents & Int16(POLLOUT) != 0 { try connections[index].send() }
                if polls[index].revents & ~Int16(POLLOUT) != 0,
                    let answer = try connections[index].receive()
                {
                    guard (200..<300).contains(answer.status) else {
                        throw BenchError("the server answered \(answer.status)")
                    }
                    measured.latencies.append(answer.seconds)
                    if try !connections[index].sendNext() {
                        open -= 1
                        polls[index].fd = -1
                    }
                }
                polls[index].events = connections[index].awaited
            }
        }
        measured.seconds = now() - begin
        for connection in connections { connection.close() }
        measured.requests = measured.latencies.count
        measured.latencies.sort()
        return measured
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// One HTTP/1.1 connection that asks and waits.
struct Connection {
    let socket: Int32
    private let requests: [[UInt8]]
    private var next = 0
    private var sent = 0
    private var begin = 0.0
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var filled = 0

    init(port: UInt16, requests: [[UInt8]]) throws {
        self.requests = requests
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            Foundation.close(socket)
            throw BenchError("cannot connect to port \(port)")
        }
        var one: Int32 = 1
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    }

    func close() { Foundation.close(socket) }

    /// A port that nobody listens on.
    static func freePort() throws -> UInt16 {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Foundation.close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 ? getsockname(socket, $0, &size) : -1
            }
        }
        guard code == 0 else { throw BenchError("there is no free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Waits until somebody listens there.
    static func awaitListener(on port: UInt16) throws {
        let end = Load.now() + 30
        while (try? Connection(port: port, requests: [])).map({ $0.close() }) == nil {
            guard Load.now() < end else { throw BenchError("nobody listens on port \(port)") }
        }
    }

    /// What to wait for.
    var awaited: Int16 {
        Int16(next > 0 && sent < requests[next - 1].count ? POLLIN | POLLOUT : POLLIN)
    }

    /// - Returns: Whether there was another request to send.
    mutating func sendNext() throws -> Bool {
        guard next < requests.count else { return false }
        next += 1
        sent = 0
        filled = 0
        begin = Load.now()
        try send()
        return true
    }

    /// Sends what the socket takes.
    mutating func send() throws {
        let request = requests[next - 1]
        while sent < request.count {
            let count = request.withUnsafeBytes {
                Foundation.send(
                    socket, $0.baseAddress! + sent, request.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else { throw BenchError("the server closed the connection") }
            sent += count
        }
    }

    /// - Returns: `nil` until the answer is whole.
    mutating func receive() throws -> (status: Int, seconds: Double)? {
        while true {
            if filled == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
            let count = buffer.withUnsafeMutableBytes {
                recv(socket, $0.baseAddress! + filled, $0.count - filled, 0)
            }
            if count < 0, errno == EAGAIN { return nil }
            guard count > 0 else { throw BenchError("the server closed the connection") }
            filled += count
            if let status = wholeAnswer() { return (status, Load.now() - begin) }
        }
    }

    /// What has arrived of the answer.
    var text: String { String(decoding: buffer[..<filled], as: UTF8.self) }

    /// The status, once the head and as much as it announces have arrived.
    private func wholeAnswer() -> Int? {
        var lineEnd = 0
        var length = 0
        var index = 0
        // Line by line, until an empty one.
        while index + 1 < filled {
            guard buffer[index] == 0x0D, buffer[index + 1] == 0x0A else {
                index += 1
                continue
            }
            if index == lineEnd {
                return filled >= index + 2 + length ? digits(from: 9) : nil
            }
            if buffer[lineEnd..<index].starts(with: Self.lengthMark) {
                length = digits(from: lineEnd + Self.lengthMark.count)
            }
            index += 2
            lineEnd = index
        }
        return nil
    }

    private static let lengthMark = Array("Content-Length: ".utf8)

    private func digits(from start: Int) -> Int {
        var value = 0
        var index = start
        while index < filled, buffer[index] &- 0x30 < 10 {
            value = value * 10 + Int(buffer[index] - 0x30)
            index += 1
        }
        return value
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

enum Request {
    /// - Parameter key: Of a server that asks for one.
    static func post(
        _ path: String, key: String? = nil, type: String = "application/json",
        headers: [String] = [], _ body: [UInt8]
    ) -> [UInt8] {
        let more = headers + (key.map { ["Authorization: Bearer \($0)"] } ?? [])
        return Array(
            """
            POST \(path) HTTP/1.1\r
            Host: 127.0.0.1\r
            Content-Type: \(type)\r
            \(more.map { $0 + "\r\n" }.joined())Content-Length: \(body.count)\r
            \r

            """.utf8) + body
    }

    static func get(_ path: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
    }
}

/// Runs a program to its end.
///
/// - Returns: What it wrote to standard output.
func output(of program: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw BenchError(
            "\(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
}
