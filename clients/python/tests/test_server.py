"""A real server, where STINT_PROGRAM names the `stint` to run."""

import glob
import json
import os
import random
import signal
import subprocess
import time
import unittest
import urllib.parse
import urllib.request

from fake_server import FakeServer
from harness import TestCase, stint, unused_url

PROGRAM = os.environ.get("STINT_PROGRAM")


@unittest.skipUnless(PROGRAM, "STINT_PROGRAM names no server")
class ServerTestCase(TestCase):
    """Each test has a server of its own."""

    def setUp(self):
        super().setUp()
        self.port = urllib.parse.urlsplit(unused_url()).port
        self.start()
        self.addCleanup(lambda: self.stop())

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(self.port), "--host-sampling", "off",
             "--store", "sqlite:" + os.path.join(self.folder, "stint.sqlite")],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.communicate(timeout=60)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def execution(self, id):
        return self.get("/v1/executions/" + urllib.parse.quote(id, safe=""))

    def all(self):
        items, path = [], "/v1/executions?limit=500"
        while path:
            page = self.get(path)
            items += page["items"]
            cursor = page.get("nextCursor")
            path = cursor and "/v1/executions?limit=500&cursor=" + urllib.parse.quote(cursor)
        return items


class ServerTests(ServerTestCase):
    def test_what_is_told_is_what_is_shown(self):
        client = self.default(self.url)
        with self.assertRaises(ValueError):
            with stint.execution("planner", id="run-1", user="ada", correlation="c-1", steps=["reporter", "writer"],
                                 attributes={"model": "large-2"}, timeout=900) as run:
                with run.step("reporter", kind="agent", activity="Reading") as step:
                    with stint.step("call", kind="model"):
                        stint.current_step().model_call("large-2", input=200, output=40, latency=0.5, cost=0.01)
                    step.tokens(2_100, 740)
                run.goal(False)
                run.summary("no plan")
                run.waiting("ada")
                run.resumed()
                raise ValueError("broken") from KeyError("x")
        self.assertEqual(client.flush(60)[:5], (client._made, client._made, 0, 0, 0))
        shown = self.execution("run-1")
        self.assertEqual([shown[name] for name in ("agent", "user", "correlation", "status", "goalMet", "summary")],
                         ["planner", "ada", "c-1", "failed", False, "no plan"])
        self.assertEqual((shown["error"]["type"], shown["error"]["cause"]), ("ValueError", "KeyError: 'x'"))
        self.assertIn("test_server.py", shown["error"]["stack"])
        steps = {step["key"]: step for step in shown["steps"]}
        self.assertEqual({key: step["status"] for key, step in steps.items()},
                         {"reporter": "succeeded", "call": "succeeded", "writer": "pending"})
        self.assertEqual((steps["call"]["parent"], steps["call"]["costUsd"]), ("reporter", 0.01))
        self.assertEqual(steps["reporter"]["tokens"]["input"], 2_100)
        self.assertFalse(shown["conflict"] or shown["skew"])

    def test_nothing_that_the_client_makes_fit_is_refused(self):
        client = self.default(self.url)
        with stint.execution("ä" * 300, id="i" * 600, attributes={
                "k" * 300: "ö" * 9_000, "n": float("inf"), "s": "\udcff\x00", "big": 10**30, "list": [{}], "bool": True},
                steps=["", "x" * 400, "y"], user="\udcff", correlation="é" * 200, timeout=1e9) as run:
            run.summary("ü" * 40_000)
            run.update(turns=-1, input_bytes=10**12)
            run.fail("é" * 40_000, kind="E" * 400)
            with run.step("s" * 400, kind="k" * 400, activity="a" * 40_000, attributes={"": ""}) as step:
                step.tokens(-5, 3.7, cached_input=float("nan"))
                step.model_call("m" * 400, input=1, latency=-1, cost=float("inf"))
        delivery = client.flush(60)
        self.assertEqual((delivery.rejected, delivery.rejection, delivery.waiting), (0, None, 0))

    def test_a_tracked_workflow_can_be_polled(self):
        tracker = stint.StatusTracker("matching", ["pdf", "trade"], self.client(self.url))
        self.assertEqual(tracker.get_status("c-1")["status"], "pending")
        tracker.initialize_status("c-1")
        tracker.update_agent_status("c-1", "pdf", "in-progress", "Reading")
        tracker.update_agent_status("c-1", "pdf", "success", "Read", {"inputTokens": 3, "outputTokens": 4})
        tracker.finalize_status("c-1", "completed")
        self.clients[0].flush(60)
        status = tracker.get_status("c-1")
        self.assertEqual((status["status"], status["final"]), ("succeeded", True))
        self.assertEqual([step["status"] for step in status["steps"]], ["succeeded", "pending"])
        self.assertEqual(status["tokens"], {"input": 3, "output": 4})

    def test_a_server_killed_at_random_gets_everything_once(self):
        client = self.default(self.url, spool=self.folder + "/spool", linger=0.01)
        seed = int(os.environ.get("SEED") or time.time())
        print("\nSEED=%d" % seed, end=" ")
        chance = random.Random(seed)
        runs = 0
        for _ in range(3):
            until = time.monotonic() + chance.uniform(0.1, 1)
            while time.monotonic() < until:
                with stint.execution("planner", id="run-%d" % runs):
                    for name in "abc":
                        with stint.step(name):
                            time.sleep(0.001)
                runs += 1
            self.stop(signal.SIGKILL)
            with stint.execution("planner", id="run-%d" % runs):
                pass
            runs += 1
            self.start()
        delivery = client.flush(60)
        self.assertEqual((delivery.delivered, delivery.rejected, delivery.dropped), (delivery.made, 0, 0))
        shown = self.all()
        self.assertEqual(len(shown), runs)
        self.assertEqual({item["status"] for item in shown}, {"succeeded"})
        (books,) = self.get("/v1/clients")["items"]
        self.assertEqual((books["client"], books["made"], books["stored"]), (client.id, delivery.made, delivery.made))
        self.assertEqual((books["rejected"], books["dropped"], books["inFlight"], books["gaps"]), (0, 0, 0, []))

    def test_what_the_spool_had_is_delivered_once_when_client_and_server_are_killed(self):
        spool = self.folder + "/spool"
        seed = int(os.environ.get("SEED") or time.time())
        print("\nSEED=%d" % seed, end=" ")
        chance = random.Random(seed)
        waited = []
        for number in range(3):
            program = self.program("""
                import itertools, stint, time
                for number in itertools.count():
                    with stint.execution("planner", id="%d-%%d" %% number):
                        with stint.step("a"):
                            time.sleep(0.005)
                """ % number, STINT_URL=self.url, STINT_SPOOL=spool)
            self.wait(lambda: len(self.get("/v1/clients")["items"]) > number)
            self.stop(signal.SIGKILL)
            batches = chance.randrange(3)
            self.wait(lambda: len(self.spooled(spool)) >= batches)
            program.kill()
            program.communicate()
            waited += self.spooled(spool)
            self.start()
        client = self.default(self.url, spool=spool)
        with stint.execution("planner"):
            pass
        self.wait(lambda: client.flush(60).waiting == 0 and not self.spooled(spool))

        books = {item["client"]: item for item in self.get("/v1/clients")["items"]}
        self.assertEqual(len(books), 4)
        self.assertGreaterEqual(len({batch.client for batch in waited}), 1)
        for batch in waited:
            for first, last in books[batch.client]["gaps"]:
                self.assertFalse(first <= batch.last and batch.first <= last, (batch, first, last))
        for item in books.values():
            self.assertEqual((item["rejected"], item["dropped"], item["unknown"]), (0, 0, 0))
            # What was in memory alone is gone, and known to be.
            self.assertEqual(item["inFlight"], sum(last - first + 1 for first, last in item["gaps"]))
            self.assertEqual(item["made"], item["stored"] + item["inFlight"])
        recorded = sum(len(self.get("/v1/executions/%s/events?limit=500" % item["id"])["items"])
                       for item in self.all())
        self.assertEqual(recorded, sum(item["stored"] for item in books.values()))

    def spooled(self, folder):
        """The batches that wait on disk."""
        batches = []
        for path in glob.glob(folder + "/*/*.segment"):
            try:
                with open(path, "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                continue
            while len(data) >= 8 and len(data) >= 8 + int.from_bytes(data[:4], "big"):
                end = 8 + int.from_bytes(data[:4], "big")
                batches.append(stint._Batch(*json.loads(data[8:end].split(b"\n", 1)[0])))
                data = data[end:]
        return batches

    def test_a_killed_program_leaves_what_it_was_doing(self):
        program = self.program("""
            import stint
            with stint.execution("planner", id="run-1", heartbeat=1):
                with stint.step("reporter"):
                    stint.flush(30)
                    print("told", flush=True)
                    input()
            """, STINT_URL=self.url)
        self.assertEqual(program.stdout.readline(), "told\n")
        program.kill()
        program.communicate()
        shown = self.execution("run-1")
        self.assertEqual((shown["status"], shown["steps"][0]["status"]), ("running", "running"))
        self.assertEqual(shown["heartbeatSeconds"], 1)

    def test_a_wrong_key_is_told_and_harms_nothing(self):
        self.stop()
        subprocess.run([PROGRAM, "keys", "create", "--scope", "ingest", "--store",
                        "sqlite:" + os.path.join(self.folder, "stint.sqlite")], check=True, capture_output=True)
        self.start()
        client = self.client(self.url, key="stint_wrong", linger=60)
        with self.assertLogs("stint", "WARNING"):
            with stint.execution("planner", client=client):
                pass
            delivery = client.flush(60)
        self.assertEqual((delivery.delivered, delivery.rejected, delivery.waiting), (0, 2, 0))
        self.assertIn("HTTP 401", delivery.rejection)


class CostTests(TestCase):
    def test_what_a_step_costs(self):
        """Printed, not judged: a busy machine says little about the code."""
        with FakeServer() as server:
            client = self.client(server, memory=64 << 20, linger=60)
            costs = []
            with stint.execution("planner", client=client) as run:
                for _ in range(400):
                    before = time.perf_counter()
                    with run.step("reporter"):
                        pass
                    costs.append(time.perf_counter() - before)
            self.assertEqual(client.flush(60).delivered, 802)
        costs.sort()
        print("\na step: median %.1f µs, p99 %.1f µs" % (costs[200] * 1e6, costs[-4] * 1e6), end=" ")


if __name__ == "__main__":
    unittest.main()
