"""What programs tell, and how their ends are understood."""

import asyncio
import concurrent.futures
import os
import threading
import unittest
from unittest import mock

from fake_server import FakeServer
from harness import TestCase, stint


class Told(TestCase):
    """Runs things under a server that takes everything, and looks at the events."""

    def setUp(self):
        super().setUp()
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)
        self.sender = self.default(self.server)

    def events(self, kind=None):
        delivery = self.sender.flush(30)
        self.assertEqual(delivery.waiting, 0)
        self.assertEqual(self.server.faults, [])
        return [event for event in self.server.events if kind in (None, event["type"])]

    def end(self, kind="execution.finished"):
        (event,) = self.events(kind)
        return event


class ScopeTests(Told):
    def test_an_execution_tells_its_start_its_steps_and_its_end(self):
        with stint.execution("planner", id="run-1", user="ada", correlation="c-1", timeout=900,
                             steps=["reporter", "writer"], attributes={"model": "large-2", "k": 3}) as run:
            with run.step("reporter", kind="agent") as step:
                step.activity("Reading 42 positions")
                step.tokens(2100, 740, cached_input=100)
                step.model_call("large-2", input=5, output=6, latency=0.25, cost=0.5, call="c-9")
            run.goal(True)
            run.summary("done")
        started, step_started, activity, tokens, call, step_finished, _, _, finished = self.events()
        self.assertEqual(started["type"], "execution.started")
        self.assertEqual(started["execution"], "run-1")
        self.assertEqual(started["user"], "ada")
        self.assertEqual(started["correlation"], "c-1")
        self.assertEqual(started["timeoutSeconds"], 900)
        self.assertEqual(started["heartbeatSeconds"], 60)
        self.assertEqual(started["steps"], ["reporter", "writer"])
        self.assertEqual(started["attributes"], {"model": "large-2", "k": 3})
        self.assertEqual((step_started["step"], step_started["kind"]), ("reporter", "agent"))
        self.assertEqual(activity["activity"], "Reading 42 positions")
        self.assertEqual(tokens["tokens"], {"input": 2100, "output": 740, "cachedInput": 100})
        self.assertEqual(call["step"], "reporter")
        self.assertEqual((call["call"], call["model"]), ("c-9", "large-2"))
        self.assertEqual((call["latencySeconds"], call["costUsd"]), (0.25, 0.5))
        self.assertEqual(step_finished["status"], "succeeded")
        self.assertEqual(step_finished["tokens"], tokens["tokens"])
        self.assertEqual(finished["status"], "succeeded")
        self.assertEqual((finished["goalMet"], finished["summary"]), (True, "done"))
        self.assertEqual(sorted(event["at"] for event in self.server.events),
                         [event["at"] for event in self.server.events])

    def test_what_is_not_known_is_left_out_and_not_zero(self):
        with stint.execution("planner") as run:
            run.model_call("large-2", input=None, output=3)
        self.assertEqual(self.end("model.called")["tokens"], {"output": 3})
        self.assertNotIn("latencySeconds", self.end("model.called"))
        self.assertNotIn("error", self.end())

    def test_steps_nest_without_a_handle(self):
        def deep():
            with stint.step("inner"):
                stint.current_step().activity("deep")
                stint.current().goal(False)

        with stint.execution("planner", id="run-1"):
            with stint.step("outer"):
                deep()
            with stint.step("beside"):
                pass
        outer, inner, beside = self.events("step.started")
        self.assertNotIn("parent", outer)
        self.assertEqual(inner["parent"], "outer")
        self.assertNotIn("parent", beside)
        self.assertEqual(self.end("step.updated")["step"], "inner")
        self.assertIs(self.end()["goalMet"], False)

    def test_an_execution_inside_another_is_its_child(self):
        with stint.execution("orchestrator", id="outside"):
            with stint.execution("agent", id="inside"):
                with stint.step("x"):
                    pass
        self.assertEqual([(event["execution"], event.get("parent")) for event in self.events("execution.started")],
                         [("outside", None), ("inside", "outside")])
        self.assertEqual(self.end("step.started")["execution"], "inside")

    def test_a_name_used_again_is_a_step_of_its_own_and_after_a_failure_its_next_try(self):
        with stint.execution("planner") as run:
            for _ in range(2):
                with run.step("call"):
                    pass
            for fails in (True, True, False):
                try:
                    with run.step("fetch"):
                        if fails:
                            raise OSError("refused")
                except OSError:
                    pass
        self.assertEqual([(event["step"], event.get("name"), event.get("try", 1))
                          for event in self.events("step.started")],
                         [("call", None, 1), ("call#2", "call", 1),
                          ("fetch", None, 1), ("fetch", None, 2), ("fetch", None, 3)])
        self.assertEqual([event["status"] for event in self.events("step.finished")],
                         ["succeeded", "succeeded", "failed", "failed", "succeeded"])

    def test_outside_of_an_execution_steps_and_handles_do_nothing(self):
        with stint.step("alone") as step:
            step.tokens(1, 2)
            stint.current().goal(True)
            stint.current_step().activity("x")
        self.assertEqual(self.events(), [])

    def test_queued_waiting_and_resumed(self):
        run = stint.execution("planner", id="run-1", steps=["a"])
        run.queued(queue="urgent", priority=5, at=1_700_000_000.5)
        with run:
            run.waiting("approval by ada")
            run.resumed()
        queued = self.end("execution.queued")
        self.assertEqual((queued["queue"], queued["priority"], queued["steps"]), ("urgent", 5, ["a"]))
        self.assertEqual(queued["at"], "2023-11-14T22:13:20.500000Z")
        self.assertEqual(self.end("execution.waiting")["waitingFor"], "approval by ada")
        self.assertEqual(len(self.events("execution.resumed")), 1)

    def test_steps_may_be_skipped_and_work_may_fail_without_an_exception(self):
        with stint.execution("planner") as run:
            with run.step("optional") as step:
                step.skip()
            run.fail("nothing to plan", kind="EmptyPortfolio")
        self.assertEqual(self.end("step.finished")["status"], "skipped")
        self.assertEqual(self.end()["status"], "failed")
        self.assertEqual(self.end()["error"], {"type": "EmptyPortfolio", "message": "nothing to plan"})

    def test_durations_come_from_the_monotonic_clock(self):
        clock = {"wall": 1_800_000_000 * 10**9, "steady": 5 * 10**9}
        with mock.patch("stint.time.time_ns", lambda: clock["wall"]), \
                mock.patch("stint.time.monotonic_ns", lambda: clock["steady"]):
            with stint.execution("planner"):
                clock["wall"] -= 3_600 * 10**9  # Somebody sets the clock back.
                clock["steady"] += 1_500_000_000
        self.assertEqual(self.end("execution.started")["at"], "2027-01-15T08:00:00.000000Z")
        self.assertEqual(self.end()["at"], "2027-01-15T08:00:01.500000Z")

    def test_what_is_too_long_or_odd_is_made_to_fit(self):
        class Odd:
            def __str__(self):
                return "odd"

        attributes = {"k" * 300: "v" * 10_000, "list": [1, 2], "none": None, "nan": float("nan"), "odd": Odd(),
                      "surrogate": "\udc80"}
        attributes.update(("n%d" % n, n) for n in range(200))
        with stint.execution("ä" * 300, id="i" * 600, attributes=attributes) as run:
            run.summary("ö" * 40_000)
            with run.step(""):
                pass
        started = self.end("execution.started")
        self.assertEqual(len(started["agent"].encode()), 256)
        self.assertLessEqual(len(started["execution"]), 512)
        told = started["attributes"]
        self.assertEqual(len(told["k" * 256]), 8_192)
        self.assertEqual((told["list"], told["nan"], told["odd"], told["surrogate"]), ("[1, 2]", "nan", "odd", "?"))
        self.assertNotIn("none", told)
        self.assertLessEqual(len(told), 128)
        self.assertEqual(len(self.end()["summary"].encode()), 32_768)
        self.assertEqual(self.end("step.started")["step"], "unnamed")

    def test_wrong_arguments_never_reach_the_program(self):
        class Hostile:
            def __str__(self):
                raise RuntimeError("no")

        with self.assertLogs("stint", "WARNING"):
            with stint.execution("planner", nonsense=1) as run:
                run.goal()
                run.summary(Hostile())
                run.update(attributes=Hostile())
                with run.step("x", nonsense=2) as step:
                    step.tokens("many", [])
                    step.model_call("m", nonsense=3)
                    step.activity(Hostile())
            with stint.execution("planner", timeout="soon", attempt="first"):
                pass
            stint.configure(nonsense=4)


class EndTests(Told):
    def ended(self, error, **options):
        with self.assertRaises(type(error)) as caught:
            with stint.execution("planner", **options):
                raise error
        self.assertIs(caught.exception, error)
        return self.end()

    def test_an_exception_passes_through_and_is_told_with_cause_and_stack(self):
        def fall():
            try:
                {}["position"]
            except KeyError as error:
                raise ValueError("no such position") from error

        with self.assertRaises(ValueError) as caught:
            with stint.execution("planner"):
                fall()
        self.assertIsInstance(caught.exception.__cause__, KeyError)
        self.assertIsNone(caught.exception.__context__.__context__)
        error = self.end()["error"]
        self.assertEqual(self.end()["status"], "failed")
        self.assertEqual((error["type"], error["message"]), ("ValueError", "no such position"))
        self.assertEqual(error["cause"], "KeyError: 'position'")
        self.assertIn('raise ValueError("no such position") from error', error["stack"])
        self.assertIn("in fall", error["stack"])

    def test_a_group_is_told_with_what_it_holds_and_a_circle_of_causes_ends(self):
        class Group(Exception):
            exceptions = (ValueError("one"), KeyError("two"))

        self.assertEqual(self.ended(Group())["error"]["cause"], "ValueError: one\nKeyError: 'two'")
        self.server.batches.clear()
        first, second = ValueError("first"), ValueError("second")
        first.__cause__, second.__cause__ = second, first
        self.assertEqual(self.ended(first)["error"]["cause"], "ValueError: second")

    def test_a_type_is_named_with_its_module(self):
        self.assertEqual(self.ended(concurrent.futures.BrokenExecutor("gone"))["error"]["type"],
                         "concurrent.futures._base.BrokenExecutor")

    def test_an_exception_that_cannot_describe_itself_still_ends_the_execution(self):
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError("no")

        self.assertEqual(self.ended(Mute())["status"], "failed")

    def test_cancelling_and_interrupting_abort(self):
        self.assertEqual(self.ended(KeyboardInterrupt())["status"], "aborted")

    def test_a_cancelled_task_aborts(self):
        async def main():
            async def work():
                async with stint.execution("planner"):
                    await asyncio.sleep(60)

            task = asyncio.ensure_future(work())
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        self.assertEqual(self.end()["status"], "aborted")

    def test_a_time_out_is_a_failure_before_the_deadline_and_timed_out_after_it(self):
        self.assertEqual(self.ended(TimeoutError("tool"), timeout=900)["status"], "failed")
        self.server.batches.clear()
        self.assertEqual(self.ended(asyncio.TimeoutError(), timeout=1e-9)["status"], "timed_out")
        self.server.batches.clear()
        self.assertEqual(self.ended(ValueError(), timeout=1e-9)["status"], "failed")

    def test_leaving_the_program_is_a_success_where_its_code_is_zero(self):
        self.assertEqual(self.ended(SystemExit(0))["status"], "succeeded")
        self.server.batches.clear()
        self.assertEqual(self.ended(SystemExit(3))["error"]["message"], "3")

    def test_a_deep_recursion_is_told_by_its_innermost_frames(self):
        def fall():
            fall()

        with self.assertRaises(RecursionError):
            with stint.execution("planner"):
                fall()
        self.assertEqual(self.end()["error"]["type"], "RecursionError")
        self.assertLess(len(self.end()["error"]["stack"]), 10_000)


class FormTests(Told):
    def test_functions_are_tracked_at_every_call(self):
        @stint.step
        def first(a, *, b):
            "Doc."
            return a + b

        @stint.step("named", kind="tool")
        def second():
            raise ValueError("x")

        @stint.tracked("planner", user="ada")
        def run():
            return first(1, b=2), first(3, b=4)

        @stint.tracked
        def bare():
            second()

        self.assertEqual(run(), (3, 7))
        self.assertEqual((first.__name__, first.__doc__), ("first", "Doc."))
        with self.assertRaises(ValueError):
            bare()
        self.assertEqual([(event["agent"], event.get("user")) for event in self.events("execution.started")],
                         [("planner", "ada"), ("bare", None)])
        self.assertEqual([event["step"] for event in self.events("step.started")], ["first", "first#2", "named"])
        self.assertEqual([event["status"] for event in self.events("execution.finished")],
                         ["succeeded", "failed"])

    def test_async_functions_nest_and_concurrent_tasks_do_not_mix(self):
        @stint.step
        async def part(name):
            with stint.step(name):
                await asyncio.sleep(0)
            return name

        @stint.tracked("planner")
        async def run(number):
            return await asyncio.gather(part("%d-a" % number), part("%d-b" % number))

        async def main():
            return await asyncio.gather(run(1), run(2))

        self.assertEqual(asyncio.run(main()), [["1-a", "1-b"], ["2-a", "2-b"]])
        executions = {event["execution"] for event in self.events("execution.started")}
        self.assertEqual(len(executions), 2)
        for execution in executions:
            steps = {event["step"]: event.get("parent") for event in self.events("step.started")
                     if event["execution"] == execution}
            named = {step: parent for step, parent in steps.items() if not step.startswith("part")}
            self.assertEqual(sorted(step[0] for step in named), [sorted(named)[0][0]] * 2)
            self.assertEqual(sorted(named.values()), ["part", "part#2"])

    def test_generators_end_with_their_last_value_and_leave_the_context_alone(self):
        @stint.tracked("stream")
        def values():
            received = yield 1
            yield received
            return "end"

        @stint.tracked("astream")
        async def avalues():
            yield 1
            raise ValueError("broken")

        def outer():
            return (yield from values())

        generator = outer()
        self.assertEqual((next(generator), generator.send("sent")), (1, "sent"))
        self.assertIsNone(stint._current.get())
        with self.assertRaises(StopIteration) as stop:
            next(generator)
        self.assertEqual(stop.exception.value, "end")

        async def consume():
            return [value async for value in avalues()]

        with self.assertRaises(ValueError):
            asyncio.run(consume())
        early = values()
        next(early)
        early.close()
        self.assertEqual([event["status"] for event in self.events("execution.finished")],
                         ["succeeded", "failed", "succeeded"])

    def test_threads_may_share_an_execution(self):
        with stint.execution("planner") as run:
            def work():
                for _ in range(50):
                    with run.step("part"):
                        pass

            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        keys = [event["step"] for event in self.events("step.started")]
        self.assertEqual(len(keys), 400)
        self.assertEqual(len(set(keys)), 400)
        self.assertEqual(len(self.events("step.finished")), 400)

    def test_a_heartbeat_is_sent_at_a_third_of_the_promise_while_nothing_else_is(self):
        with stint.execution("planner", heartbeat=0.6):
            self.assertTrue(self.server.wait(
                lambda: sum(event["type"] == "execution.heartbeat" for batches in self.server.batches.values()
                            for events in batches.values() for event in events) >= 3))
        self.assertEqual(len(self.sender._beating), 0)

    def test_an_execution_that_was_forgotten_is_not_kept_alive(self):
        run = stint.execution("planner", heartbeat=60)
        run.start()
        self.assertEqual(len(self.sender._beating), 1)
        del run
        self.assertEqual(len(self.sender._beating), 0)


class EnvironmentTests(Told):
    def test_an_execution_outside_is_joined_and_not_ended(self):
        with mock.patch.dict(os.environ, STINT_EXECUTION="outside"):
            with stint.execution("report", attributes={"rows": 3}) as run:
                with run.step("query"):
                    pass
                with stint.execution("inner", id="inside"):
                    pass
            with stint.execution("report", id="mine"):
                pass
        self.assertEqual([(event["type"], event["execution"]) for event in self.events()], [
            ("execution.updated", "outside"), ("step.started", "outside"), ("step.finished", "outside"),
            ("execution.started", "inside"), ("execution.finished", "inside"),
            ("execution.started", "mine"), ("execution.finished", "mine")])
        self.assertEqual([event["parent"] for event in self.events("execution.started")], ["outside", "outside"])

    def test_a_trace_context_becomes_attributes(self):
        trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
        for value, expected in [
            ("00-%s-%s-03" % (trace, span), {"traceId": trace, "parentSpanId": span}),
            ("01-%s-%s-00-later" % (trace, span), {"traceId": trace, "parentSpanId": span}),
            ("ff-%s-%s-01" % (trace, span), None), ("00-%s-%s-01" % ("0" * 32, span), None),
            ("00-%s-%s-01" % (trace.upper(), span), None), ("nonsense", None),
        ]:
            with self.subTest(value), mock.patch.dict(os.environ, TRACEPARENT=value):
                self.server.batches.clear()
                with stint.execution("report"):
                    pass
                self.assertEqual(self.end("execution.started").get("attributes"), expected)

    def test_a_run_of_a_test_is_marked(self):
        with mock.patch.dict(os.environ, STINT_ENVIRONMENT="mock"):
            marked = self.client(self.server)
        with stint.execution("planner", client=marked):
            pass
        with stint.execution("planner", environment="staging", client=marked):
            pass
        marked.flush(30)
        self.assertEqual([event["environment"] for event in self.events("execution.started")], ["mock", "staging"])

    def test_disabled_it_does_nothing_at_all(self):
        before = threading.active_count()
        off = stint.Client(url=self.server.url, disabled=True, spool=self.folder)
        with stint.execution("planner", client=off) as run:
            with run.step("x") as step:
                step.tokens(1, 2)
        self.assertEqual(off.flush(1)[:5], (0, 0, 0, 0, 0))
        self.assertEqual(threading.active_count(), before)
        self.assertEqual((os.listdir(self.folder), self.server.requests), ([], []))


if __name__ == "__main__":
    unittest.main()
