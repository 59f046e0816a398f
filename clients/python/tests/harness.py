"""What the tests share: the module itself, a client that leaves the machine as it was, and programs to run."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER))

# The tests say themselves what they are tracked by.
for name in [name for name in os.environ if name.startswith("STINT_") and name != "STINT_PROGRAM"]:
    del os.environ[name]
os.environ.pop("TRACEPARENT", None)
os.environ["STINT_DISABLED"] = "1"

import stint  # noqa: E402


class TestCase(unittest.TestCase):
    """Each test has a folder of its own, and ends the clients it made."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="stint-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.clients = []

    def tearDown(self):
        for client in self.clients:
            client.close(timeout=0)

    def client(self, server, **options):
        """A client of a server (or an address), without a spool unless it is given one."""
        options.setdefault("spool", False)
        url = server if isinstance(server, str) else server.url
        client = stint.Client(url=url, disabled=False, **options)
        self.clients.append(client)
        return client

    def default(self, server, **options):
        """Makes such a client the one that module functions use."""
        before = stint._client
        stint._client = client = self.client(server, **options)
        self.addCleanup(setattr, stint, "_client", before)
        return client

    def wait(self, condition):
        """Until a condition holds."""
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def assertBooks(self, delivery):
        """Whatever was made is accounted for."""
        self.assertEqual(
            delivery.made, delivery.delivered + delivery.rejected + delivery.dropped + delivery.waiting)

    def program(self, text, **environment):
        """Starts a Python program that imports stint."""
        environment = {key: value for key, value in environment.items() if value is not None}
        inherited = {key: value for key, value in os.environ.items() if key != "STINT_DISABLED"}
        inherited.update({"PYTHONPATH": str(FOLDER), "STINT_SPOOL": self.folder}, **environment)
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(text)], env=inherited, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_program(self, text, **environment):
        """Runs one to its end: (exit code, output, errors)."""
        program = self.program(text, **environment)
        output, errors = program.communicate(timeout=300)
        return program.returncode, output, errors


def unused_url():
    """An address where nobody listens."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return "http://127.0.0.1:%d" % listener.getsockname()[1]
