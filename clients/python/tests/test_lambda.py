"""Handlers of AWS Lambda, under a fake of its host."""

import threading
import time
import unittest

from fake_server import FakeServer, stall
from harness import TestCase, stint, unused_url

ARN = "arn:aws:states:eu-central-1:123456789012:execution:planning:0f1e2d3c"


class Context:
    """What Lambda hands to a handler."""

    function_name, function_version = "planner", "7"
    log_group_name, log_stream_name = "/aws/lambda/planner", "2026/11/21/[7]abc"

    def __init__(self, request="7c0f4a52-9a3b-4f7e-8c1d-000000000001", seconds=12.5):
        self.aws_request_id = request
        self.seconds = seconds

    def get_remaining_time_in_millis(self):
        return int(self.seconds * 1_000)


class LambdaTests(TestCase):
    def setUp(self):
        super().setUp()
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)
        # Only the flush at the end sends.
        self.sender = self.default(self.server, linger=60)
        stint._is_cold = True

    def test_an_invocation_is_delivered_before_the_handler_returns(self):
        @stint.lambda_handler("planner", budget=30, attributes={"stage": "prod"})
        def handler(event, context):
            "Doc."
            with stint.step("reporter"):
                return {"answer": event["question"]}

        self.assertEqual(handler({"question": 42}, Context()), {"answer": 42})
        self.assertEqual(handler.__doc__, "Doc.")
        started, _, _, finished = self.server.events
        self.assertEqual(started["execution"], Context().aws_request_id)
        self.assertEqual((started["agent"], started["timeoutSeconds"], started["source"]), ("planner", 12.5, "lambda"))
        self.assertNotIn("heartbeatSeconds", started)
        self.assertIs(started["attributes"]["coldStart"], True)
        self.assertGreater(started["attributes"]["initSeconds"], 0)
        self.assertEqual(started["attributes"]["functionName"], "planner")
        self.assertEqual(started["attributes"]["stage"], "prod")
        self.assertEqual(finished["status"], "succeeded")
        handler({"question": 43}, Context("second"))
        self.assertIs(self.server.events[4]["attributes"]["coldStart"], False)

    def test_a_failure_reaches_lambda_as_it_is(self):
        error = ValueError("broken")

        @stint.lambda_handler
        def handler(event, context):
            raise error

        with self.assertRaises(ValueError) as caught:
            handler({}, Context())
        self.assertIs(caught.exception, error)
        self.sender.flush(30)
        started, finished = self.server.events
        self.assertEqual((started["agent"], finished["status"]), ("handler", "failed"))

    def test_a_server_that_is_silent_holds_it_up_for_its_budget_alone(self):
        released = threading.Event()
        self.addCleanup(released.set)
        self.server.behaviours = [stall(released)]
        self.sender._link._timeout = 60

        @stint.lambda_handler("planner", budget=0.1)
        def handler(event, context):
            return "done"

        began = time.monotonic()
        self.assertEqual(handler({}, Context()), "done")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(self.sender.stats().waiting, 2)

    def test_behind_step_functions_it_is_a_step_of_that_execution(self):
        @stint.lambda_handler("planner", budget=30)
        def handler(event, context):
            with stint.step("reporter"):
                pass

        for event in ({"executionArn": ARN}, {"Execution": {"Id": ARN}, "Input": {}},
                      {"context": {"Execution": {"Id": ARN, "Name": "x"}}}, {"meta": {"execution_arn": ARN}}):
            with self.subTest(event):
                self.server.batches.clear()
                handler(event, Context())
                outer, inner, _, ended = self.server.events
                self.assertEqual({event["execution"] for event in self.server.events}, {ARN})
                self.assertEqual((outer["type"], outer["name"], outer["kind"]), ("step.started", "planner", "lambda"))
                self.assertEqual((inner["step"], inner["parent"]), ("reporter", outer["step"]))
                self.assertEqual((ended["type"], ended["step"]), ("step.finished", outer["step"]))
        self.server.batches.clear()
        handler({"Execution": {"Id": ARN, "RedriveCount": 2}}, Context())
        self.assertEqual({event.get("attempt") for event in self.server.events}, {3})

    def test_one_message_of_a_queue_is_named_and_its_wait_is_told(self):
        record = {"messageId": "m-1", "body": "{}", "attributes": {
            "SentTimestamp": "1700000000500", "ApproximateReceiveCount": "2"}}

        @stint.lambda_handler("worker", budget=30)
        def handler(event, context):
            pass

        handler({"Records": [record]}, Context())
        queued, started, _ = self.server.events
        self.assertEqual((queued["type"], queued["at"]), ("execution.queued", "2023-11-14T22:13:20.500000Z"))
        self.assertEqual(started["attributes"]["messageId"], "m-1")
        self.assertEqual(started["attributes"]["receiveCount"], "2")
        self.assertEqual(started["source"], "sqs")
        self.server.batches.clear()
        handler({"Records": [record, dict(record, messageId="m-2")]}, Context("other"))
        started, _ = self.server.events
        self.assertNotIn("messageId", started["attributes"])

    def test_whatever_the_event_and_the_context_are_the_handler_runs(self):
        @stint.lambda_handler("planner", budget=30)
        def handler(event, context):
            return event

        for event in (None, [], "text", {"Records": "x"}, {"Records": [{}]}, {"Execution": 3}, {"executionArn": "arn:x"},
                      {"Records": [{"messageId": 1, "attributes": {"SentTimestamp": "soon"}}]}):
            for context in (None, object(), Context()):
                with self.subTest(event=event, context=context):
                    self.assertIs(handler(event, context), event)


class TrackerTests(TestCase):
    def test_three_calls_tell_a_workflow_from_several_processes(self):
        with FakeServer() as server:
            client = self.client(server)
            agents = ["pdfAdapter", "tradeExtraction", "exceptionManagement"]
            self.assertTrue(stint.StatusTracker("matching", agents, client).initialize_status(
                "corr_abc123", documentId="FAB_26933659", sourceType="BANK"))
            # Another process, as far as the tracker knows.
            tracker = stint.StatusTracker("matching", client=client)
            self.assertEqual(tracker.session_id("corr_abc123"), "session-corr_abc123")
            for told in (
                ("pdfAdapter", "in-progress", "Reading"),
                ("pdfAdapter", "success", "Text extraction complete", {"inputTokens": 1500, "outputTokens": 500}),
                ("tradeExtraction", "In_Progress"),
                ("tradeExtraction", "error", None, None, ValueError("no trades")),
                ("exceptionManagement", "pending"),
                ("exceptionManagement", "skipped"),
            ):
                self.assertIs(tracker.update_agent_status("corr_abc123", *told), True)
            self.assertIs(tracker.finalize_status("corr_abc123", "failed", error="no trades"), True)
            client.flush(30)
            events = server.events
            self.assertEqual({event["execution"] for event in events}, {"session-corr_abc123"})
            self.assertEqual((events[0]["type"], events[0]["steps"]), ("execution.started", agents))
            self.assertEqual(events[0]["attributes"], {"documentId": "FAB_26933659", "sourceType": "BANK"})
            self.assertEqual([(event["type"], event.get("status")) for event in events[1:]], [
                ("step.started", None), ("step.finished", "succeeded"), ("step.started", None),
                ("step.finished", "failed"), ("step.updated", None), ("step.finished", "skipped"),
                ("execution.finished", "failed")])
            self.assertEqual(events[2]["tokens"], {"input": 1500, "output": 500})
            self.assertEqual(events[4]["error"]["type"], "ValueError")
            self.assertEqual(events[-1]["error"], {"type": "Error", "message": "no trades"})

    def test_they_return_false_and_log_a_warning_where_something_is_wrong(self):
        with FakeServer() as server:
            tracker = stint.StatusTracker("matching", client=self.client(server))
            with self.assertLogs("stint", "WARNING"):
                self.assertIs(tracker.update_agent_status("c", "a", "enthusiastic"), False)
                self.assertIs(tracker.update_agent_status("c"), False)
                self.assertIs(tracker.finalize_status("c", "pending"), False)
                self.assertIs(tracker.initialize_status(), False)
            off = stint.StatusTracker("matching", client=stint.Client(disabled=True))
            self.assertIs(off.initialize_status("c"), False)

    def test_with_the_server_down_the_workflow_carries_on(self):
        tracker = stint.StatusTracker("matching", ["a"], self.client(unused_url()))
        self.assertIs(tracker.initialize_status("c"), True)
        self.assertIs(tracker.update_agent_status("c", "a", "success"), True)
        self.assertIs(tracker.finalize_status("c"), True)
        with self.assertLogs("stint", "WARNING"):
            self.assertIsNone(tracker.get_status("c"))


if __name__ == "__main__":
    unittest.main()
