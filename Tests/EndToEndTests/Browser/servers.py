"""Servers of the built program, and what is told to them."""

import json
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone


def instant(seconds_ago=0.0):
    """A moment before now, as the interface writes it."""
    moment = datetime.now(timezone.utc) - timedelta(seconds=seconds_ago)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Server:
    """A server over a store of its own, on a free port of this machine."""

    def __init__(self, program, *options, fleet=0, scopes=()):
        """With `fleet`, the store is first filled with that many executions of two days, up to ten minutes ago.

        With `scopes`, it asks for keys: one of each is made, and `tell` and `get` use the first.
        """
        self.program = program
        self.options = options
        self.folder = tempfile.TemporaryDirectory(prefix="stint-browser-")
        self.store = f"sqlite:{self.folder.name}/stint.sqlite"
        self.keys = {
            scope: self.run("keys", "create", "--scope", scope, "--store", self.store) for scope in scopes}
        if fleet:
            self.run(
                "simulate", "--executions", str(fleet), "--days", "2", "--seed", "11",
                "--until", instant(600), "--store", self.store)
        self.port = 0
        self.process = None
        self.start()

    def run(self, *arguments):
        """Runs the program to its end and returns what it wrote."""
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"stint {arguments[0]} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def start(self):
        """Serves, on the port it had before where it had one."""
        log = open(pathlib.Path(self.folder.name) / "log", "ab")
        self.process = subprocess.Popen(
            [self.program, "serve", "--port", str(self.port), "--otlp-grpc-port", "off",
             "--store", self.store, *self.options],
            stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError(f"The server did not start: {pathlib.Path(log.name).read_text()}")
        self.url = line.removeprefix("listening on ").strip()
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Asks it to stop and waits until it has; killed where it takes ten seconds."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def request(self, method, path, body=None):
        """The parsed answer; raises on a status of 400 and up."""
        request = urllib.request.Request(self.url + path, method=method)
        if self.keys:
            request.add_header("Authorization", f"Bearer {next(iter(self.keys.values()))}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def get(self, path):
        return self.request("GET", path)

    def lose_silent(self):
        """Returns once every running execution that promised heartbeats is known to be lost.

        A server that has just begun to listen lets the whole of a promise pass; so from here on they promise a second.
        """
        running = "/v1/executions?status=running&limit=500"
        silent = lambda: [item for item in self.get(running)["items"] if item["heartbeatSeconds"]]
        self.tell(*[event("execution.started", item["id"], at=item["lastEventAt"], attempt=item["attempt"],
                          heartbeatSeconds=1) for item in silent()])
        wait_until(lambda: not silent(), within=120, what="the silence of all")

    def tell(self, *events):
        """Sends events and holds that all are taken."""
        for start in range(0, len(events), 5_000):
            answer = self.request("POST", "/v1/events", list(events[start:start + 5_000]))
            assert not answer["rejected"], answer["rejected"][:3]


def event(type, execution, **members):
    """One event; `at` is now unless given."""
    return {"type": type, "execution": execution, "at": instant(), **members}


def begun(execution, agent="portfolio-planner", ago=5.0, **members):
    """The start of an execution some seconds ago."""
    return event("execution.started", execution, agent=agent, at=instant(ago), **members)


def finished(execution, status="succeeded", ago=0.0, **members):
    """The end of an execution some seconds ago."""
    return event("execution.finished", execution, status=status, at=instant(ago), **members)


def wait_until(condition, within=60.0, what="the condition"):
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + within
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not come true within {within} s"
        time.sleep(0.05)
