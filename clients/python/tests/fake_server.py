"""A server for tests: keeps the books that the client's headers promise, and misbehaves on request."""

import gzip
import http.server
import json
import socket
import struct
import threading
import time


class FakeServer:
    """Takes events over a real socket.

    `behaviours` are used up one a request; when there are none left it takes what comes. A behaviour is called
    with the request's handler and returns whether the request was dealt with.
    """

    def __init__(self, *behaviours, port=0, batches=None):
        self.behaviours = list(behaviours)
        self.requests = []
        #: By client: by (first, last): events. A repetition is checked, and counted once.
        self.batches = {} if batches is None else batches
        self.faults = []
        self.changed = threading.Condition()
        self.connections = 0
        self.open = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                outer.connections += 1
                outer.open.append(self.connection)

            def do_POST(self):
                outer._handle(self)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # Closed before.
                pass

    def _handle(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        if handler.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        handler.events = json.loads(body)
        with self.changed:
            self.requests.append((time.monotonic(), dict(handler.headers.items())))
            behaviour = self.behaviours.pop(0) if self.behaviours else None
            self.changed.notify_all()
        if behaviour is None or not behaviour(handler):
            self.keep(handler)
            answer(200, {"accepted": len(handler.events), "rejected": []})(handler)

    def keep(self, handler):
        client = handler.headers["Stint-Client"]
        first, last = map(int, handler.headers["Stint-Sequence"].split("-"))
        with self.changed:
            batches = self.batches.setdefault(client, {})
            if (first, last) in batches:
                if batches[first, last] != handler.events:
                    self.faults.append("%s %d-%d came with other content" % (client, first, last))
            else:
                for one, other in batches:
                    if first <= other and one <= last:
                        self.faults.append("%d-%d overlaps %d-%d" % (first, last, one, other))
                if last - first + 1 < len(handler.events):
                    self.faults.append("%d-%d cannot hold %d" % (first, last, len(handler.events)))
                batches[first, last] = handler.events
            self.changed.notify_all()

    @property
    def events(self):
        """Each event once, in the order of making within its client."""
        with self.changed:
            return [event for batches in self.batches.values()
                    for _, events in sorted(batches.items()) for event in events]

    def wait(self, condition, seconds=30):
        """Until a condition holds; False if it never does."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not condition():
                if time.monotonic() > deadline:
                    return False
                self.changed.wait(0.05)
        return True


def answer(status, body=None, **headers):
    """Answers without keeping anything."""

    def behave(handler):
        data = json.dumps(body or {"title": "Refused", "detail": "for a test"}).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
        return True

    return behave


def refuse_first(handler):
    """Takes all but the first event."""
    return answer(200, {"accepted": len(handler.events) - 1, "rejected": [
        {"index": 0, "pointer": "/status", "detail": "No such status."}]})(handler)


def keeping(server, behaviour):
    """Keeps the events, and then behaves as told: the answer is lost, the events are not."""

    def behave(handler):
        server.keep(handler)
        return behaviour(handler)

    return behave


def reset(handler):
    """Breaks off in the middle of an answer."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"accep")
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    return True


def garbage(handler):
    """Answers what is not HTTP."""
    handler.wfile.write(b"\x00\xff SSH-2.0 \r\n\r\nhello\r\n")
    handler.close_connection = True
    return True


def other_page(handler):
    """A 200 of somebody else: a proxy's sign-in page, say."""
    data = b"<html>Welcome to the airport</html>"
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data))
    return True


def close(handler):
    """Hangs up without a word."""
    handler.close_connection = True
    return True


def drip(seconds):
    """Sends a byte every tenth of a second, and never ends."""

    def behave(handler):
        deadline = time.monotonic() + seconds
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while time.monotonic() < deadline:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            threading.Event().wait(0.1)
        handler.close_connection = True
        return True

    return behave


def stall(released):
    """Answers nothing until an event is set, and then hangs up."""

    def behave(handler):
        released.wait(60)
        handler.close_connection = True
        return True

    return behave
