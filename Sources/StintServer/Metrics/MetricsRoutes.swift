import HTTPTypes
import Hummingbird
import NIOCore
import StintModel
import StintStorage

/// The server's own figures and the executions of the caller's workspace, for Prometheus and its kin.
struct MetricsRoutes: Sendable {
    let metrics: ServerMetrics
    let recorder: Recorder
    let store: any ExecutionStore
    let version: String
    let startedAt: Instant

    var routes: [Route] { [.get("/metrics", .read, .scrape, page)] }

    @Sendable private func page(_ request: Request, _ scope: RequestScope) async throws -> Response
    {
        try QueryParameters(request).finish()
        let form: MetricsPage.Form =
            request.headers[.accept]?.contains("application/openmetrics-text") == true
            ? .openMetrics : .prometheus
        let workspace = scope.identity.workspace
        let open = try await store.figures(in: workspace) { (snapshot) throws(StoreError) in
            var open: [ExecutionTallies.Open] = []
            for agent in try snapshot.agents() {
                let counts = try snapshot.openCounts(of: agent.name)
                if counts == OpenCounts() { continue }
                open.append(
                    ExecutionTallies.Open(
                        agent: agent.name, running: Int(counts.running),
                        queued: Int(counts.queued)))
            }
            return open
        }
        var page = MetricsPage(form: form)
        page.writeExecutions(metrics.executions.tally(of: workspace, open: open))
        writeRequests(to: &page)
        writeConnections(to: &page)
        writeFeed(to: &page)
        writeRecording(undecided: try await store.undecidedTraces(), to: &page)
        writeClients(try await store.clientTotals(in: workspace), to: &page)
        writeProcess(to: &page)
        return Response(
            status: .ok,
            headers: [.contentType: form.contentType, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: page.finished())))
    }

    private func writeRequests(to page: inout MetricsPage) {
        let routes = metrics.routes.sorted { $0.key < $1.key }
        page.counter(
            "stint_requests", "Requests answered.",
            routes.flatMap { route, tally in
                tally.outcomes.sorted { $0.key < $1.key }.map { outcome, count in
                    MetricsPage.Sample(
                        [
                            "route": route, "method": outcome.method,
                            "status": String(outcome.status),
                        ], count)
                }
            })
        page.histogram(
            "stint_request_seconds", "Time from a request's head until its answer was ready.",
            routes.map { MetricsPage.Sample(["route": $0], $1.seconds) })
        page.gauge(
            "stint_requests_in_flight", "Requests being answered.", metrics.requestsInFlight.value)
        page.counter(
            "stint_problems", "Requests refused, by the code of the problem.",
            metrics.problems.values.sorted { $0.key < $1.key }.map {
                MetricsPage.Sample(["code": $0], $1)
            })
        page.gauge(
            "stint_body_bytes", "Bytes of request bodies being read or decoded.",
            metrics.bodyBytes.value)
    }

    private func writeConnections(to page: inout MetricsPage) {
        page.gauge("stint_connections_open", "Connections open.", metrics.connectionsOpen.value)
        page.counter(
            "stint_connections_accepted", "Connections accepted.", metrics.connectionsAccepted.value
        )
        page.counter(
            "stint_accept_pauses", "Times accepting paused, with as many open as may be.",
            metrics.acceptPauses.value)
        page.counter(
            "stint_connections_cut", "Connections that the server ended for what they did.",
            metrics.connectionsCut.values.sorted { $0.key < $1.key }.map {
                MetricsPage.Sample(["reason": $0], $1)
            })
    }

    private func writeFeed(to page: inout MetricsPage) {
        page.gauge("stint_feed_listeners", "Listeners to the feed.", metrics.feedListeners.value)
        page.counter(
            "stint_feed_messages", "Messages told to listeners.", metrics.feedTold.value)
        page.counter(
            "stint_feed_resets", "Times a listener was told to load anew.",
            metrics.feedResets.value)
    }

    private func writeRecording(undecided: Int, to page: inout MetricsPage) {
        page.counter(
            "stint_events_accepted", "Events recorded, repetitions among them.",
            metrics.eventsAccepted.value)
        page.counter(
            "stint_events_rejected", "Events refused by themselves.", metrics.eventsRejected.value)
        page.counter(
            "stint_spans", "Spans received, by what became of them.",
            metrics.spans.values.sorted { $0.key < $1.key }.map {
                MetricsPage.Sample(["result": $0], $1)
            })
        page.gauge(
            "stint_traces_undecided", "Traces that have told of no execution so far.",
            undecided)
        page.counter(
            "stint_executions_found_lost", "Executions found lost.", metrics.lostFound.value)
        page.histogram(
            "stint_sweep_seconds", "Time of one look for executions that fell silent.",
            [MetricsPage.Sample([:], metrics.sweepSeconds.value)])
        page.counter(
            "stint_origin_answers", "Questions to Step Functions about one execution, by answer.",
            metrics.originAnswers.values.sorted { $0.key < $1.key }.map {
                MetricsPage.Sample(["answer": $0], $1)
            })
        page.counter(
            "stint_queue_messages", "Messages received from queues, by what became of them.",
            metrics.queueMessages.values.sorted { $0.key < $1.key }.map {
                MetricsPage.Sample(["outcome": $0], $1)
            })
        let waiting = recorder.waiting
        page.gauge(
            "stint_recorder_waiting",
            "Executions, traces and worker samples waiting to be committed.",
            waiting.count)
        page.gauge(
            "stint_recorder_waiting_bytes", "Bytes of requests waiting to be committed.",
            waiting.bytes)
        page.histogram(
            "stint_group_size", "Executions, traces and worker samples of one commit.",
            [MetricsPage.Sample([:], metrics.groupSizes.value)])
        page.histogram(
            "stint_commit_seconds", "Time of one commit, its sync included.",
            [MetricsPage.Sample([:], metrics.commitSeconds.value)])
        if let bytes = store.sizeBytes {
            page.gauge("stint_store_bytes", "Size of the store, its log included.", bytes)
        }
    }

    /// Of the caller's workspace, whatever restarts there were.
    private func writeClients(_ totals: ClientTotals, to page: inout MetricsPage) {
        page.gauge("stint_clients", "Clients that number their events.", totals.clients)
        page.counter(
            "stint_client_events_received", "Events of these clients, each counted once.",
            totals.received)
        page.counter(
            "stint_client_events_stored", "Those of them that were recorded.", totals.stored)
        page.counter(
            "stint_client_events_rejected", "Those of them that were refused.", totals.rejected)
        page.counter(
            "stint_client_events_dropped", "Events that these clients say to have dropped.",
            totals.dropped)
        page.gauge(
            "stint_client_events_missing",
            "Events that these clients made and that neither came nor were dropped: in flight, or lost.",
            totals.missing)
        page.counter(
            "stint_client_numbers_ignored",
            "Requests of any workspace whose Stint-Client, Stint-Sequence or Stint-Dropped was not understood.",
            metrics.clientNumbersIgnored.value)
    }

    private func writeProcess(to page: inout MetricsPage) {
        let process = ProcessFigures.now()
        if let bytes = process.residentBytes {
            page.gauge("stint_process_resident_memory_bytes", "Resident memory.", bytes)
        }
        page.counter(
            "stint_process_cpu_seconds", "Processor time, in the program and in the kernel.",
            process.cpuSeconds)
        if let files = process.openFiles {
            page.gauge("stint_process_open_fds", "Files and sockets open.", files)
        }
        page.gauge(
            "stint_process_start_time_seconds", "When the server started, since 1970.",
            Double(startedAt.microseconds) / 1_000_000)
        page.gauge(
            "stint_build_info", "1, with the version.",
            [MetricsPage.Sample(["version": version], 1)])
    }
}

extension ServerMetrics.RouteTally.Outcome: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        (left.method, left.status) < (right.method, right.status)
    }
}
