"""Ends of programs, forks, and what programs see of being tracked."""

import threading
import unittest

from fake_server import FakeServer, stall
from harness import TestCase, stint, unused_url


class ProcessTests(TestCase):
    def test_a_program_that_ends_delivers_what_it_told(self):
        with FakeServer() as server:
            code, _, errors = self.run_program("""
                import stint
                with stint.execution("planner"):
                    with stint.step("x"):
                        pass
                """, STINT_URL=server.url)
            self.assertEqual((code, errors), (0, ""))
            self.assertEqual([event["type"] for event in server.events],
                             ["execution.started", "step.started", "step.finished", "execution.finished"])

    def test_what_a_program_prints_and_how_it_ends_is_the_same_tracked_or_not(self):
        text = """
            import stint, sys, threading
            @stint.tracked("planner")
            def run():
                for number in range(300):
                    with stint.step("s"):
                        print(number)
                other = threading.Thread(target=print, args=("thread",))
                other.start()
                other.join()
                raise ValueError("broken")
            try:
                run()
            except ValueError as error:
                trace = error.__traceback__
                print(repr(error), error.__cause__, error.__context__, trace.tb_next.tb_next.tb_lineno)
            sys.exit(3)
            """
        untracked = self.run_program(text, STINT_DISABLED="1")
        self.assertEqual(untracked[0], 3)
        self.assertIn("ValueError('broken') None None", untracked[1])
        with FakeServer() as server:
            for url in (server.url, unused_url(), "nonsense://", "http://[", "http://127.0.0.1:99999"):
                with self.subTest(url):
                    self.assertEqual(self.run_program(text, STINT_URL=url), untracked)
            self.assertEqual(len(server.events), 602)

    def test_an_exit_is_not_held_up_beyond_its_budget(self):
        code, output, errors = self.run_program("""
            import atexit, time
            begun = time.monotonic()
            atexit.register(lambda: print(time.monotonic() - begun))
            import socket
            silent = socket.create_server(("127.0.0.1", 0))
            import stint
            stint.configure(url="http://127.0.0.1:%d" % silent.getsockname()[1], timeout=60,
                            exit_budget=0.3)
            with stint.execution("planner"):
                pass
            """)
        self.assertEqual((code, errors), (0, ""))
        self.assertLess(float(output), 30)

    def test_what_a_silent_server_does_not_acknowledge_is_on_disk_at_the_end(self):
        text = """
            import stint
            stint.configure(exit_budget=0.3)
            with stint.execution("planner"):
                for _ in range(100):
                    with stint.step("x"):
                        pass
            """
        released = threading.Event()
        with FakeServer(stall(released)) as server:
            code, _, errors = self.run_program(text, STINT_URL=server.url)
            self.assertEqual((code, errors), (0, ""))
            released.set()
            code, _, errors = self.run_program(text.replace("0.3", "30"), STINT_URL=server.url)
            self.assertEqual((code, errors, server.faults), (0, "", []))
            self.assertEqual(len(server.events), 2 * 202)

    def test_a_forked_child_sends_its_own_and_ends_nothing_of_its_parent(self):
        with FakeServer() as server:
            code, _, errors = self.run_program("""
                import os, stint
                with stint.execution("planner", id="run-1") as run:
                    for number in range(5):
                        with run.step("before-%d" % number):
                            pass
                    child = os.fork()
                    with stint.step("child" if child == 0 else "parent"):
                        pass
                    if child == 0:
                        delivery = stint.flush(20)
                        assert delivery[:5] == (2, 2, 0, 0, 0), delivery
                if child == 0:
                    assert stint.flush(20).made == 2
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
                """, STINT_URL=server.url, PYTHONWARNINGS="ignore")
            self.assertEqual((code, errors), (0, ""))
            self.assertEqual(len(server.batches), 2)
            self.assertEqual(server.faults, [])
            kinds = [event["type"] for event in server.events]
            self.assertEqual((kinds.count("execution.finished"), kinds.count("step.finished")), (1, 7))

    def test_forking_while_threads_tell_and_send_never_hangs(self):
        with FakeServer() as server:
            code, _, errors = self.run_program("""
                import os, stint, sys, threading
                stint.configure(linger=0)
                stop = threading.Event()
                def work():
                    with stint.execution("parent") as run:
                        while not stop.wait(0.0005):
                            with run.step("s"):
                                pass
                threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
                for thread in threads:
                    thread.start()
                for _ in range(20):
                    child = os.fork()
                    if child == 0:
                        with stint.execution("child"):
                            pass
                        delivery = stint.flush(20)
                        if delivery.delivered != 2:
                            print(delivery, file=sys.stderr, flush=True)
                        os._exit(delivery.delivered != 2)
                    assert os.waitpid(child, 0)[1] == 0
                stop.set()
                for thread in threads:
                    thread.join()
                assert stint.flush(20).waiting == 0
                """, STINT_URL=server.url, PYTHONWARNINGS="ignore")
            self.assertEqual((code, errors), (0, ""))
            self.assertEqual(server.faults, [])
            agents = [event["agent"] for event in server.events if event["type"] == "execution.started"]
            self.assertEqual(agents.count("child"), 20)

    def test_workers_of_multiprocessing_deliver_before_they_end(self):
        with FakeServer() as server:
            code, _, errors = self.run_program("""
                import multiprocessing, stint
                def work(number):
                    with stint.execution("worker"):
                        return number
                if __name__ == "__main__":
                    context = multiprocessing.get_context("fork")
                    stint.execution("main").start()
                    with context.Pool(2) as pool:
                        assert pool.map(work, range(10)) == list(range(10))
                        pool.close()
                        pool.join()
                    child = context.Process(target=work, args=(1,))
                    child.start()
                    child.join()
                """, STINT_URL=server.url, PYTHONWARNINGS="ignore")
            self.assertEqual((code, errors), (0, ""))
            agents = [event["agent"] for event in server.events if event["type"] == "execution.started"]
            self.assertEqual(sorted(agents), ["main"] + ["worker"] * 11)

    def test_a_handler_of_signals_may_tell_in_the_middle_of_telling(self):
        code, output, errors = self.run_program("""
            import signal, stint
            stint.configure(url="http://127.0.0.1:1")
            run = stint.execution("planner")
            run.start()
            handled = []
            def handle(number, frame):
                with run.step("signal"):
                    handled.append(number)
                signal.setitimer(signal.ITIMER_REAL, 0.0005)
            signal.signal(signal.SIGALRM, handle)
            # Who runs the tests may have it blocked, as the threads of a dispatch queue have.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
            signal.setitimer(signal.ITIMER_REAL, 0.0005)
            told = 0
            while len(handled) < 300:
                with run.step("s"):
                    told += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert stint.stats().made == 1 + 2 * (told + len(handled)), (stint.stats(), told, handled)
            """)
        self.assertEqual((code, errors), (0, ""))

    def test_a_child_process_joins_by_its_environment(self):
        with FakeServer() as server:
            with stint.execution("planner", id="run-1", client=self.client(server)) as run:
                code, _, errors = self.run_program("""
                    import stint
                    with stint.execution("child"):
                        with stint.step("x"):
                            pass
                    """, STINT_URL=server.url, **run.child_environment())
            self.assertEqual((code, errors), (0, ""))
            self.clients[0].flush(30)
            self.assertEqual({event["execution"] for event in server.events}, {"run-1"})
            self.assertEqual([event["type"] for event in server.events].count("execution.finished"), 1)


if __name__ == "__main__":
    unittest.main()
