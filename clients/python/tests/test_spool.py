"""What waits on disk, and who sends it."""

import os
import pathlib
import random
import signal
import threading
import time
import unittest

from fake_server import FakeServer, answer, stall
from harness import TestCase, stint, unused_url
from test_delivery import steps


class SpoolTests(TestCase):
    def files(self):
        return sorted(pathlib.Path(self.folder).rglob("*.segment"))

    def put_away(self, url, count=10, **options):
        """A client that left its events on disk: what it made."""
        client = self.client(url, spool=self.folder, **options)
        with stint.execution("planner", client=client) as run:
            steps(run, count, attributes={"n": count})
        left = client.close(0)
        self.assertEqual((left.delivered, left.waiting), (0, 2 * count + 2))
        return left.made

    def test_what_a_process_left_is_sent_by_the_next(self):
        url = unused_url()
        made = sum(self.put_away(url) for _ in range(20))
        file = self.files()[-1]
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(file.parent.stat().st_mode & 0o777, 0o700)
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            client = self.client(server, spool=self.folder)
            with stint.execution("planner", client=client):
                pass
            self.assertTrue(server.wait(lambda: len(server.batches) == 21))
            client.close(30)
            self.assertEqual(client.stats()[:6], (2, 2, 0, 0, 0, made))
            self.assertEqual(len(server.events), made + 2)
            self.assertEqual((server.faults, self.files()), ([], []))

    def test_while_the_server_is_away_memory_is_emptied_and_afterwards_all_is_sent(self):
        url = unused_url()
        client = self.client(url, spool=self.folder)
        run = stint.execution("planner", client=client)
        run.start()
        steps(run, 2_000)
        self.wait(lambda: client._bytes == 0)
        self.assertTrue(self.files())
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            run.finish()
            delivery = client.close(30)
            self.assertEqual((delivery.delivered, delivery.waiting), (4_002, 0))
            self.assertEqual(len(server.events), 4_002)
            self.assertEqual((server.faults, self.files()), ([], []))

    def test_while_an_answer_is_slow_what_fills_the_memory_goes_to_disk(self):
        released = threading.Event()
        with FakeServer(stall(released)) as server:
            client = self.client(server, spool=self.folder, timeout=120, memory=2 << 20)
            run = stint.execution("planner", client=client)
            run.start()
            self.assertTrue(server.wait(lambda: server.requests))
            for _ in range(10):
                steps(run, 500, activity="x" * 200)
                self.wait(lambda: client._bytes < 3 << 19)
            run.finish()
            self.assertTrue(self.files())
            self.assertEqual(client.stats()[:5], (10_002, 0, 0, 0, 10_002))
            released.set()
            # What is found on disk is its own.
            self.wait(lambda: client.flush(5).waiting == 0)
            self.assertEqual(client.close(30)[:6], (10_002, 10_002, 0, 0, 0, 0))
            self.assertEqual(len(server.events), 10_002)
            self.assertEqual((server.faults, self.files()), ([], []))

    def test_another_servers_events_are_not_touched(self):
        self.put_away(unused_url())
        before = self.files()
        with FakeServer() as server:
            for key in (None, "other"):
                client = self.client(server, spool=self.folder, key=key)
                with stint.execution("planner", client=client):
                    pass
                self.assertEqual(client.close(30).adopted, 0)
        self.assertEqual(self.files(), before)

    def test_two_processes_do_not_send_the_same(self):
        url = unused_url()
        for _ in range(6):
            self.put_away(url)
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            server.behaviours = [answer(503)] * 3
            clients = [self.client(server, spool=self.folder) for _ in range(3)]
            for client in clients:
                with stint.execution("planner", client=client):
                    pass
            self.assertTrue(server.wait(lambda: len(server.batches) == 9))
            adopted = sum(client.close(30).adopted for client in clients)
            self.assertEqual(adopted, 6 * 22)
            # Each batch came once: 3 were refused, and 6 adopted besides those of the three themselves.
            self.assertEqual(len(server.requests) - 3, sum(map(len, server.batches.values())))
            self.assertEqual(self.files(), [])

    def test_a_record_torn_or_damaged_is_left_out_and_the_rest_is_sent(self):
        url = unused_url()
        port = int(url.rsplit(":", 1)[1])
        whole = None
        for damage in ("torn", "flipped", "emptied", "foreign"):
            with self.subTest(damage):
                client = self.client(url, spool=self.folder)
                run = stint.execution("planner", client=client)
                run.start()
                for _ in range(3):
                    steps(run, 500)
                    self.wait(lambda: client._bytes == 0)
                client.close(0)
                (file,) = self.files()
                data = file.read_bytes()
                if damage == "torn":
                    file.write_bytes(data[:-10])
                elif damage == "flipped":
                    file.write_bytes(data[:5_000] + bytes([data[5_000] ^ 1]) + data[5_001:])
                elif damage == "emptied":
                    file.write_bytes(b"")
                else:
                    file.write_bytes(b"\xff" * 40 + data)
                with FakeServer(port=port) as server:
                    other = self.client(server, spool=self.folder)
                    with stint.execution("planner", client=other):
                        pass
                    other.close(30)
                    self.assertEqual(self.files(), [])
                    self.assertEqual(other.stats().waiting, 0)
                    adopted = len(server.events) - 2
                    self.assertEqual(other.stats().adopted, adopted)
                    if damage in ("torn", "flipped"):
                        self.assertGreater(adopted, 1_000)
                        self.assertLess(adopted, 3_001)
                    else:
                        self.assertEqual(adopted, 0)

    def test_a_full_disk_drops_the_least_important_and_counts(self):
        url = unused_url()
        client = self.client(url, spool=self.folder, spool_limit=400_000, memory=100_000)
        with stint.execution("planner", id="run-1", client=client) as run:
            for number in range(4_000):
                with run.step("s%d" % number) as step:
                    step.activity("x" * 50)
                if number % 250 == 0:
                    self.wait(lambda: client._bytes < 50_000 or client._held)
        away = client.stats()
        self.assertBooks(away)
        self.assertGreater(away.dropped, 4_000)
        self.assertLessEqual(sum(file.stat().st_size for file in self.files()), 400_000)
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            delivery = client.flush(30)
            self.assertBooks(delivery)
            self.assertEqual((delivery.waiting, delivery.rejected), (0, 0))
            self.assertEqual(delivery.delivered, len(server.events))
            kinds = [event["type"] for event in server.events]
            self.assertEqual((kinds.count("execution.started"), kinds.count("execution.finished")), (1, 1))
            missing = [event["missingEvents"] for event in server.events if "missingEvents" in event]
            self.assertEqual(missing[-1], delivery.dropped)
            self.assertEqual(server.faults, [])

    def test_a_folder_that_cannot_be_written_leaves_memory(self):
        for folder in ("/dev/null/spool", "/proc/spool"):
            client = self.client(unused_url(), spool=folder)
            with stint.execution("planner", client=client):
                pass
            self.assertEqual(client.flush(0.3).waiting, 2)

    def test_a_folder_that_vanishes_loses_nothing(self):
        url = unused_url()
        client = self.client(url, spool=self.folder)
        run = stint.execution("planner", client=client)
        run.start()
        self.wait(lambda: self.files())
        for file in self.files():
            file.unlink()
            file.parent.rmdir()
        os.rmdir(self.folder)
        steps(run, 10)
        run.finish()
        client.flush(1)
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            self.assertEqual(client.flush(30).delivered, 22)
            self.assertEqual(len(server.events), 22)


class KillTests(TestCase):
    PROGRAM = """
        import stint, sys
        client = stint.configure(linger=0.005)
        number = 0
        with stint.execution("planner", heartbeat=None) as run:
            while True:
                with run.step("s%d" % number):
                    number += 1
                if number % 20 == 0:
                    print(number, client._spool and sum(s.own for s in client._spool._segments), flush=True)
                    sys.stdin.readline()
        """

    def test_a_killed_process_leaves_what_is_on_disk_to_be_sent_once(self):
        seed = int(os.environ.get("SEED") or time.time())
        print("\nSEED=%d" % seed, end=" ")
        chance, url, spooled = random.Random(seed), unused_url(), 0
        for _ in range(5):
            program = self.program(self.PROGRAM, STINT_URL=url)
            on_disk = 0
            while on_disk < chance.randrange(1, 1_500):
                on_disk = int(program.stdout.readline().split()[1].replace("None", "0"))
                program.stdin.write("\n")
                program.stdin.flush()
            program.send_signal(signal.SIGKILL)
            program.communicate()
            spooled += on_disk
        with FakeServer(port=int(url.rsplit(":", 1)[1])) as server:
            # Those who send are killed, too.
            for _ in range(3):
                server.behaviours = [None] * chance.randrange(3)
                program = self.program(self.PROGRAM, STINT_URL=url)
                before = len(server.requests)
                server.wait(lambda: len(server.requests) > before + chance.randrange(3), seconds=2)
                program.send_signal(signal.SIGKILL)
                program.communicate()
            client = self.client(server, spool=self.folder)
            with stint.execution("planner", client=client):
                pass
            client.close(30)
            self.assertEqual(server.faults, [])
            self.assertGreaterEqual(len(server.events), spooled)
            numbers = {}
            for event in server.events:
                key = (event["execution"], event["type"], event.get("step"))
                self.assertNotIn(key, numbers)
                numbers[key] = event
            self.assertEqual(list(pathlib.Path(self.folder).rglob("*.segment")), [])


if __name__ == "__main__":
    unittest.main()
