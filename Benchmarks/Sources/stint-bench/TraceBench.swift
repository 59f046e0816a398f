import Foundation

/// Measures how many spans a second are recorded, by form and way.
struct TraceBench {
    let program: String
    let folder: String
    let isQuick: Bool

    private static let traces = 50
    private static let senders = 4

    /// - Parameter raw: Rows a second that the engine alone takes, for comparison.
    func run(raw: Double) throws {
        var rates: [Double] = []
        for (name, form, type) in [
            ("protobuf", TraceFleet.Form.protobuf, "application/x-protobuf"),
            ("JSON", .json, "application/json"),
        ] {
            let server = try ServerProcess(
                program: program, store: "\(folder)/traces-\(name).sqlite")
            let used = server.processorSeconds
            let measured = try Load.run(
                port: server.port,
                requests: bodies(form).map {
                    $0.map { Request.post("/v1/traces", type: type, $0) }
                })
            let rate = report("OTLP/HTTP, \(name)", measured, server, since: used, raw: raw)
            rates.append(rate)
            server.stop()
        }
        let port = try Connection.freePort()
        let server = try ServerProcess(
            program: program, store: "\(folder)/traces-grpc.sqlite",
            options: ["--otlp-grpc-port", "\(port)"])
        try Connection.awaitListener(on: port)
        let used = server.processorSeconds
        let measured = try CallLoad.run(port: port, messages: bodies(.protobuf))
        rates.append(report("OTLP/gRPC", measured, server, since: used, raw: raw))
        server.stop()
        row(
            "ratios",
            String(format: "JSON %.2f, gRPC %.2f", rates[1] / rates[0], rates[2] / rates[0]),
            "of OTLP/HTTP with protobuf")
    }

    /// Of each sender, in order.
    private func bodies(_ form: TraceFleet.Form) -> [[[UInt8]]] {
        (0..<Self.senders).map { sender in
            var fleet = TraceFleet(
                first: UInt64(sender + 1) << 32, begin: Date().timeIntervalSince1970 - 86_400)
            return fleet.bodies(isQuick ? 40 : 200, ofTraces: Self.traces, as: form)
        }
    }

    private func report(
        _ name: String, _ measured: Measurement, _ server: ServerProcess, since used: Double,
        raw: Double
    ) -> Double {
        let spans = Double(measured.requests * Self.traces * TraceFleet.spansPerTrace)
        let rate = spans / measured.seconds
        let each = (server.processorSeconds - used) / spans
        row(
            "\(name), \(Self.traces) traces of \(TraceFleet.spansPerTrace) spans a request",
            "\(count(rate)) spans/s, p99 \(milliseconds(measured.percentile(0.99)))",
            "\(Self.senders) senders; \(String(format: "%.2f", rate / raw)) × raw rows; \(microseconds(each)) of processor a span; \(mebibytes(server.residentBytes)) resident"
        )
        return rate
    }
}
