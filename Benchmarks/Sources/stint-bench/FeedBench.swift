import Foundation

/// What the feed costs: from the sending of an event to its arrival at a thousand listeners, and the
/// memory of one that only waits.
struct FeedBench {
    let program: String
    let folder: String
    let isQuick: Bool

    func run() throws {
        try Self.allowFiles(12_000)
        for form in Form.allCases {
            try measureArrival(form)
            try measureMemory(form)
        }
    }

    enum Form: String, CaseIterable {
        case events = "server-sent events"
        case webSocket = "WebSocket"

        var request: [UInt8] {
            let upgrade =
                self == .events
                ? ""
                : "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            return Array("GET /v1/live HTTP/1.1\r\nHost: localhost\r\n\(upgrade)\r\n".utf8)
        }
    }

    private func measureArrival(_ form: Form) throws {
        let server = try ServerProcess(program: program, store: folder + "/feed-\(form).sqlite")
        defer { server.stop() }
        let count = 1_000
        let listeners = try Listeners(count, form, port: server.port)
        defer { listeners.close() }
        var seconds: [Double] = []
        for number in 0..<(isQuick ? 20 : 200) {
            // One that has ended: the block of what runs stays as small as it is where little runs.
            let events = Array(
                """
                [{"type":"execution.started","execution":"bench-\(number)","agent":"a"},
                {"type":"execution.finished","execution":"bench-\(number)","status":"succeeded"}]
                """.utf8)
            var sender = try Connection(
                port: server.port, requests: [Request.post("/v1/events", events)])
            let begin = Load.now()
            _ = try sender.sendNext()
            seconds += try listeners.arrivals(of: #""id":"bench-\#(number)""#, since: begin)
            sender.close()
        }
        seconds.sort()
        let measured = Measurement(
            requests: seconds.count, seconds: seconds.reduce(0, +), latencies: seconds)
        row(
            "feed, \(form.rawValue)",
            "p50 \(milliseconds(measured.percentile(0.5))), p99 \(milliseconds(measured.percentile(0.99)))",
            "from the sending of an event to its arrival at each of \(count) listeners, which are read by one thread of this machine"
        )
    }

    private func measureMemory(_ form: Form) throws {
        let server = try ServerProcess(program: program, store: folder + "/idle-\(form).sqlite")
        defer { server.stop() }
        // What the first ones cost is not what one costs.
        let first = try Listeners(200, form, port: server.port)
        let before = server.residentBytes
        let count = isQuick ? 1_000 : 5_000
        let begin = Load.now()
        let listeners = try Listeners(count, form, port: server.port)
        let seconds = Load.now() - begin
        let each = Double(server.residentBytes - before) / Double(count)
        row(
            "idle listener, \(form.rawValue)", String(format: "%.1f KiB", each / 1_024),
            "resident memory, of \(count); \(Int(Double(count) / seconds)) connected a second")
        listeners.close()
        first.close()
    }

    private static func allowFiles(_ count: Int) throws {
        var files = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        files.rlim_cur = min(rlim_t(count), files.rlim_max)
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else {
            throw BenchError("this process may not open \(count) files")
        }
    }
}

/// Connections that listen, read by the thread that asks them.
private final class Listeners {
    private var sockets: [Int32] = []
    private var polls: [pollfd] = []
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    /// Connects, and waits until each has its first figures.
    init(_ count: Int, _ form: FeedBench.Form, port: UInt16) throws {
        for _ in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let code = withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard code == 0 else { throw BenchError("a listener cannot connect") }
            let request = form.request
            guard send(descriptor, request, request.count, 0) == request.count else {
                throw BenchError("a listener cannot ask")
            }
            sockets.append(descriptor)
        }
        _ = try arrivals(of: "execution_update", since: Load.now())
    }

    /// Reads until each has heard this.
    ///
    /// - Returns: The seconds until then, of each.
    func arrivals(of text: String, since begin: Double) throws -> [Double] {
        polls = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var seconds: [Double] = []
        while seconds.count < sockets.count {
            guard poll(&polls, nfds_t(polls.count), 30_000) > 0 else {
                throw BenchError("a listener hears nothing")
            }
            for index in polls.indices where polls[index].revents != 0 {
                let count = recv(polls[index].fd, &buffer, buffer.count - 1, 0)
                guard count > 0 else { throw BenchError("a listener was cut off") }
                // A message is small, and comes in one piece.
                buffer[count] = 0
                let isTold = buffer.withUnsafeBytes {
                    strstr($0.assumingMemoryBound(to: CChar.self).baseAddress!, text) != nil
                }
                guard isTold else { continue }
                seconds.append(Load.now() - begin)
                polls[index].fd = -1
            }
        }
        return seconds
    }

    func close() {
        for descriptor in sockets { Foundation.close(descriptor) }
    }
}
