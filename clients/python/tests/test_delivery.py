"""What becomes of what was told, whatever the server does."""

import email.utils
import random
import threading
import time
import unittest

from fake_server import FakeServer, answer, close, drip, garbage, keeping, other_page, refuse_first, reset, stall
from harness import TestCase, stint, unused_url


def steps(run, count, **options):
    for number in range(count):
        with run.step("s%d" % number, **options):
            pass


class DeliveryTests(TestCase):
    def assertDelivered(self, server, delivery, made):
        self.assertEqual((delivery.made, delivery.delivered, delivery.waiting), (made, made, 0))
        self.assertBooks(delivery)
        self.assertEqual(len(server.events), made)
        self.assertEqual(server.faults, [])

    def test_batches_are_numbered_without_gaps_and_hold_500_events_at_most(self):
        with FakeServer() as server:
            client = self.client(server, linger=60)
            with stint.execution("planner", client=client) as run:
                steps(run, 799)
            self.assertDelivered(server, client.flush(30), 1_600)
            (batches,) = server.batches.values()
            ranges = sorted(batches)
            self.assertEqual([first for first, _ in ranges], [1] + [last + 1 for _, last in ranges[:-1]])
            self.assertEqual(ranges[-1][1], 1_600)
            self.assertLessEqual(max(map(len, batches.values())), 500)
            self.assertEqual({headers["Stint-Client"] for _, headers in server.requests}, {client.id})
            self.assertEqual({headers["Stint-Dropped"] for _, headers in server.requests}, {"0"})
            self.assertRegex(client.id, "^[0-9a-f]{32}$")
            self.assertEqual(server.connections, 1)

    def test_a_batch_holds_a_mebibyte_at_most(self):
        with FakeServer() as server:
            client = self.client(server, linger=60, memory=64 << 20)
            with stint.execution("planner", client=client) as run:
                steps(run, 100, activity="x" * 30_000)
            client.flush(30)
            self.assertGreaterEqual(len(server.requests), 3)
            for batches in server.batches.values():
                for events in batches.values():
                    self.assertLess(sum(len(event.get("activity", "")) for event in events), 1 << 20)

    def test_the_key_goes_along_and_larger_bodies_are_compressed(self):
        with FakeServer() as server:
            client = self.client(server, key="stint_secret\n", linger=60)
            with stint.execution("planner", client=client):
                pass
            client.flush(30)
            with stint.execution("planner", client=client) as run:
                steps(run, 100)
            client.flush(30)
            small, large = (headers for _, headers in server.requests)
            self.assertEqual(small["Authorization"], "Bearer stint_secret")
            self.assertNotIn("Content-Encoding", small)
            self.assertEqual(large["Content-Encoding"], "gzip")

    def test_a_server_that_comes_later_gets_everything(self):
        url = unused_url()
        client = self.client(url)
        with stint.execution("planner", client=client) as run:
            steps(run, 10)
        self.wait(lambda: client.stats().failure)
        away = client.stats()
        self.assertEqual((away.made, away.delivered, away.waiting), (22, 0, 22))
        self.assertIn("refused", away.failure)
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            self.assertDelivered(server, client.flush(30), 22)
            self.assertIsNone(client.stats().failure)

    def test_flush_returns_early_where_waiting_is_of_no_use(self):
        with FakeServer(*[answer(503, Retry_After="3000")] * 5) as server:
            client = self.client(server)
            stint.execution("planner", client=client).start()
            began = time.monotonic()
            self.assertEqual(client.flush(60).waiting, 1)
            self.assertLess(time.monotonic() - began, 50)
            self.assertEqual(client.stats().failure, "HTTP 503")

    def test_what_fails_is_sent_again_with_the_same_range_and_content(self):
        with FakeServer() as server:
            lost = [keeping(server, behaviour) for behaviour in (reset, garbage, other_page, close)]
            server.behaviours = [answer(503), answer(429, Retry_After="0"), answer(408), garbage, reset, close,
                                 other_page, answer(500)] + lost
            client = self.client(server)
            client._random = random.Random(1)
            client._random.uniform = lambda low, high: 0.01
            with stint.execution("planner", client=client) as run:
                steps(run, 20)
                self.assertTrue(server.wait(lambda: len(server.requests) > 3))
                steps(run, 20)
            self.assertDelivered(server, client.flush(30), 82)
            self.assertEqual(server.behaviours, [])

    def test_an_answer_that_drips_is_given_up(self):
        with FakeServer(drip(20)) as server:
            client = self.client(server, timeout=0.5)
            with stint.execution("planner", client=client):
                pass
            self.assertDelivered(server, client.flush(30), 2)

    def test_a_connection_closed_between_requests_costs_nothing(self):
        with FakeServer() as server:
            client = self.client(server)
            with stint.execution("planner", client=client):
                client.flush(30)
                client._link._connection.sock.shutdown(2)
            self.assertDelivered(server, client.flush(30), 2)
            self.assertEqual(client._failures, 0)

    def test_refused_requests_are_counted_and_not_sent_again(self):
        for status in (400, 401, 403, 404, 413, 302):
            with self.subTest(status), FakeServer(answer(status, {"title": "No", "detail": "No such key."})) as server:
                client = self.client(server, linger=60)
                with self.assertLogs("stint", "WARNING"):
                    with stint.execution("planner", client=client):
                        pass
                    delivery = client.flush(30)
                self.assertEqual((delivery.rejected, delivery.delivered, delivery.waiting), (2, 0, 0))
                self.assertEqual(delivery.rejection, "HTTP %d: No such key." % status)
                self.assertEqual(len(server.requests), 1)
                client.close(0)

    def test_a_refused_event_does_not_count_for_its_neighbours(self):
        with FakeServer(refuse_first) as server:
            client = self.client(server, linger=60)
            with stint.execution("planner", client=client):
                pass
            delivery = client.flush(30)
            self.assertEqual((delivery.delivered, delivery.rejected), (1, 1))
            self.assertEqual(delivery.rejection, "/status: No such status.")

    def test_the_server_is_left_alone_as_long_as_it_asks(self):
        for wait in (lambda: "1", lambda: email.utils.formatdate(time.time() + 2.5, usegmt=True)):
            with self.subTest(wait()), FakeServer(answer(429, Retry_After=wait())) as server:
                client = self.client(server)
                with stint.execution("planner", client=client):
                    pass
                self.assertEqual(client.flush(30).waiting, 0)
                (first, _), (second, _) = server.requests
                self.assertGreater(second - first, 0.8)

    def test_waits_double_from_half_a_second_to_a_minute_with_full_jitter(self):
        client = self.client(unused_url())
        bounds, waits = [], []
        client._random.uniform = lambda low, high: bounds.append((low, high)) or 0
        for _ in range(10):
            client._defer("test")
        self.assertEqual(bounds, [(0, wait) for wait in (0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60)])
        for _ in range(100):
            other = self.client(unused_url())
            other._failures = 6
            other._defer("test")
            waits.append(other._retry_at - time.monotonic())
        self.assertGreater(max(waits) - min(waits), 10)

    def test_the_programs_own_random_numbers_stay_as_they_were(self):
        random.seed(7)
        expected = [random.random() for _ in range(3)]
        random.seed(7)
        client = self.client(unused_url())
        with stint.execution("planner", client=client):
            pass
        client.flush(0.2)
        self.assertEqual([random.random() for _ in range(3)], expected)

    def test_a_restarting_server_loses_nothing(self):
        client, port, kept, faults = None, 0, {}, []
        for round in range(5):
            with FakeServer(port=port, batches=kept) as server:
                if client is None:
                    client = self.client(server)
                    run = stint.execution("planner", client=client)
                    run.start()
                port = server.port
                steps(run, 50)
                self.assertTrue(server.wait(lambda: server.requests))
                faults += server.faults
            steps(run, 50)
        run.finish()
        with FakeServer(port=port, batches=kept) as server:
            self.assertDelivered(server, client.flush(30), 1 + 5 * 200 + 1)
        self.assertEqual(faults, [])


class BoundTests(TestCase):
    def test_memory_stays_within_its_bound_and_what_is_lost_is_counted_and_told(self):
        released = threading.Event()
        with FakeServer(stall(released)) as server:
            client = self.client(server, memory=200_000, linger=0.01, timeout=60)
            with stint.execution("planner", id="run-1", client=client) as run:
                self.assertTrue(server.wait(lambda: server.requests))
                for number in range(2_000):
                    with run.step("s%d" % number) as step:
                        step.activity("x" * 100)
                        self.assertLessEqual(client._bytes, 200_000)
            stalled = client.stats()
            self.assertGreater(stalled.dropped, 1_000)
            self.assertBooks(stalled)
            released.set()
            delivery = client.flush(30)
            self.assertEqual(delivery.waiting, 0)
            self.assertBooks(delivery)
            events = server.events
            self.assertEqual(len(events), delivery.delivered)
            self.assertEqual(delivery.delivered + delivery.dropped, delivery.made)
            # The least important went first, and the oldest of these.
            kinds = [event["type"] for event in events]
            self.assertEqual((kinds.count("execution.started"), kinds.count("execution.finished")), (1, 1))
            self.assertEqual(kinds.count("step.updated"), 0)
            self.assertEqual([event["step"] for event in events if event["type"] == "step.finished"][-1], "s1999")
            missing = [event["missingEvents"] for event in events if "missingEvents" in event]
            self.assertEqual(missing[-1], delivery.dropped)
            self.assertEqual(server.requests[-1][1]["Stint-Dropped"], str(delivery.dropped))
            # Ranges cover what was dropped.
            (batches,) = server.batches.values()
            self.assertEqual(max(last for _, last in batches), delivery.made)
            self.assertEqual(server.faults, [])

    def test_a_program_is_never_held_up(self):
        released = threading.Event()
        with FakeServer(stall(released), stall(released)) as server:
            client = self.client(server, memory=200_000, linger=0, timeout=60)
            slow, began = [], time.perf_counter()
            with stint.execution("planner", client=client) as run:
                for number in range(5_000):
                    before = time.perf_counter()
                    with run.step("s"):
                        pass
                    slow.append(time.perf_counter() - before)
            released.set()
        slow.sort()
        print("\na step with the server stalled: median %.1f µs, p99.9 %.0f µs, longest %.0f µs" % (
            slow[2_500] * 1e6, slow[-5] * 1e6, slow[-1] * 1e6), end=" ")
        # A request would take until the stall is over.
        self.assertLess(time.perf_counter() - began, 30)

    def test_threads_lose_nothing(self):
        with FakeServer() as server:
            client = self.client(server, linger=0.001)

            def work():
                with stint.execution("planner", client=client) as run:
                    steps(run, 200)

            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            delivery = client.flush(30)
            self.assertEqual((delivery.delivered, delivery.waiting), (8 * 402, 0))
            self.assertEqual(len(server.events), 8 * 402)
            self.assertEqual(server.faults, [])


if __name__ == "__main__":
    unittest.main()
