import StintModel
import StintTracing
import Testing
import Tracing

@testable import StintClient

/// What spans tell.
@Suite struct TracerTests {
    enum Broken: Error { case pipe }

    /// What a program told that was traced with this tracer.
    private func told(
        joining joined: String? = nil,
        isTold: @escaping @Sendable (String, SpanKind) -> Bool = { _, _ in true },
        _ program: (StintTracer, Tracker) async -> Void
    ) async -> [String] {
        let transport = RecordingTransport()
        let tracker = Tracker(transport) { $0.joins = joined }
        await program(StintTracer(tracker: tracker, isTold: isTold), tracker)
        await tracker.close(within: .seconds(30))
        return transport.taken
    }

    /// `type name status`, with the step around it where there is one.
    private func outline(_ told: [String]) -> [String] {
        told.map { event in
            ["type", "agent", "step", "status", "parent"].map { event.member($0) }
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
    }

    @Test func `a span without one around it is an execution, and those within are its steps`()
        async
    {
        let told = await told { tracer, _ in
            tracer.withSpan("planner") { span in
                span.attributes["region"] = "eu"
                tracer.withSpan("reporter") { _ in
                    tracer.withSpan("fetch") { $0.attributes["rows"] = [1, 2] }
                }
                ExecutionScope.current?.goal(met: true)
            }
        }
        #expect(
            outline(told) == [
                "execution.started planner", "step.started reporter",
                "step.started fetch reporter", "step.finished fetch succeeded",
                "step.finished reporter succeeded", "execution.updated",
                "execution.finished succeeded",
            ])
        #expect(told[3].contains(#""attributes":{"rows":"[1,2]"}"#))
        #expect(told[6].contains(#""goalMet":true,"attributes":{"region":"eu"}"#))
    }

    @Test func `scopes and spans are parts of each other, whichever is outside`() async {
        let told = await told { tracer, tracker in
            await withExecution("a", tracker: tracker) { run in
                await tracer.withSpan("outer") { _ in
                    await withStep("middle") { _ in
                        tracer.withSpan("inner") { _ in
                            #expect(StepScope.current?.key == "inner")
                            #expect(ExecutionScope.current === run)
                        }
                    }
                }
                #expect(StepScope.current == nil)
            }
        }
        #expect(
            outline(told).filter { $0.hasPrefix("step.started") } == [
                "step.started outer", "step.started middle outer", "step.started inner middle",
            ])
    }

    @Test func `a call of a model is told as one, and not what was said`() async {
        let told = await told { tracer, _ in
            tracer.withSpan("plan") { _ in
                tracer.withSpan("chat large-2", ofKind: .client) { span in
                    span.updateAttributes {
                        $0["gen_ai.operation.name"] = "chat"
                        $0["gen_ai.request.model"] = "large"
                        $0["gen_ai.response.model"] = "large-2"
                        $0["gen_ai.usage.input_tokens"] = 1_200
                        $0["gen_ai.usage.output_tokens"] = 340
                        $0["gen_ai.usage.cache_read.input_tokens"] = 1_000
                        $0["gen_ai.input.messages"] = "secret"
                        $0["gen_ai.system_instructions"] = "secret"
                    }
                }
                tracer.withSpan("invoke_agent writer") { span in
                    span.updateAttributes {
                        $0["gen_ai.operation.name"] = "invoke_agent"
                        $0["gen_ai.request.model"] = "large"
                        $0["gen_ai.usage.input_tokens"] = 1_200
                    }
                }
            }
        }
        let calls = told.filter { $0.member("type") == "model.called" }
        #expect(calls.count == 1)
        #expect(calls[0].member("step") == "chat large-2")
        #expect(calls[0].member("model") == "large-2")
        #expect(calls[0].contains(#""tokens":{"input":1200,"output":340,"cachedInput":1000}"#))
        #expect(calls[0].contains(#""latencySeconds":"#))
        let ends = told.filter { $0.member("type") == "step.finished" }
        #expect(ends.map { $0.member("kind") } == ["model", "agent"])
        #expect(ends[0].contains(#""gen_ai.request.model":"large""#))
        #expect(!told.joined().contains("secret"))
    }

    @Test func `an error that was recorded is the failure, unless the status says otherwise`()
        async
    {
        let told = await told { tracer, _ in
            try? tracer.withSpan("thrown") { _ in throw Broken.pipe }
            tracer.withSpan("recorded") { $0.recordError(Broken.pipe) }
            tracer.withSpan("mended") {
                $0.recordError(Broken.pipe)
                $0.setStatus(SpanStatus(code: .ok))
            }
            tracer.withSpan("said") {
                $0.attributes["error.type"] = "503"
                $0.setStatus(SpanStatus(code: .error, message: "overloaded"))
            }
            try? tracer.withSpan("stopped") { _ in throw CancellationError() }
        }
        let ends = told.filter { $0.member("type") == "execution.finished" }
        #expect(
            ends.map { $0.member("status") } == [
                "failed", "failed", "succeeded", "failed", "aborted",
            ])
        #expect(ends[0].contains(#""error":{"type":"Broken","message":"pipe"}"#))
        #expect(ends[3].contains(#""error":{"type":"503","message":"overloaded"}"#))
    }

    @Test func `an execution knows the trace that it was begun under, and hands it on`() async {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let told = await told { tracer, _ in
            var context = ServiceContext.topLevel
            tracer.extract(
                ["traceparent": parent, "tracestate": "vendor=1"], into: &context, using: Fields())
            tracer.withSpan("served", context: context, ofKind: .server) { span in
                var sent: [String: String] = [:]
                tracer.inject(span.context, into: &sent, using: Fields())
                let trace = sent["traceparent"] ?? ""
                #expect(trace.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
                #expect(trace != parent)
                #expect(sent["tracestate"] == "vendor=1")
            }
        }
        #expect(
            told[0].contains(
                #""parentSpanId":"b7ad6b7169203331","traceId":"0af7651916cd43dd8448eb211c80319c""#)
                || told[0].contains(
                    #""traceId":"0af7651916cd43dd8448eb211c80319c","parentSpanId":"b7ad6b7169203331""#
                ))
    }

    @Test func `without one around it the trace is named as the execution`() async {
        _ = await told { tracer, tracker in
            await withExecution("a", tracker: tracker) { run in
                var sent: [String: String] = [:]
                tracer.inject(.current ?? .topLevel, into: &sent, using: Fields())
                #expect(sent["traceparent"]?.hasPrefix("00-\(run.id)-") == true)
                tracer.withSpan("step") { span in
                    tracer.inject(span.context, into: &sent, using: Fields())
                    #expect(sent["traceparent"]?.hasPrefix("00-\(run.id)-") == true)
                }
            }
        }
    }

    @Test func `a context that was kept decides where a span belongs`() async {
        let told = await told { tracer, tracker in
            let kept = tracer.startSpan("first")
            await withExecution("second", tracker: tracker) { _ in
                tracer.startSpan("part", context: kept.context).end()
            }
            kept.end()
            let id = kept.context.surroundings?.execution.id
            #expect(id != nil)
            tracer.withSpan("outer") { _ in
                tracer.withSpan("alone", context: .topLevel) { _ in
                    tracer.withSpan("below") { _ in }
                }
            }
        }
        let execution = { (agent: String) in
            told.first { $0.member("agent") == agent }?.member("execution")
        }
        let step = { (key: String) in
            told.first { $0.member("step") == key }?.member("execution")
        }
        #expect(step("part") == execution("first"))
        #expect(execution("alone") != execution("outer"))
        #expect(step("below") == execution("alone"))
    }

    @Test func `what is not to be told leaves what is within it to what is around it`() async {
        let isTold: @Sendable (String, SpanKind) -> Bool = { name, _ in name != "middleware" }
        let told = await told(isTold: isTold) { tracer, _ in
            tracer.withSpan("GET", ofKind: .client) { #expect(!$0.isRecording) }
            tracer.withSpan("planner") { _ in
                tracer.withSpan("middleware") { span in
                    #expect(!span.isRecording)
                    tracer.withSpan("reporter") { _ in }
                }
            }
        }
        #expect(
            outline(told) == [
                "execution.started planner", "step.started reporter",
                "step.finished reporter succeeded", "execution.finished succeeded",
            ])
    }

    @Test func `under stint run the outermost spans are steps of what runs there`() async {
        let told = await told(joining: "given") { tracer, _ in
            for _ in 1...2 { tracer.withSpan("page") { _ in } }
        }
        #expect(
            outline(told) == [
                "step.started page", "step.finished page succeeded", "step.started page#2",
                "step.finished page#2 succeeded",
            ])
        #expect(told.allSatisfy { $0.member("execution") == "given" })
    }

    @Test func `a span that is told of later began and ended when it says`() async throws {
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        let earlier = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now - 60_000_000_000)
        let later = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now - 20_000_000_000)
        let told = await told { tracer, tracker in
            tracer.startSpan("late", at: earlier).end(at: later)
        }
        let starts = told.filter { $0.member("type") == "execution.started" }
            .compactMap { Instant(rfc3339: $0.member("at")) }
        let start = try #require(starts.min())
        let end = try #require(Instant(rfc3339: told.last?.member("at") ?? ""))
        #expect(abs(end.since(start).seconds - 40) < 1)
        #expect(abs(start.microseconds - Int64(earlier.nanosecondsSinceEpoch / 1_000)) < 1_000_000)
    }

    @Test func `renamed, it is known by the new name, until it has ended`() async {
        let told = await told { tracer, _ in
            let span = tracer.startSpan("GET")
            span.operationName = "/agents/{id}"
            span.addEvent("ignored")
            span.end()
            span.operationName = "never"
            span.end()
        }
        #expect(
            outline(told) == [
                "execution.started GET", "execution.updated /agents/{id}",
                "execution.finished succeeded",
            ])
    }
}

/// Fields of a request.
private struct Fields: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key] = value
    }
}
