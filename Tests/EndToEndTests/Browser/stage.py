"""What a scenario stands on: a browser, servers, and pages that are watched."""

import functools
import pathlib
import re
from urllib.parse import urlsplit

from playwright.sync_api import Error, expect

from servers import Server, wait_until

SCENARIOS = {}
"""Every scenario by its sentence."""

WIDTHS = (1440, 820, 380, 320)
THEMES = ("light", "dark")

MODULES = "await import(document.querySelector('script[type=module]').src)"
"""In the script of a page: the modules that it runs, each by its name."""

AUDIT = (pathlib.Path(__file__).parent / "audit.js").read_text()

expect.set_options(timeout=60_000)


def scenario(sentence):
    """Registers a function of one `Stage` under the sentence that it proves."""

    def register(function):
        assert sentence not in SCENARIOS, sentence
        SCENARIOS[sentence] = function
        return function

    return register


class Backstage:
    """What the scenarios share: the browser, and the fleet that is only read."""

    FLEET = 1_500

    def __init__(self, program, browser):
        self.program = program
        self.browser = browser
        self._fleet = None
        self._shared = []

    @functools.cached_property
    def fleet_pages(self):
        """Every page over the fleet by its address, opened once and only looked at."""
        stage = Stage(self)
        self._shared.append(stage)
        return {address: stage.open(self.fleet, address) for address in addresses(self.fleet)}

    @property
    def fleet(self):
        if self._fleet is None:
            self._fleet = Server(self.program, "--sweep-interval", "1s", fleet=self.FLEET)
            self._fleet.lose_silent()
        return self._fleet

    @property
    def complaints(self):
        """What the shared pages should not have said."""
        return [complaint for stage in self._shared for watch in stage.watched for complaint in watch.complaints]

    def end(self):
        for stage in self._shared:
            stage.close()
        if self._fleet:
            self._fleet.end()


class Stage:
    """One scenario's own pages and servers; they end with it."""

    def __init__(self, backstage):
        self.backstage = backstage
        self.contexts = []
        self.servers = []
        self.watched = []

    @property
    def fleet(self):
        """The shared server with two days of a simulated fleet. Only to be read."""
        return self.backstage.fleet

    def fleet_pages(self):
        """Each page over the fleet, at 1440 pixels in the light theme. They are shared: only to be looked at."""
        for page in self.backstage.fleet_pages.values():
            page.set_viewport_size({"width": 1440, "height": 900})
            page.emulate_media(color_scheme="light")
            yield page

    def server(self, *options, **preparations):
        """A server of this scenario's own; the arguments are those of `Server`."""
        server = Server(self.backstage.program, *options, **preparations)
        self.servers.append(server)
        return server

    def open(self, server, path="/", width=1440, theme="light", clock=None, tolerates=None,
             settled=True, **options):
        """A page in a browser that knows nothing yet.

        `clock` takes the page's time into the test's hand, from that moment on (epoch milliseconds).
        `tolerates` is a pattern of console messages that belong to the scenario.
        """
        context = self.backstage.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, **options)
        context.set_default_timeout(60_000)
        self.contexts.append(context)
        page = context.new_page()
        self.watched.append(Watch(page, server.url, tolerates))
        if clock is not None:
            page.clock.install(time=clock / 1_000)
        page.goto(server.url + path)
        if settled:
            settle(page)
        return page

    def close(self):
        """Ends what the scenario started, and returns what its pages should not have said."""
        for context in self.contexts:
            context.close()
        for server in self.servers:
            server.end()
        return [complaint for watch in self.watched for complaint in watch.complaints]


class Watch:
    """Listens to a page: nothing in the console, no request but to its own server."""

    def __init__(self, page, url, tolerates):
        self.complaints = []
        self.requests = []
        self.unanswered = 0
        self.tolerated = re.compile(tolerates) if tolerates else None
        self.host = urlsplit(url).netloc
        page.on("console", lambda message: self._complain(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self._complain(f"error: {error}"))
        page.on("request", self._note)
        page.on("requestfinished", self._note_end)
        page.on("requestfailed", self._note_end)

    def _complain(self, text):
        if not (self.tolerated and self.tolerated.search(text)):
            self.complaints.append(text)

    def _note(self, request):
        self.requests.append(request.url)
        self.unanswered += 1
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.complaints.append(f"request to {request.url}")

    def _note_end(self, request):
        self.unanswered -= 1


def addresses(server):
    """One address a page, and an execution of each kind of end."""
    found = ["/", "/executions", "/diagnose"]
    for status in ("succeeded", "failed", "lost"):
        items = server.get(f"/v1/executions?status={status}&limit=1")["items"]
        found += [f"/executions/{item['id']}" for item in items]
    return found


def settle(page):
    """Waits until the page shows its heading and nothing of it is still being loaded."""
    shown = "document.querySelector('main h1')?.checkVisibility() && !document.querySelector('main [aria-busy=true]')"

    def is_settled():
        try:
            return page.evaluate(shown)
        except Error:
            return False  # Another document is on its way.

    wait_until(is_settled, what="a page with its heading")


def drawn(page):
    """Waits until what has changed is laid out."""
    page.evaluate("() => new Promise(requestAnimationFrame)")


def audit(page, check, *arguments):
    """Runs a check of `audit.js` in the page and holds that it finds nothing."""
    found = page.evaluate(f"([check, args]) => {{ {AUDIT}; return checks[check](...args); }}", [check, arguments])
    assert not found, f"{page.url}, {check}: " + "; ".join(found[:8])
