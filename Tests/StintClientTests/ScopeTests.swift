import Testing

@testable import StintClient

/// What scopes tell, and what they leave as it is.
@Suite struct ScopeTests {
    enum Broken: Error, Equatable { case pipe }

    /// What a program told that ran with this tracker.
    private func told(
        _ program: (Tracker) async -> Void, _ adapt: (inout TrackerSettings) -> Void = { _ in }
    ) async -> [String] {
        let transport = RecordingTransport()
        let tracker = Tracker(transport, adapt)
        await program(tracker)
        await tracker.close(within: .seconds(30))
        return transport.taken
    }

    @Test func `an execution starts and succeeds around its work`() async {
        let told = await told { tracker in
            let result = await withExecution(
                "planner", id: "p", attributes: ["n": 3], deadline: .seconds(90), tracker: tracker
            ) { run in
                run.goal(met: true)
                return 42
            }
            #expect(result == 42)
        }
        #expect(
            told.map { $0.member("type") } == [
                "execution.started", "execution.updated", "execution.finished",
            ])
        #expect(told[0].contains(#""agent":"planner""#))
        #expect(told[0].contains(#""timeoutSeconds":90,"heartbeatSeconds":60"#))
        #expect(told[0].contains(#""attributes":{"n":3}"#))
        #expect(told[2].contains(#""status":"succeeded","goalMet":true"#))
    }

    @Test func `an error reaches the caller as it is, with its type`() async {
        let told = await told { tracker in
            do throws(Broken) {
                try await withExecution("a", tracker: tracker) { (run) throws(Broken) in
                    try run.step("s") { (_) throws(Broken) in throw Broken.pipe }
                }
            } catch {
                // The compiler knows what is thrown.
                let broken: Broken = error
                #expect(broken == .pipe)
            }
        }
        let ends = told.filter { $0.member("type").hasSuffix("finished") }
        #expect(ends.count == 2)
        #expect(ends.allSatisfy { $0.contains(#""error":{"type":"Broken","message":"pipe"}"#) })
        #expect(ends.allSatisfy { $0.member("status") == "failed" })
    }

    @Test func `what is cancelled is aborted`() async {
        let told = await told { tracker in
            try? await withExecution("a", tracker: tracker) { _ in throw CancellationError() }
        }
        #expect(told.last?.member("status") == "aborted")
    }

    @Test func `what is cancelled past its deadline timed out`() async {
        let told = await told { tracker in
            try? await withExecution("a", deadline: .nanoseconds(1), tracker: tracker) { _ in
                throw CancellationError()
            }
        }
        #expect(told.last?.member("status") == "timed_out")
    }

    @Test func `a step deep in the call tree needs no handle`() async {
        let told = await told { tracker in
            await withExecution("a", id: "e", tracker: tracker) { run in
                await run.step("outer") { _ in
                    await withStep("inner") { step in
                        step?.tokens(input: 5)
                        step?.modelCall("m", output: 2, latency: .milliseconds(1500), id: "c")
                        #expect(StepScope.current?.key == "inner")
                    }
                }
            }
            #expect(ExecutionScope.current == nil)
        }
        #expect(told[2].contains(#""step":"inner","parent":"outer""#))
        #expect(told[4].contains(#""call":"c","model":"m","latencySeconds":1.5"#))
        #expect(told[5].contains(#""step":"inner","status":"succeeded","tokens":{"input":5}"#))
    }

    @Test func `outside of an execution a step is done and not told`() async {
        let told = await told { _ in
            let value = await withStep("alone") { step in step == nil ? 7 : 0 }
            #expect(value == 7)
        }
        #expect(told.isEmpty)
    }

    @Test func `a name that comes again is another step, after a failure the next try`() async {
        let told = await told { tracker in
            await withExecution("a", tracker: tracker) { run in
                run.step("x") { _ in }
                run.step("x") { _ in }
                try? run.step("y") { _ throws in throw Broken.pipe }
                run.step("y") { $0.skip() }
            }
        }
        let ends = told.filter { $0.member("type") == "step.finished" }
        #expect(ends.map { $0.member("step") } == ["x", "x#2", "y", "y"])
        #expect(ends.map { $0.member("try") } == ["", "", "", "2"])
        #expect(ends.last?.member("status") == "skipped")
    }

    @Test func `an execution within one is its child`() async {
        let told = await told { tracker in
            await withExecution("a", id: "outer", tracker: tracker) { _ in
                await withExecution("b", id: "inner", tracker: tracker) { _ in }
            }
        }
        #expect(told[1].member("parent") == "outer")
    }

    @Test func `under stint run it joins and leaves the end to others`() async {
        let told = await told(
            { tracker in
                await withExecution("a", tracker: tracker) { run in
                    #expect(run.id == "given")
                    run.step("s") { _ in }
                }
            },
            {
                $0.joins = "given"
                $0.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            })
        #expect(
            told.map { $0.member("type") } == [
                "execution.updated", "step.started", "step.finished",
            ])
        #expect(told[0].contains(#""traceId":"0af7651916cd43dd8448eb211c80319c""#))
        #expect(told.allSatisfy { $0.member("execution") == "given" })
    }

    @Test func `what is too long is cut, not lost`() async {
        let long = String(repeating: "ä", count: 40_000)
        let told = await told { tracker in
            await withExecution(long, id: long, attributes: [long: "v"], tracker: tracker) {
                $0.summary(long)
            }
        }
        #expect(told[0].member("agent").utf8.count == 256)
        #expect(told[0].member("execution").utf8.count == 512)
        #expect(told[1].member("summary").utf8.count == 32_768)
    }

    @Test func `a second end is not told`() async {
        let told = await told { tracker in
            let run = tracker.begin("a")
            run.finish(.aborted(type: "Stop", message: "enough"))
            run.finish()
        }
        #expect(told.map { $0.member("status") } == ["", "aborted"])
    }

    @Test func `disabled it does the work and tells nothing`() async {
        let told = await told(
            { tracker in
                let value = await withExecution("a", tracker: tracker) { run in
                    run.step("s") { _ in 1 }
                }
                #expect(value == 1)
                let delivery = await tracker.flush(within: .seconds(1))
                #expect(delivery.made == 0)
            }, { $0.isEnabled = false })
        #expect(told.isEmpty)
    }

    @Test func `while it lives it is heard from`() async throws {
        let beats = AsyncStream.makeStream(of: Void.self)
        let transport = RecordingTransport { _, parcel in
            for event in parcel.events where event.importance == .heartbeat {
                beats.continuation.yield()
            }
            return nil
        }
        let tracker = Tracker(transport)
        await withExecution("a", heartbeat: .milliseconds(60), tracker: tracker) { _ in
            var heard = 0
            for await _ in beats.stream {
                heard += 1
                if heard == 3 { break }
            }
        }
        let delivery = await tracker.close(within: .seconds(30))
        #expect(delivery.isComplete)
        #expect(transport.types.count { $0 == "execution.heartbeat" } >= 3)
    }
}
