import Foundation

/// Exports over gRPC from one thread, one call of each connection at a time: just as much of HTTP/2 as
/// that takes, so that the load takes little of the machine it shares.
enum CallLoad {
    /// - Parameter messages: Of each connection, in order.
    static func run(port: UInt16, messages: [[[UInt8]]]) throws -> Measurement {
        var connections = try messages.map { try CallConnection(port: port, messages: $0) }
        var polls = connections.map { pollfd(fd: $0.socket, events: 0, revents: 0) }
        var measured = Measurement()
        var open = connections.count
        let begin = Load.now()
        for index in connections.indices where try !connections[index].callNext() { open -= 1 }
        while open > 0 {
            for index in polls.indices {
                polls[index].events = Int16(
                    connections[index].hasUnsent ? POLLIN | POLLOUT : POLLIN)
            }
            guard poll(&polls, nfds_t(polls.count), 30_000) > 0 else {
                throw BenchError("the server does not answer")
            }
            for index in polls.indices where polls[index].revents != 0 {
                if polls[index].revents & Int16(POLLOUT) != 0 { try connections[index].send() }
                guard polls[index].revents & ~Int16(POLLOUT) != 0,
                    let seconds = try connections[index].receive()
                else { continue }
                measured.latencies.append(seconds)
                if try !connections[index].callNext() {
                    open -= 1
                    polls[index].fd = -1
                }
            }
        }
        measured.seconds = Load.now() - begin
        for connection in connections { close(connection.socket) }
        measured.requests = measured.latencies.count
        measured.latencies.sort()
        return measured
    }
}

/// One HTTP/2 connection that calls and waits (RFC 9113).
private struct CallConnection {
    let socket: Int32
    private let messages: [[UInt8]]
    private var next = 0
    private var begin = 0.0
    /// What the socket has not taken yet.
    private var unsent: [UInt8] = []
    /// What is left of the message, until there is room in the windows.
    private var body: ArraySlice<UInt8> = []
    private var received: [UInt8] = []
    /// Whether the open call was answered with a message, which a refusal lacks.
    private var hasMessage = false
    /// How many bytes the server takes: on the connection, on the open call, on each new call.
    private var window = 65_535
    private var callWindow = 65_535
    private var firstWindow = 65_535

    private enum Frame {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
    }

    init(port: UInt16, messages: [[UInt8]]) throws {
        self.messages = messages
        socket = try Connection(port: port, requests: []).socket
        unsent = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        add(Frame.settings, flags: 0, call: 0, [])
    }

    var hasUnsent: Bool { !unsent.isEmpty }
    private var call: UInt32 { UInt32(next * 2 - 1) }

    /// - Returns: Whether there was another message.
    mutating func callNext() throws -> Bool {
        guard next < messages.count else { return false }
        let message = messages[next]
        next += 1
        begin = Load.now()
        callWindow = firstWindow
        hasMessage = false
        let fields = [
            (":method", "POST"), (":scheme", "http"), (":authority", "127.0.0.1"),
            (
                ":path",
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
            ),
            ("te", "trailers"), ("content-type", "application/grpc"),
        ]
        // Literal fields that are not indexed (RFC 7541, 6.2.2); all are short.
        var head: [UInt8] = []
        for (name, value) in fields {
            head += [0, UInt8(name.utf8.count)] + name.utf8
            head += [UInt8(value.utf8.count)] + value.utf8
        }
        add(Frame.headers, flags: 4, call: call, head)
        let length = UInt32(message.count)
        body =
            ([0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + message)[
                ...]
        addBody()
        try send()
        return true
    }

    private mutating func addBody() {
        while !body.isEmpty {
            let count = min(body.count, 16_384, window, callWindow)
            guard count > 0 else { return }
            let part = body.prefix(count)
            body = body.dropFirst(count)
            window -= count
            callWindow -= count
            add(Frame.data, flags: body.isEmpty ? 1 : 0, call: call, Array(part))
        }
    }

    private mutating func add(_ type: UInt8, flags: UInt8, call: UInt32, _ payload: [UInt8]) {
        let count = payload.count
        unsent += [UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags]
        unsent += (0..<4).map { UInt8(truncatingIfNeeded: call >> (24 - 8 * $0)) }
        unsent += payload
    }

    mutating func send() throws {
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else { throw BenchError("the server closed the connection") }
            unsent.removeFirst(count)
        }
    }

    /// - Returns: Seconds since the call began; `nil` until it has been answered.
    mutating func receive() throws -> Double? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN { break }
            guard count > 0 else { throw BenchError("the server closed the connection") }
            received += buffer[..<count]
        }
        var isAnswered = false
        var position = 0
        while received.count - position >= 9 {
            let head = received[position..<(position + 9)].map { Int($0) }
            let length = head[0] << 16 | head[1] << 8 | head[2]
            guard received.count - position >= 9 + length else { break }
            let payload = Array(received[(position + 9)..<(position + 9 + length)])
            position += 9 + length
            if try take(
                UInt8(head[3]), flags: UInt8(head[4]), call: head[8] | head[7] << 8, payload)
            {
                isAnswered = true
            }
        }
        received.removeFirst(position)
        addBody()
        try send()
        return isAnswered ? Load.now() - begin : nil
    }

    /// - Returns: Whether the frame ends the call.
    private mutating func take(
        _ type: UInt8, flags: UInt8, call: Int, _ payload: [UInt8]
    ) throws -> Bool {
        func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
        switch type {
        case Frame.settings where flags & 1 == 0:
            for place in stride(from: 0, to: payload.count - 5, by: 6)
            where number(payload[place..<(place + 2)]) == 4 {
                let size = number(payload[(place + 2)..<(place + 6)])
                callWindow += size - firstWindow
                firstWindow = size
            }
            add(Frame.settings, flags: 1, call: 0, [])
        case Frame.ping where flags & 1 == 0: add(Frame.ping, flags: 1, call: 0, payload)
        case Frame.windowUpdate:
            if call == 0 {
                window += number(payload[...])
            } else if UInt32(call) == self.call & 0xFFFF {
                callWindow += number(payload[...])
            }
        case Frame.data: hasMessage = true
        case Frame.headers where flags & 1 != 0:
            // What went wrong stands in these trailers, compressed; that it did is known without.
            guard hasMessage else { throw BenchError("the server refused the call") }
            return true
        case Frame.reset, Frame.goAway: throw BenchError("the server ended the call")
        default: break
        }
        return false
    }
}
