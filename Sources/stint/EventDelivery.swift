import NIOHTTP1
import StintWire

/// Brings batches of events to the server, and counts what became of them.
struct EventDelivery {
    let client: ServerClient
    let console: Console

    private(set) var accepted = 0
    private(set) var rejected = 0
    /// The last line that is settled: stored, or refused for good.
    private var lastLine = 0

    var sent: Int { accepted + rejected }

    init(client: ServerClient, console: Console) {
        self.client = client
        self.console = console
    }

    /// Sends a batch until the server took it, or the time for that has passed.
    ///
    /// - Throws: ``CommandFailure``.
    mutating func send(_ batch: EventBatch) async throws {
        let answer = try await answer(to: batch)
        if answer.status == 413 {
            try await sendHalves(of: batch, answer)
            return
        }
        guard answer.status == 200 else { throw stopped(answer.failure(at: client.address)) }
        let body = try answer.decoded(EventsAnswerBody.self, at: client.address)
        accepted += body.accepted
        for rejection in body.rejected ?? [] {
            let line =
                batch.lines.indices.contains(rejection.index)
                ? batch.lines[rejection.index] : nil
            refuse(line: line, rejection.pointer, rejection.detail)
        }
        lastLine = batch.lines.last ?? lastLine
    }

    /// Tells of an event that was not taken.
    mutating func refuse(line: Int?, _ pointer: String?, _ detail: String?) {
        rejected += 1
        var place = line.map { "line \($0)" } ?? "an event"
        if let pointer, !pointer.isEmpty { place += ", \(pointer)" }
        let text = "\(place): \(detail ?? "refused")"
        console.writeErrorLine(text.plainLine(ascii: !console.isUnicode))
    }

    /// `sent 1 203 events: 1 201 accepted, 2 rejected`.
    func tellCount() {
        func count(_ value: Int) -> String {
            let separator = console.isUnicode ? NumberFormat.narrowSpace : ""
            return NumberFormat.count(Int64(value), separator: separator)
        }
        console.writeErrorLine(
            "sent \(count(sent)) \(sent == 1 ? "event" : "events"): "
                + "\(count(accepted)) accepted, \(count(rejected)) rejected")
    }

    private mutating func sendHalves(of batch: EventBatch, _ answer: ServerAnswer) async throws {
        guard batch.lines.count > 1 else {
            refuse(line: batch.lines.first, nil, "larger than the server takes")
            lastLine = batch.lines.last ?? lastLine
            return
        }
        var first = EventBatch()
        var second = batch
        let middle = batch.lines.count / 2
        while first.lines.count < middle, let end = second.body.firstIndex(of: 0x0A) {
            first.body += second.body[...end]
            second.body.removeSubrange(...end)
            first.lines.append(second.lines.removeFirst())
        }
        try await send(first)
        try await send(second)
    }

    private func answer(to batch: EventBatch) async throws -> ServerAnswer {
        do {
            return try await client.patiently(
                .POST, path: ["v1", "events"], body: ("application/x-ndjson", batch.body),
                in: console)
        } catch let failure as CommandFailure {
            throw stopped(failure)
        }
    }

    /// A failure that says how far it came.
    private func stopped(_ failure: CommandFailure) -> CommandFailure {
        guard lastLine > 0 else { return failure }
        var failure = failure
        failure.next = "Lines up to \(lastLine) are settled. Send the file again when it is mended."
        return failure
    }
}
