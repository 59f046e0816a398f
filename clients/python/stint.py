"""Tell a Stint server what this program's executions do.

    import stint

    with stint.execution("planner", user="ada", steps=["reporter", "writer"]) as run:
        with run.step("reporter", kind="agent") as step:
            step.activity("Reading 42 positions")
            step.model_call("large-2", input=2100, output=740, latency=3.3)
        run.goal(True)

Tracking never harms the work. Nothing here raises, waits for the network or holds more memory than it
was given: what happens is encoded and queued (some ten microseconds), and one daemon thread sends it.
While the server is away events wait on disk; what finds no room is dropped, the least important first,
and counted. The program's own exceptions pass through untouched.

Settings come from `configure`, else from the environment: `STINT_URL` (default http://127.0.0.1:8790),
`STINT_KEY`, `STINT_ENVIRONMENT` (`test` and `mock` are kept out of every statistic), `STINT_SPOOL` (a
folder, or `off`), `STINT_DISABLED=1`. One file, no dependencies, Python 3.9 and later.
"""

from __future__ import annotations

import atexit
import collections
import contextvars
import datetime
import email.utils
# Looking up a host imports it; in a child forked meanwhile, never to end.
import encodings.idna
import functools
import gzip
import hashlib
import http.client
import inspect
import io
import json
import logging
import math
import os
import random
import re
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid
import weakref
import zlib
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union

try:
    import fcntl
except ImportError:  # Windows: events wait in memory alone.
    fcntl = None

__version__ = "0.5.0"
__all__ = [
    "Client", "Delivery", "Execution", "StatusTracker", "Step", "configure", "current", "current_step",
    "execution", "flush", "lambda_handler", "stats", "step", "tracked",
]

log = logging.getLogger("stint")
# Without it what is logged here would appear on the standard error of a program that configures no logging.
log.addHandler(logging.NullHandler())


def _harmless(instead: Callable[[], Any] = lambda: None):
    """Makes a function log what goes wrong in it, wrong arguments included, and return `instead()`."""

    def decorate(function):
        @functools.wraps(function)
        def call(*arguments, **options):
            try:
                return function(*arguments, **options)
            except Exception as error:
                log.warning("%s: %s: %s", function.__qualname__, type(error).__name__, error)
                return instead()

        return call

    return decorate


# --- What a program calls -----------------------------------------------------------------------------


@_harmless(lambda: Execution(None, "untracked"))
def execution(
    agent: str, *, id: Optional[str] = None, name: Optional[str] = None, attempt: int = 1,
    user: Optional[str] = None, correlation: Optional[str] = None, source: Optional[str] = None,
    environment: Optional[str] = None, attributes: Optional[Mapping[str, Any]] = None,
    steps: Optional[Iterable[str]] = None, timeout: Optional[float] = None,
    heartbeat: Optional[float] = 60.0, client: Optional["Client"] = None,
) -> "Execution":
    """An execution that starts and ends with a `with` (or `async with`) block.

    Inside another execution it is that one's child. Where `STINT_EXECUTION` names an execution, as in a
    command under `stint run`, it *joins* that one if it has no id of its own: steps go there, and its end
    is left to whoever began it. `TRACEPARENT` becomes the attributes `traceId` and `parentSpanId`.

    - attempt: 1 and up; a retry of the whole execution, under the same id, raises it.
    - steps: names of the steps planned, shown as pending until they are heard of.
    - timeout: seconds after which the server takes a silent execution to be dead.
    - heartbeat: a promise to be heard from every so many seconds, kept by the sending thread as long as
      this object lives; the server finds a killed process by its silence. None promises nothing.
    """
    around = _current.get()
    outside = around.execution.id if around else os.environ.get("STINT_EXECUTION") or None
    joins = around is None and id is None and outside is not None
    told = dict(_trace_context()) if around is None else {}
    told.update(attributes or {})
    return Execution(
        client or _default_client(), agent, id=outside if joins else id, joins=joins, attempt=attempt,
        name=name, user=user, correlation=correlation, source=source, environment=environment,
        parent=None if joins else outside, attributes=told, steps=steps, timeout=timeout,
        heartbeat=heartbeat)


def step(name: Union[str, Callable], **options: Any):
    """A step of the current execution: `with stint.step("reporter"):`, `@stint.step`, `@stint.step("x")`.

    Takes the options of `Execution.step`. Outside of any execution nothing is recorded.
    """
    if callable(name):
        return _wrap(name, lambda: step(getattr(name, "__name__", "step"), **options))
    return _step_of(None, name, **options)


def tracked(agent: Union[str, Callable, None] = None, **options: Any):
    """Makes each call of a function an execution: `@stint.tracked("planner", timeout=900)`.

    Works for plain and async functions and generators, with the options of `execution`. Without a name
    the function's own is taken.
    """
    if callable(agent):
        return tracked()(agent)

    def decorate(function):
        return _wrap(function, lambda: execution(agent or function.__name__, **options))

    return decorate


def current() -> "Execution":
    """The execution this code runs in; outside of any, one that records nothing.

    It follows calls and asyncio tasks. A new thread starts without: hand it the execution, or run its
    function in `contextvars.copy_context()`.
    """
    scope = _current.get()
    return scope.execution if scope else Execution(None, "untracked")


def current_step() -> "Step":
    """The innermost step this code runs in; outside of any, one that records nothing."""
    scope = _current.get()
    return scope if isinstance(scope, Step) else Step(Execution(None, "untracked"), "untracked")


@_harmless(lambda: _default_client())
def configure(**options: Any) -> "Client":
    """Sets up the client that is used from here on, with the options of `Client`."""
    global _client
    # The former one goes on until what it took is settled.
    _client = Client(**options)
    return _client


def flush(timeout: float = 5.0) -> "Delivery":
    """Waits until what was recorded so far is settled, at most `timeout` seconds. See `Client.flush`."""
    return _default_client().flush(timeout)


def stats() -> "Delivery":
    """What became of everything this process recorded."""
    return _default_client().stats()


# --- Executions and steps -----------------------------------------------------------------------------


class _Scope:
    """What executions and steps have in common: a beginning, an end, and being the current one between."""

    _token: Optional[contextvars.Token] = None
    _outcome: Optional[Tuple[str, Optional[dict]]] = None
    _began_in: Optional[int] = None

    def __enter__(self):
        self.start()
        self._token = _current.set(self)
        return self

    def __exit__(self, kind, error, trace) -> bool:
        token, self._token = self._token, None
        if token is not None:
            try:
                _current.reset(token)
            except ValueError:  # Left in another context than entered, as generators can be.
                pass
        self._finish_with(error)
        return False

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, kind, error, trace) -> bool:
        return self.__exit__(kind, error, trace)

    @_harmless()
    def fail(self, error: Union[BaseException, str], kind: Optional[str] = None) -> None:
        """Lets it end as failed though no exception leaves it: with one that was handled, or a message."""
        self._outcome = ("failed", _failure(error, kind))

    @_harmless()
    def _finish_with(self, error: Optional[BaseException]) -> None:
        if error is not None or self._outcome is None:
            self._outcome = _outcome_of(error, self.execution._is_late())
        self.finish(*self._outcome)

    def _may_finish(self) -> bool:
        """Whether it was begun here and has not ended: a forked child does not end what its parent began."""
        mine = self._began_in == os.getpid()
        self._began_in = None
        return mine


class Execution(_Scope):
    """One run of an agent or workflow. Made by `stint.execution`."""

    def __init__(
        self, client: Optional["Client"], agent: str, *, id: Optional[str] = None, joins: bool = False,
        attempt: int = 1, steps: Optional[Iterable[str]] = None, timeout: Optional[float] = None,
        heartbeat: Optional[float] = None, environment: Optional[str] = None,
        attributes: Optional[Mapping[str, Any]] = None, parent: Optional[str] = None, **facts: Any,
    ):
        self.id = _identifier(id) if id is not None else uuid.uuid4().hex
        self.agent = _name(agent)
        self.attempt = min(max(int(attempt), 1), 65_535)
        # Wall time places the execution; from here on the monotonic clock measures.
        self._wall, self._monotonic = time.time_ns(), time.monotonic_ns()
        self._heard = self._monotonic
        self._client = client
        self._key = (self.id, self.attempt)
        self._joins = joins
        self._timeout, self._heartbeat = _seconds(timeout), _seconds(heartbeat)
        self._result: Dict[str, Any] = {}
        self._uses: Dict[str, int] = {}
        self._failed: Dict[str, Tuple[str, int]] = {}
        if client is None:
            return
        environment = environment or client.environment
        self._facts = {
            "agent": self.agent,
            "parent": _identifier(parent) if parent else None,
            "environment": _name(environment) if environment else None,
            "attributes": _attributes(attributes),
        }
        self._facts.update((key, _name(value)) for key, value in facts.items() if value is not None)
        self._steps = [_name(name) for name, _ in zip(steps or (), range(2_000))] or None

    @property
    def execution(self) -> "Execution":
        return self

    # How it goes

    @_harmless()
    def queued(self, *, queue: Optional[str] = None, priority: Optional[float] = None,
               at: Optional[float] = None) -> None:
        """Says that it waits to be started.

        - at: when it began to wait, in seconds since 1970; now by default.
        """
        self._tell(_ENDS, "execution.queued", dict(
            self._facts, steps=self._steps, queue=queue and _name(queue), priority=_number(priority),
            timeoutSeconds=self._timeout, heartbeatSeconds=self._heartbeat,
            at=_instant(int(at * 1e9)) if at else None))

    @_harmless()
    def start(self) -> None:
        """Begins it, where no `with` block does."""
        self._began_in = os.getpid()
        if self._client is None:
            return
        if self._joins:
            if self._facts["attributes"]:
                self._tell(_DETAILS, "execution.updated", {"attributes": self._facts["attributes"]})
            return
        self._tell(_ENDS, "execution.started", dict(
            self._facts, steps=self._steps, timeoutSeconds=self._timeout, heartbeatSeconds=self._heartbeat))
        if self._heartbeat:
            self._client._keep_heard(self)

    @_harmless()
    def finish(self, status: str = "succeeded", error: Union[BaseException, str, dict, None] = None) -> None:
        """Ends it, where no `with` block does.

        - status: `succeeded`, `failed`, `timed_out` or `aborted`.
        - error: an exception, a message, or `{"type", "message", "cause", "stack"}` as far as they are known.
        """
        if self._may_finish() and not self._joins and self._client is not None:
            self._client._keep_heard(self, False)
            self._tell(_ENDS, "execution.finished", dict(self._result, status=status, error=_failure(error)))

    @_harmless()
    def update(self, *, attributes: Optional[Mapping[str, Any]] = None, turns: Optional[int] = None,
               input_bytes: Optional[int] = None, output_bytes: Optional[int] = None) -> None:
        """Adds attributes, and tells orchestrator turns and sizes of what went in and out."""
        result = {"turns": _count(turns), "inputBytes": _count(input_bytes), "outputBytes": _count(output_bytes)}
        self._conclude({key: value for key, value in result.items() if value is not None},
                       attributes=_attributes(attributes))

    @_harmless()
    def goal(self, met: bool) -> None:
        """Says whether the work achieved what it was for, apart from whether it ran to its end."""
        self._conclude({"goalMet": bool(met)})

    @_harmless()
    def summary(self, text: str) -> None:
        """One line of result."""
        self._conclude({"summary": _text(text)})

    @_harmless()
    def waiting(self, waits_for: str = "") -> None:
        """Says that it waits for a person, an outside system or a slot."""
        self._tell(_STEPS, "execution.waiting", {"waitingFor": _text(waits_for) or None})

    @_harmless()
    def resumed(self) -> None:
        """Says that it goes on."""
        self._tell(_STEPS, "execution.resumed", {})

    @_harmless()
    def model_call(self, model: Optional[str] = None, **measures: Any) -> None:
        """One model call of the execution itself. See `Step.model_call`."""
        self._tell(_STEPS, "model.called", _call(model, **measures))

    def step(self, name: str, **options: Any) -> "Step":
        """A step, to be used as a `with` block or a decorator.

        A name used before gets a key of its own (`name#2`), but after a failure it is that step's next try.

        - key: its identity within the execution, where names do not tell steps apart.
        - kind: `model`, `tool`, `agent`, …
        - activity: one line on what it does. attributes: as of `execution`.
        """
        return _step_of(self, name, **options)

    def child_environment(self) -> Dict[str, str]:
        """Variables by which a child process joins this execution: `env={**os.environ, **these}`."""
        return {"STINT_EXECUTION": self.id}

    # How it is told

    def _tell(self, importance: int, kind: str, members: Mapping[str, Any], place: Mapping[str, Any] = {}) -> bool:
        """Hands over an event, less what is None of `members`; whether it was taken."""
        if self._client is None:
            return False
        now = self._heard = time.monotonic_ns()
        event = {"type": kind, "at": _instant(self._wall + now - self._monotonic), "execution": self.id, **place}
        if self.attempt != 1:
            event["attempt"] = self.attempt
        for member, value in members.items():
            if value is not None:
                event[member] = value
        return self._client._record(importance, event, self._key)

    def _conclude(self, result: Dict[str, Any], **more: Any) -> None:
        """Tells a part of the result now and, since an update may be dropped, again at the end."""
        self._result.update(result)
        self._tell(_DETAILS, "execution.updated", dict(result, **more))

    def _is_late(self) -> bool:
        return self._timeout is not None and time.monotonic_ns() - self._monotonic >= self._timeout * 1e9

    def _place(self, name: str) -> Tuple[str, int]:
        """The key and the try of a step that is about to start."""
        with self._client._lock:
            if name in self._failed:
                key, tries = self._failed.pop(name)
                return key, tries + 1
            uses = self._uses[name] = self._uses.get(name, 0) + 1
            return (name if uses == 1 else _name("%s#%d" % (name[:240], uses))), 1


class Step(_Scope):
    """One part of an execution. Made by `Execution.step` and `stint.step`.

    A decorated function is a step of its own at every call.
    """

    def __init__(
        self, execution: Optional[Execution], name: str, *, key: Optional[str] = None,
        kind: Optional[str] = None, activity: Optional[str] = None,
        attributes: Optional[Mapping[str, Any]] = None,
    ):
        self.name = _name(name)
        self._identity = _name(key) if key else self.name
        self._options = {"key": key, "kind": kind, "activity": activity, "attributes": attributes}
        self._within = execution
        self._tokens: Optional[Dict[str, int]] = None
        # Where it belongs is known when it starts.
        self.execution = execution or Execution(None, "untracked")
        self.key, self.tries = self.name, 1

    def __call__(self, function: Callable) -> Callable:
        return _wrap(function, lambda: _step_of(self._within, self.name, **self._options))

    @_harmless()
    def start(self) -> None:
        """Begins it, where no `with` block does."""
        self._began_in, self._outcome, self._tokens = os.getpid(), None, None
        around = _current.get()
        if self._within is None:
            if around is None:
                return
            self.execution = around.execution
        if self.execution._client is None:
            return
        options = self._options
        self.key, self.tries = self.execution._place(self._identity)
        inside = isinstance(around, Step) and around.execution is self.execution
        self._tell(_STEPS, "step.started", {
            "name": self.name if self.name != self.key else None,
            "kind": _name(options["kind"]) if options["kind"] else None,
            "parent": around.key if inside else None,
            "activity": _text(options["activity"]) if options["activity"] else None,
            "attributes": _attributes(options["attributes"]),
        })

    @_harmless()
    def finish(self, status: str = "succeeded", error: Union[BaseException, str, dict, None] = None) -> None:
        """Ends it, where no `with` block does. See `Execution.finish`; a step may also be `skipped`."""
        if not self._may_finish():
            return
        if status == "failed":
            self.execution._failed[self._identity] = (self.key, self.tries)
        self._tell(_STEPS, "step.finished", {
            "status": status, "error": _failure(error), "tokens": self._tokens})

    @_harmless()
    def activity(self, text: str) -> None:
        """One line on what it is doing."""
        self._tell(_DETAILS, "step.updated", {"activity": _text(text)})

    @_harmless()
    def update(self, **attributes: Any) -> None:
        """Adds attributes."""
        self._tell(_DETAILS, "step.updated", {"attributes": _attributes(attributes)})

    @_harmless()
    def tokens(self, input: Optional[int] = None, output: Optional[int] = None, *,
               cached_input: Optional[int] = None, reasoning: Optional[int] = None) -> None:
        """The tokens it has used so far, its model calls included; what is not known is left out.

        Totals, not differences: the larger of these and the sum of its model calls stands.
        """
        self._tokens = _tokens(input, output, cached_input, reasoning)
        self._tell(_DETAILS, "step.updated", {"tokens": self._tokens})

    @_harmless()
    def model_call(self, model: Optional[str] = None, **measures: Any) -> None:
        """One model call.

        - input, output: tokens; cached_input: those of `input` read from a cache; reasoning: of `output`.
        - latency: seconds. cost: US dollars, where known better than by the server's prices.
        - call: its id, unique in the execution, where the provider has one: told twice it counts once.
        """
        self._tell(_STEPS, "model.called", _call(model, **measures))

    @_harmless()
    def skip(self) -> None:
        """Lets it end as skipped."""
        self._outcome = ("skipped", None)

    def step(self, name: str, **options: Any) -> "Step":
        """A step of the same execution. See `Execution.step`."""
        return _step_of(self.execution, name, **options)

    def _tell(self, importance: int, kind: str, members: Mapping[str, Any]) -> None:
        place = {"step": self.key} if self.tries == 1 else {"step": self.key, "try": self.tries}
        self.execution._tell(importance, kind, members, place)


_current: contextvars.ContextVar[Optional[_Scope]] = contextvars.ContextVar("stint", default=None)


@_harmless(lambda: Step(None, "untracked"))
def _step_of(execution: Optional[Execution], name: str, **options: Any) -> Step:
    return Step(execution, name, **options)


def _wrap(function: Callable, scope: Callable[[], _Scope]) -> Callable:
    """The function, within a new scope at each call.

    A generator's scope lasts from its first value to its end. Its body runs in the consumer's context, so
    the scope is not the current one there.
    """
    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def call(*arguments, **options):
            with scope():
                return await function(*arguments, **options)

    elif inspect.isasyncgenfunction(function):
        @functools.wraps(function)
        async def call(*arguments, **options):
            around = scope()
            around.start()
            values = function(*arguments, **options)
            try:
                async for value in values:
                    yield value
            except BaseException as error:
                await values.aclose()
                around._finish_with(error)
                raise
            around._finish_with(None)

    elif inspect.isgeneratorfunction(function):
        @functools.wraps(function)
        def call(*arguments, **options):
            around = scope()
            around.start()
            try:
                result = yield from function(*arguments, **options)
            except BaseException as error:
                around._finish_with(error)
                raise
            around._finish_with(None)
            return result

    else:
        @functools.wraps(function)
        def call(*arguments, **options):
            with scope():
                return function(*arguments, **options)

    return call


# --- Status of a workflow's agents, from anywhere -----------------------------------------------------


class StatusTracker:
    """Three calls for a workflow whose agents are called one after the other, perhaps by several processes.

    Keeps nothing between calls. Each returns whether the statement was taken for delivery, and never raises;
    a failure is logged and the workflow carries on. A session is known by its correlation id alone.
    """

    def __init__(self, workflow: str, agents: Iterable[str] = (), client: Optional["Client"] = None):
        """- agents: the names of all known agents, in order; those that never run stay pending."""
        self.workflow, self.agents, self._client = workflow, list(agents), client

    @staticmethod
    def session_id(correlation: str) -> str:
        """The id of the execution that stands for the session."""
        return "session-%s" % correlation

    @_harmless(lambda: False)
    def initialize_status(self, correlation: str, *, user: Optional[str] = None,
                          timeout: Optional[float] = None, **attributes: Any) -> bool:
        """Creates the session with all agents pending. Attributes: `documentId`, `sourceType`, …"""
        run = self._session(correlation, user=user, attributes=attributes, timeout=timeout, steps=self.agents)
        return run._tell(_ENDS, "execution.started",
                         dict(run._facts, steps=run._steps, timeoutSeconds=run._timeout))

    @_harmless(lambda: False)
    def update_agent_status(self, correlation: str, agent: str, status: str, activity: Optional[str] = None,
                            tokens: Optional[Mapping[str, int]] = None, error: Any = None) -> bool:
        """Changes one agent's status, before and after it runs.

        - status: `pending`, `in-progress`, `success`, `error`, `skipped`, and their usual synonyms.
        - tokens: `{"input": …, "output": …}`, or with the names `inputTokens`, `outputTokens`.
        - error: an exception, or a message.
        """
        word = _AGENT_STATUSES.get(re.sub(r"[^a-z]", "", status.lower()))
        if word is None:
            raise ValueError("no agent's status is %r" % status)
        tokens = tokens or {}
        told = {
            "step": _name(agent), "activity": activity and _text(activity),
            "tokens": _tokens(tokens.get("input", tokens.get("inputTokens")),
                              tokens.get("output", tokens.get("outputTokens")),
                              tokens.get("cachedInput"), tokens.get("reasoning")),
        }
        run = self._session(correlation)
        if word == "running":
            return run._tell(_STEPS, "step.started", dict(told, tokens=None))
        if word == "pending":
            return run._tell(_DETAILS, "step.updated", told)
        return run._tell(_STEPS, "step.finished", dict(told, status=word, error=_failure(error)))

    @_harmless(lambda: False)
    def finalize_status(self, correlation: str, status: str = "completed", error: Any = None,
                        summary: Optional[str] = None) -> bool:
        """Marks the workflow `completed` or `failed`; agents that never ran do not stand in the way."""
        word = _AGENT_STATUSES.get(re.sub(r"[^a-z]", "", status.lower()))
        if word not in ("succeeded", "failed", "aborted", "timed_out"):
            raise ValueError("no workflow's end is %r" % status)
        return self._session(correlation)._tell(_ENDS, "execution.finished", {
            "status": word, "error": _failure(error), "summary": summary and _text(summary)})

    @_harmless()
    def get_status(self, correlation: str, timeout: float = 2.0) -> Optional[dict]:
        """Asks the server, and waits for it: `{"status", "steps", "tokens", "final", …}`.

        A session not heard of is `pending`, with `lastEventAt` null. None where the server does not answer;
        the key needs the scope `read`.
        """
        client = self._client or _default_client()
        path = "/v1/executions/%s/status" % urllib.parse.quote(self.session_id(correlation), safe="")
        link = _Link(client.url, client.key, timeout)
        try:
            answer = link.ask("GET", path)
            return json.loads(answer.body) if answer.status == 200 else None
        finally:
            link.close()

    def _session(self, correlation: str, **facts: Any) -> Execution:
        client = self._client or _default_client()
        return Execution(client, self.workflow, id=self.session_id(correlation), correlation=correlation, **facts)


_AGENT_STATUSES = {
    "pending": "pending",
    **dict.fromkeys(["inprogress", "running", "started", "processing"], "running"),
    **dict.fromkeys(["success", "succeeded", "completed", "complete", "done"], "succeeded"),
    **dict.fromkeys(["error", "failed", "failure"], "failed"),
    **dict.fromkeys(["cancelled", "canceled", "aborted"], "aborted"),
    **dict.fromkeys(["timedout", "timeout"], "timed_out"),
    "skipped": "skipped",
}


# --- AWS Lambda ---------------------------------------------------------------------------------------


def lambda_handler(agent: Union[str, Callable, None] = None, *, budget: float = 0.25,
                   client: Optional["Client"] = None, **options: Any):
    """Makes each invocation of a Lambda handler an execution, and flushes before it returns.

    - In a Step Functions execution whose ARN is in the event (`executionArn`, or the context object's
      `Execution`, at the top or one level down), the invocation is a step of that execution.
    - Else the execution's id is the `aws_request_id`. With one SQS record, its id becomes the attribute
      `messageId`, and its `SentTimestamp` the time of queueing.
    - The time remaining is its deadline: an invocation that the host ends is found lost by its silence.

    - budget: how many seconds to wait at the end for what was recorded to be delivered. What is not goes out
      with the next invocation, if the host thaws the process.
    """
    if callable(agent):
        return lambda_handler()(agent)

    def decorate(handler):
        name = agent or handler.__name__

        @functools.wraps(handler)
        def call(event, context):
            sender = client or _default_client()
            scope = _invocation(sender, name, event, context, options)
            try:
                with scope:
                    return handler(event, context)
            finally:
                _harmless()(sender.flush)(budget)

        return call

    return decorate


@_harmless(lambda: Execution(None, "untracked"))
def _invocation(client: "Client", agent: str, event: Any, context: Any, options: Mapping[str, Any]) -> _Scope:
    """The scope of one invocation: a step where the event names an execution, else an execution."""
    global _is_cold
    cold, _is_cold = _is_cold, False
    request = getattr(context, "aws_request_id", None)
    told = {
        "awsRequestId": request,
        "coldStart": cold,
        "initSeconds": round(time.monotonic() - _IMPORTED, 3) if cold else None,
        "functionName": getattr(context, "function_name", None),
        "functionVersion": getattr(context, "function_version", None),
        "logGroup": getattr(context, "log_group_name", None),
        "logStream": getattr(context, "log_stream_name", None),
    }
    record = _only_record(event)
    sent = None
    if record:
        system = record.get("attributes") or {}
        told.update(messageId=record.get("messageId"), receiveCount=system.get("ApproximateReceiveCount"))
        sent = system.get("SentTimestamp")
    told.update(options.get("attributes") or {})
    options = {key: value for key, value in options.items() if key != "attributes"}
    arn, redrives = _step_functions(event)
    if arn:
        joined = Execution(client, agent, id=arn, joins=True, attempt=1 + redrives)
        return Step(joined, agent, key=request and "%s/%s" % (agent, request), kind="lambda", attributes=told)
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if "timeout" not in options and remaining:
        options["timeout"] = remaining() / 1000
    # Deadline enough: nothing beats while the host has frozen the process.
    options.setdefault("heartbeat", None)
    options.setdefault("source", "sqs" if record else "lambda")
    run = Execution(client, agent, id=request, attributes=told, **options)
    if sent:
        run.queued(at=int(sent) / 1000)
    return run


_IMPORTED = time.monotonic()
_is_cold = True


def _only_record(event: Any) -> Optional[dict]:
    """The SQS record of an event that has just one. More are work of their own: an execution each."""
    records = event.get("Records") if isinstance(event, dict) else None
    if isinstance(records, list) and len(records) == 1 and isinstance(records[0], dict):
        return records[0] if "messageId" in records[0] else None
    return None


def _step_functions(event: Any) -> Tuple[Optional[str], int]:
    """The ARN of the Step Functions execution that an event speaks of, and how often that was redriven."""
    for place in [event, *event.values()] if isinstance(event, dict) else []:
        if not isinstance(place, dict):
            continue
        context_object = place.get("Execution")
        if not isinstance(context_object, dict):
            context_object = {}
        for arn in (context_object.get("Id"), place.get("executionArn"), place.get("execution_arn")):
            if isinstance(arn, str) and re.match(r"arn:[^:]*:states:[^:]*:[^:]*:(execution|express):", arn):
                return arn, _count(context_object.get("RedriveCount")) or 0
    return None, 0


# --- The client: what was recorded, until it is settled -----------------------------------------------


class Delivery(NamedTuple):
    """What became of the events that a client made since it began, or its process forked.

    `made` = `delivered` + `rejected` + `dropped` + `waiting`, always.
    """

    made: int
    #: Stored and synced by the server.
    delivered: int
    #: Refused by the server for good, by themselves or with their whole request.
    rejected: int
    #: Given up for want of room. The server is told how many, in all and of each execution.
    dropped: int
    #: In memory, on disk, or under way with the answer not known yet.
    waiting: int
    #: Of former processes, found on disk and settled by this one; not in the figures above.
    adopted: int = 0
    #: What the server said to the first that it refused.
    rejection: Optional[str] = None
    #: Why the newest request failed; None once one succeeded.
    failure: Optional[str] = None


# How important an event is; what finds no room goes from the least on. Ends repeat what details told.
_DETAILS, _STEPS, _ENDS = 0, 1, 2

_BATCH_EVENTS, _BATCH_BYTES = 500, 1 << 20
# What Python keeps of a queued event beside its bytes.
_EVENT_OVERHEAD = 140
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 60.0
# While the server is away, what was recorded goes to disk this often (seconds).
_SPOOL_EVERY = 0.5
_ADOPT_EVERY = 60.0


def _least_for(share: float) -> int:
    """How important an event must be to be put on a disk that is so full."""
    return _DETAILS if share < 0.5 else _STEPS if share < 0.75 else _ENDS


class _Batch(NamedTuple):
    """Events that are sent together, and together again with the same bytes if they must be."""

    client: str
    #: The numbers it covers, from 1 in the order of making; those dropped in between are covered too.
    first: int
    last: int
    #: How many events the client had dropped when it was made.
    dropped: int
    count: int
    body: bytes


class _Dismissed(Exception):
    """The sending thread took so long over a request that another took its place."""


class Client:
    """Takes events, and sees to it that they are delivered once, or counted.

    Any number of threads may use it. In a forked child it begins anew, with nothing waiting.
    """

    def __init__(
        self, url: Optional[str] = None, key: Optional[str] = None, *, environment: Optional[str] = None,
        memory: int = 8 << 20, spool: Union[str, bool, None] = None, spool_limit: int = 64 << 20,
        timeout: float = 10.0, linger: float = 0.1, exit_budget: float = 2.0,
        disabled: Optional[bool] = None,
    ):
        """What is None comes from the environment.

        - memory: the most bytes that wait in memory. spool_limit: the most on disk, of all processes of this
          server and key together.
        - spool: the folder for what waits on disk; False for none.
        - timeout: seconds for connecting, and for the whole of an answer.
        - linger: how many seconds the first event of a batch waits for others.
        - exit_budget: how many seconds the end of the program may be held up. What is not delivered then goes
          to disk, and out with the next process.
        """
        self.url = url or os.environ.get("STINT_URL") or "http://127.0.0.1:8790"
        self.key = (key or os.environ.get("STINT_KEY") or "").strip()
        self.environment = environment or os.environ.get("STINT_ENVIRONMENT") or None
        if disabled is None:
            disabled = os.environ.get("STINT_DISABLED", "").lower() in ("1", "true", "yes", "on")
        self._disabled = disabled
        self._memory, self._timeout, self._linger, self._exit_budget = memory, timeout, linger, exit_budget
        if spool is None:
            spool = os.environ.get("STINT_SPOOL") or True
        self._spool_options = (spool, spool_limit)
        self._begin()
        _clients.add(self)

    def _begin(self) -> None:
        """With nothing made and nothing waiting, as at first, and after a fork in the child."""
        self.id = uuid.uuid4().hex
        # Reentrant, since a signal's handler or a finaliser may record in the middle of recording: what it
        # says then is queued once the queues are not busy.
        self._lock = threading.RLock()
        self._arrivals: collections.deque = collections.deque()
        self._is_busy = False
        self._changed = threading.Condition(self._lock)
        self._settled = threading.Condition(self._lock)
        self._thread: Optional[threading.Thread] = None
        self._link = _Link(self.url, self.key, self._timeout)
        self._spool: Optional[_Spool] = None
        self._has_disk = False
        self._spilling: Optional[threading.Thread] = None
        # The program's own generator stays as the program left it.
        self._random = random.Random()

        self._queues = tuple(collections.deque() for _ in range(3))
        self._queued, self._bytes, self._queued_since = 0, 0, 0.0
        self._made = self._taken = self._delivered = self._rejected = self._dropped = self._adopted = 0
        self._rejection: Optional[str] = None
        self._failure: Optional[str] = None
        # Of each execution that lost events: how many; and which of these the server does not know yet.
        self._missing: Dict[Tuple[str, int], int] = {}
        self._untold: set = set()

        # Batches that failed, or are about to be sent, and are not on disk.
        self._held: collections.deque = collections.deque()
        self._failures, self._retry_at, self._refused_until = 0, 0.0, 0.0
        self._spool_next = False
        self._adopt_at = 0.0
        self._hurries = self._is_asking = False
        self._closing_at: Optional[float] = None
        self._closing_failures = 0
        self._beating: weakref.WeakSet = weakref.WeakSet()
        self._beat_at = math.inf

    # What the program calls

    def stats(self) -> Delivery:
        """What became of everything recorded so far."""
        with self._lock:
            settled = self._delivered + self._rejected + self._dropped
            return Delivery(self._made, self._delivered, self._rejected, self._dropped, self._made - settled,
                            self._adopted, self._rejection, self._failure)

    def flush(self, timeout: float = 5.0) -> Delivery:
        """Waits until everything recorded is settled, at most `timeout` seconds, and tells what became of it.

        Tries the server at once, even where it was away, unless it asked to be left alone for longer. Returns
        early where waiting is of no use. In asyncio: `await asyncio.to_thread(stint.flush, 2)`.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            made, tries = self._made, self._failures
            if self._thread is not None and threading.current_thread() is not self._thread:
                self._hurries = True
                self._retry_at = min(self._retry_at, self._refused_until)
                self._changed.notify_all()
                while self._delivered + self._rejected + self._dropped < made:
                    now = time.monotonic()
                    in_vain = self._failures > tries and self._retry_at > deadline
                    if now >= deadline or in_vain or self._refused_until > deadline:
                        break
                    self._settled.wait(deadline - now)
                self._hurries = False
            return self.stats()

    def close(self, timeout: Optional[float] = None) -> Delivery:
        """Flushes, leaves on disk what could not be delivered, and ends the sending thread.

        The end of the process does it with `exit_budget` as the time-out. What is recorded later starts anew.
        """
        timeout = self._exit_budget if timeout is None else timeout
        with self._lock:
            thread = self._thread
            if thread is not None:
                self._closing_at, self._closing_failures = time.monotonic() + timeout, self._failures
                self._retry_at = min(self._retry_at, self._refused_until)
                self._changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
            if not self._take_over(thread):
                # It is about to end by itself; the disk may take a moment.
                thread.join(1.0)
        return self.stats()

    # What executions call

    def _record(self, importance: int, event: Mapping[str, Any], key: Tuple[str, int]) -> bool:
        """Takes an event. Costs some ten microseconds.

        - key: the execution and attempt it is of, which hears of it if it must be dropped.
        """
        if self._disabled:
            return False
        # A lone surrogate, as in names of files, becomes `?`.
        data = _encode(event).encode("utf-8", "replace")
        with self._lock:
            self._arrivals.append((importance, data, key))
            if not self._is_busy:
                self._queue_arrivals()
        return True

    def _queue_arrivals(self) -> None:
        while self._arrivals:
            self._is_busy = True
            try:
                importance, data, key = self._arrivals.popleft()
                self._made += 1
                self._queues[importance].append((self._made, data, key))
                self._bytes += len(data) + _EVENT_OVERHEAD
                self._queued += 1
                if self._queued == 1:
                    self._queued_since = time.monotonic()
                if self._bytes > self._memory:
                    self._shed()
                if self._queued == 1 or self._queued == _BATCH_EVENTS:
                    self._changed.notify_all()
                if self._thread is None:
                    self._thread = self._start(self._send_all)
                elif self._is_asking and self._is_half_full() and self._spilling is None and self._has_disk:
                    self._spilling = self._start(self._spill)
            finally:
                self._is_busy = False

    def _keep_heard(self, execution: Execution, does: bool = True) -> None:
        """Whether to send heartbeats for an execution when nothing else of it is sent."""
        with self._lock:
            if not does:
                self._beating.discard(execution)
                return
            self._beating.add(execution)
            beat_at = time.monotonic() + execution._heartbeat / 3
            if beat_at < self._beat_at:
                self._beat_at = beat_at
                self._changed.notify_all()

    def _shed(self) -> None:
        """Drops the oldest of the least important until memory suffices."""
        for queue in self._queues:
            while queue and self._bytes > self._memory:
                _, data, key = queue.popleft()
                self._bytes -= len(data) + _EVENT_OVERHEAD
                self._queued -= 1
                self._drop(key)

    def _drop(self, key: Tuple[str, int]) -> None:
        self._dropped += 1
        if key not in self._missing and len(self._missing) >= 10_000:
            forgotten = next(iter(self._missing))
            del self._missing[forgotten]
            self._untold.discard(forgotten)
        self._missing[key] = self._missing.get(key, 0) + 1
        self._untold.add(key)
        self._settled.notify_all()

    def _start(self, work: Callable[[], None]) -> Optional[threading.Thread]:
        thread = threading.Thread(target=work, name="stint", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # No more threads, or the interpreter is about to end.
            log.warning("nothing can be sent: %s", error)
            return None
        processes, endings = (sys.modules.get("multiprocessing." + name) for name in ("process", "util"))
        if processes and endings and processes.parent_process() is not None:
            # Such a process ends without what `atexit` knows.
            endings.Finalize(self, Client.close, args=(self,), exitpriority=0)
        return thread

    def _is_half_full(self) -> bool:
        return self._queued >= _BATCH_EVENTS and self._bytes > self._memory // 2

    def _spill(self) -> None:
        """Moves to disk what fills the memory while the sending thread waits for a slow answer.

        A thread of its own, with segments of its own, which the sending thread adopts afterwards.
        """
        spool = self._open_spool()
        try:
            while self._is_asking and self._is_half_full() and spool.share() < 1:
                batch = self._take(_least_for(spool.share()))
                if batch is not None and spool.append(batch):
                    self._release(batch)
                elif batch is not None:
                    self._has_disk = False
                    self._held.append(batch)
                    break
        finally:
            spool.close()
            with self._lock:
                self._spilling, self._adopt_at = None, 0.0

    # The sending thread

    def _send_all(self) -> None:
        while True:
            try:
                if not self._turn():
                    return
            except _Dismissed:
                return
            except Exception as error:
                # A fault of ours: what it was about stays where it is, and is tried again.
                log.exception("sending failed")
                self._defer("%s: %s" % (type(error).__name__, error))
                with self._lock:
                    self._changed.wait(1.0)

    def _turn(self) -> bool:
        """Waits for something to do, and does it.

        - Returns: False once the client is closed and nothing is left to do.
        """
        if self._spool is None:
            self._spool = self._open_spool()
            self._has_disk = self._spool.is_usable
        with self._lock:
            now = time.monotonic()
            if self._closing_at is not None and (self._is_empty() or self._is_in_vain(now, self._closing_at)):
                task = self._leave
            else:
                task, due = self._next(now)
                if task is None:
                    if self._closing_at is not None:
                        due = min(due, self._closing_at)
                    self._changed.wait(min(due - now, threading.TIMEOUT_MAX))
                    return True
        task()
        return task != self._leave

    def _open_spool(self) -> "_Spool":
        return _Spool(*self._spool_options, self.url, self.key)

    def _is_empty(self) -> bool:
        return not (self._queued or self._untold or self._held or self._spool.has_more())

    def _is_in_vain(self, now: float, closing_at: float) -> bool:
        """Whether to try no longer: what failed once at the end is as well on disk."""
        has_failed = self._failures > self._closing_failures and self._spool.is_usable
        return has_failed or now >= closing_at or self._retry_at > closing_at

    def _next(self, now: float) -> Tuple[Optional[Callable], float]:
        """What is to be done now, or until when there is nothing."""
        ready_at = math.inf
        if self._queued:
            in_haste = self._hurries or self._closing_at is not None or self._queued >= _BATCH_EVENTS
            ready_at = now if in_haste else self._queued_since + self._linger
        elif self._untold:
            ready_at = now
        if now < self._retry_at:
            # The server is away.
            due = self._retry_at
            if self._queued and not self._held and self._spool.share() < 1:
                spool_at = now if self._queued >= _BATCH_EVENTS else self._queued_since + _SPOOL_EVERY
                if spool_at <= now:
                    return self._put_away, now
                due = min(due, spool_at)
            return None, due
        if self._beat_at <= now:
            return self._beat, now
        if self._adopt_at <= now:
            return self._adopt, now
        if self._held:
            return self._send_held, now
        if self._is_half_full() and self._spool.share() < 1:
            return self._put_away, now
        if self._spool.has_more() and (self._spool_next or ready_at > now):
            return self._send_spooled, now
        if ready_at <= now:
            return self._send_queued, now
        return None, min(ready_at, self._beat_at, self._adopt_at)

    def _take(self, least: int = _DETAILS) -> Optional[_Batch]:
        """The oldest queued events as a batch.

        - least: what is less important is dropped instead.
        """
        with self._lock:
            self._is_busy = True
            try:
                return self._take_batch(least)
            finally:
                self._is_busy = False
                self._queue_arrivals()

    def _take_batch(self, least: int) -> Optional[_Batch]:
        events: List[bytes] = []
        size = 2
        while self._queued and len(events) < _BATCH_EVENTS:
            importance = min((queue[0][0], place) for place, queue in enumerate(self._queues) if queue)[1]
            number, data, key = self._queues[importance][0]
            if events and size + len(data) >= _BATCH_BYTES:
                break
            self._queues[importance].popleft()
            self._queued -= 1
            last = number
            if importance < least:
                self._bytes -= len(data) + _EVENT_OVERHEAD
                self._drop(key)
                continue
            # The bytes stay counted until the batch is settled or on disk.
            self._bytes -= _EVENT_OVERHEAD - 1
            size += len(data) + 1
            events.append(data)
        if self._queued:
            self._queued_since = time.monotonic()
        if not events:
            return None
        first, self._taken = self._taken + 1, last
        return _Batch(self.id, first, last, self._dropped, len(events), b"[" + b",".join(events) + b"]")

    def _tell_missing(self) -> None:
        """Records how many events each execution lost; only when it can be sent, or never will be."""
        with self._lock:
            untold, self._untold = self._untold, set()
            for execution, attempt in untold.intersection(self._missing):
                self._record(_ENDS, {
                    "type": "execution.updated", "at": _instant(time.time_ns()), "execution": execution,
                    "attempt": attempt, "missingEvents": self._missing.get((execution, attempt)),
                }, (execution, attempt))

    def _release(self, batch: _Batch) -> None:
        """Counts the memory of a batch that is settled or on disk."""
        with self._lock:
            self._bytes -= len(batch.body) - 1

    def _send_queued(self) -> None:
        self._spool_next = True
        self._tell_missing()
        batch = self._take()
        if batch is not None:
            self._held.append(batch)
            if not self._send_held():
                self._put_away_held()

    def _send_held(self) -> bool:
        """Whether the oldest of these batches is settled."""
        if not self._deliver(self._held[0]):
            return False
        self._release(self._held.popleft())
        return True

    def _send_spooled(self) -> None:
        self._spool_next = False
        batch = self._spool.oldest()
        if batch is not None and self._deliver(batch):
            self._spool.remove_oldest()
        self._count_lost()

    def _put_away(self) -> None:
        """Moves queued events to disk."""
        batch = self._take(_least_for(self._spool.share()))
        if batch is not None:
            self._held.append(batch)
            self._put_away_held()

    def _put_away_held(self) -> None:
        while self._held and self._spool.append(self._held[0]):
            self._release(self._held.popleft())

    def _count_lost(self) -> None:
        """Counts what a damaged disk lost of this client's events as dropped."""
        if self._spool.lost:
            with self._lock:
                self._dropped += self._spool.lost
                self._spool.lost = 0
                self._settled.notify_all()

    def _adopt(self) -> None:
        has_more = self._spool.adopt()
        self._adopt_at = time.monotonic() + (_SPOOL_EVERY if has_more else _ADOPT_EVERY)
        self._has_disk = self._spool.is_usable

    def _beat(self) -> None:
        """Sends a heartbeat of each execution that was not heard for a third of what it promised.

        Not while the server is away: a heartbeat that comes late says nothing.
        """
        now, beat_at = time.monotonic(), math.inf
        with self._lock:
            beating = list(self._beating)
        for execution in beating:
            due = execution._heard / 1e9 + execution._heartbeat / 3
            # What is due within a moment goes along.
            if due <= now + 0.05:
                execution._tell(_DETAILS, "execution.heartbeat", {})
                due = now + execution._heartbeat / 3
            beat_at = min(beat_at, due)
        with self._lock:
            self._beat_at = beat_at

    def _leave(self) -> None:
        """Puts on disk what is left, and ends the thread."""
        with self._lock:
            self._tell_missing()
            self._put_away_held()
            while self._queued and not self._held:
                self._held.append(self._take())
                self._put_away_held()
            left = self._queued + sum(batch.count for batch in self._held)
            if left:
                log.warning("%d events wait in memory alone: %s", left, self._failure)
            self._spool.close()
            self._link.close()
            self._spool = self._thread = self._closing_at = None
            self._settled.notify_all()

    def _take_over(self, thread: threading.Thread) -> bool:
        """Puts on disk what is left, and dismisses the sending thread, where that still waits for an answer.

        What it is sending may then be sent again by the next process: as the same batch, which changes nothing.
        """
        with self._lock:
            if self._thread is not thread or not self._is_asking:
                return False
            self._thread = threading.current_thread()
            self._spool.close()
            self._spool = self._open_spool()
            self._link = _Link(self.url, self.key, self._timeout)
            self._leave()
            return True

    # The answer to a batch

    def _deliver(self, batch: _Batch) -> bool:
        """Sends a batch.

        - Returns: Whether it is settled, one way or the other.
        """
        headers = {
            "Stint-Client": batch.client, "Stint-Sequence": "%d-%d" % (batch.first, batch.last),
            "Stint-Dropped": str(batch.dropped),
        }
        self._is_asking, link = True, self._link
        try:
            answer: Optional[_Answer] = link.ask("POST", "/v1/events", batch.body, headers)
        except Exception as error:
            answer, why = None, "%s: %s" % (type(error).__name__, error)
        with self._lock:
            if self._thread is not threading.current_thread():
                link.close()
                raise _Dismissed
            self._is_asking = False
        if answer is None:
            self._defer(why)
            return False
        if answer.status in (408, 425, 429) or answer.status >= 500:
            self._defer("HTTP %d" % answer.status, answer.retry_after)
            return False
        if 200 <= answer.status < 300:
            refused = _refused(answer.body, batch.count)
            if refused is None:
                self._defer("HTTP %d, but not with a server's answer" % answer.status)
                return False
            rejected, why = refused
        else:
            rejected, why = batch.count, "HTTP %d: %s" % (answer.status, _problem(answer.body))
        self._settle(batch, rejected, why)
        return True

    def _settle(self, batch: _Batch, rejected: int, why: Optional[str]) -> None:
        if rejected and self._rejection is None:
            log.warning("%d events were refused: %s", rejected, why)
        if self._failures:
            log.info("the server is back")
        with self._lock:
            if batch.client == self.id:
                self._delivered += batch.count - rejected
                self._rejected += rejected
            else:
                self._adopted += batch.count
            if rejected:
                self._rejection = self._rejection or why
            self._failures, self._retry_at, self._refused_until, self._failure = 0, 0.0, 0.0, None
            self._settled.notify_all()

    def _defer(self, why: str, retry_after: float = 0.0) -> None:
        """Leaves the server alone for a while: up to twice as long at each failure, and as long as it asks."""
        if not self._failures:
            log.warning("the server does not take events: %s", why)
        backoff = min(_FIRST_BACKOFF * 2 ** min(self._failures, 16), _LONGEST_BACKOFF)
        with self._lock:
            now = time.monotonic()
            self._failures += 1
            self._failure = why
            self._refused_until = now + retry_after
            self._retry_at = self._refused_until + self._random.uniform(0, backoff)
            self._settled.notify_all()


_clients: "weakref.WeakSet[Client]" = weakref.WeakSet()
_client: Optional[Client] = None
_client_lock = threading.Lock()


def _default_client() -> Client:
    global _client
    if _client is None:
        with _client_lock:
            if _client is None:
                _client = Client()
    return _client


@atexit.register
def _close_all() -> None:
    for client in list(_clients):
        _harmless()(client.close)()


def _begin_anew() -> None:
    """In a forked child: the parent sends what was recorded before, over its own connection."""
    global _client_lock
    _client_lock = threading.Lock()
    for client in list(_clients):
        link, spool = client._link, client._spool
        client._begin()
        _harmless()(link.abandon)()
        if spool is not None:
            _harmless()(spool.abandon)()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


# --- What waits on disk -------------------------------------------------------------------------------


class _Segment:
    """A file of batches, locked by the process that writes or sends it: the lock ends with the process."""

    def __init__(self, path: str, descriptor: int, size: int):
        self.path, self.descriptor, self.size = path, descriptor, size
        self.read = 0
        #: Events of this client in it that are not settled.
        self.own = 0

    def close(self) -> None:
        # In words, since a forked child may hold the descriptor, and with it the lock.
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        os.close(self.descriptor)

    def remove(self) -> None:
        # While it is locked, so that nobody else takes it over before it is gone.
        try:
            os.unlink(self.path)
        finally:
            self.close()


class _Spool:
    """Batches on disk, oldest first, in a folder that the processes of one server and key share.

    Each process writes segments of its own; those of a process that is gone are taken over by another. A
    record is its length and CRC-32 (four bytes each, big-endian), a line of JSON about the batch, and the
    batch's body. It survives the end of the process, not of the machine: nothing is synced.
    Only the sending thread uses it.
    """

    _SEGMENT_BYTES = 4 << 20
    # Each is an open file of the program's.
    _OPEN_SEGMENTS = 8

    def __init__(self, folder: Union[str, bool], limit: int, url: str, key: str):
        """- folder: True for `stint/spool` in the user's state folder, or in that for temporary files."""
        self.limit = limit
        #: Events of this client that a damaged disk lost.
        self.lost = 0
        self._segments: List[_Segment] = []
        self._writing: Optional[_Segment] = None
        self._oldest: Optional[Tuple[_Segment, _Batch, int]] = None
        self._folder: Optional[str] = None
        if fcntl is None or folder in (False, "off"):
            return
        # What was meant for one workspace never goes to another.
        owner = hashlib.sha256(("%s\0%s" % (url, key)).encode()).hexdigest()[:16]
        places = [lambda: str(folder)]
        if folder is True:
            state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
            places = [lambda: os.path.join(state, "stint", "spool"),
                      lambda: os.path.join(tempfile.gettempdir(), "stint-spool-%d" % os.getuid())]
        for find in places:
            try:
                place = find()
                os.makedirs(os.path.join(place, owner), mode=0o700, exist_ok=True)
                # Where all may write another user may have been first.
                if folder is True and os.lstat(place).st_uid != os.getuid():
                    continue
                if os.access(os.path.join(place, owner), os.W_OK):
                    self._folder = os.path.join(place, owner)
                    return
            except OSError as error:
                log.info("no spool: %s", error)

    @property
    def is_usable(self) -> bool:
        return self._folder is not None

    def has_more(self) -> bool:
        return bool(self._segments)

    def share(self) -> float:
        """How much of what it may hold it holds; 1 is full, or unusable."""
        if self._folder is None:
            return 1.0
        total = 0
        try:
            if not os.path.isdir(self._folder):  # Swept away: what is open can still be sent.
                os.makedirs(self._folder, mode=0o700)
                self._writing = None
            for name in os.listdir(self._folder):
                total += os.stat(os.path.join(self._folder, name)).st_size
        except FileNotFoundError:  # Sent and removed meanwhile.
            pass
        except OSError:
            return 1.0
        return total / self.limit

    def append(self, batch: _Batch) -> bool:
        """Writes a batch; False where there is no room or no disk."""
        if self._folder is None:
            return False
        about = json.dumps(batch._replace(body="")).encode()
        payload = about + b"\n" + batch.body
        record = len(payload).to_bytes(4, "big") + zlib.crc32(payload).to_bytes(4, "big") + payload
        try:
            if self.share() + len(record) / self.limit > 1:
                return False
            segment = self._segment_for_writing()
            try:
                written = os.pwrite(segment.descriptor, record, segment.size)
                if written != len(record):
                    raise OSError("the disk took %d of %d bytes" % (written, len(record)))
            except OSError:
                os.ftruncate(segment.descriptor, segment.size)
                raise
        except OSError as error:
            log.warning("nothing can be spooled: %s", error)
            return False
        segment.size += len(record)
        segment.own += batch.count
        return True

    def _segment_for_writing(self) -> _Segment:
        if self._writing is None or self._writing.size >= self._SEGMENT_BYTES:
            path = os.path.join(self._folder, "%020d-%s.segment" % (time.time_ns(), uuid.uuid4().hex))
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            self._writing = self._locked(path, descriptor)
            if self._writing is None:
                raise OSError("another process was faster")
            self._segments.append(self._writing)
        return self._writing

    def _locked(self, path: str, descriptor: int) -> Optional[_Segment]:
        """The segment, unless another process holds it or has removed it. Closes the descriptor if so."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            status = os.fstat(descriptor)
            if status.st_nlink > 0:
                return _Segment(path, descriptor, status.st_size)
        except OSError:
            pass
        os.close(descriptor)
        return None

    def adopt(self) -> bool:
        """Takes over segments of processes that are gone, a few at a time; whether there may be more."""
        if self._folder is None:
            return False
        mine = {segment.path for segment in self._segments}
        try:
            names = os.listdir(self._folder)
        except OSError:  # Swept away.
            return False
        for name in sorted(names):
            if len(self._segments) >= self._OPEN_SEGMENTS:
                return True
            path = os.path.join(self._folder, name)
            if path in mine or not name.endswith(".segment"):
                continue
            try:
                segment = self._locked(path, os.open(path, os.O_RDWR))
            except OSError:
                continue
            if segment:
                self._segments.append(segment)
                # By when they were begun.
                self._segments.sort(key=lambda segment: segment.path)
        return False

    def oldest(self) -> Optional[_Batch]:
        """The batch to send next, the same until it is removed; None where that cannot be read."""
        if self._oldest is None:
            segment = self._segments[0]
            record = self._record(segment)
            if record is None:
                # The end, or one that the process was killed in the middle of writing, or damage.
                self._discard(segment)
                return None
            self._oldest = (segment, *record)
        return self._oldest[1]

    def remove_oldest(self) -> None:
        segment, batch, length = self._oldest
        self._oldest = None
        segment.read += length
        segment.own = max(segment.own - batch.count, 0)
        if segment.read >= segment.size:
            self._discard(segment)

    @staticmethod
    def _record(segment: _Segment) -> Optional[Tuple[_Batch, int]]:
        """The next whole record of a segment, and how far it and damaged ones before it reach."""
        at = segment.read
        while at + 8 <= segment.size:
            head = os.pread(segment.descriptor, 8, at)
            length = int.from_bytes(head[:4], "big")
            if at + 8 + length > segment.size:
                return None
            payload = os.pread(segment.descriptor, length, at + 8)
            at += 8 + length
            if zlib.crc32(payload) == int.from_bytes(head[4:], "big"):
                about, body = payload.split(b"\n", 1)
                return _Batch(*json.loads(about))._replace(body=body), at - segment.read
            log.warning("a damaged record in %s", segment.path)
        return None

    def _discard(self, segment: _Segment) -> None:
        self.lost += segment.own
        self._segments.remove(segment)
        if segment is self._writing:
            self._writing = None
        try:
            segment.remove()
        except OSError as error:
            log.warning("%s stays: %s", segment.path, error)

    def close(self) -> None:
        """Lets go of the segments, for the next process to send."""
        for segment in self._segments:
            segment.close()
        self._segments, self._writing, self._oldest, self._folder = [], None, None, None

    def abandon(self) -> None:
        """Lets go of them in a forked child: they stay locked, and its parent's."""
        for segment in self._segments:
            os.close(segment.descriptor)


# --- The connection -----------------------------------------------------------------------------------


class _Answer(NamedTuple):
    status: int
    #: Seconds; 0 where the server does not say.
    retry_after: float
    body: bytes


class _Link:
    """One connection to the server, kept open from one request to the next."""

    _ANSWER_BYTES = 4 << 20
    # Shorter than servers and proxies keep it.
    _IDLE_SECONDS = 25.0
    _GZIP_FROM = 2_048

    def __init__(self, url: str, key: str, timeout: float):
        self._url, self._timeout = url, timeout
        self._headers = {"Content-Type": "application/json", "User-Agent": "stint-python/" + __version__}
        if key:
            self._headers["Authorization"] = "Bearer " + key
        self._connection: Optional[http.client.HTTPConnection] = None
        self._used_at = 0.0

    def ask(self, method: str, path: str, body: Optional[bytes] = None,
            headers: Mapping[str, str] = {}) -> _Answer:
        """Sends a request and reads its answer.

        Raises `OSError`, `HTTPException` or `ValueError` where there is none that can be read; whether the
        request was carried out is then not known.
        """
        headers = dict(self._headers, **headers)
        if body is not None and len(body) >= self._GZIP_FROM:
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        if time.monotonic() - self._used_at > self._IDLE_SECONDS:
            self.close()
        is_reused = self._connection is not None
        try:
            try:
                return self._exchange(method, path, body, headers)
            except ConnectionError:
                if not is_reused:
                    raise
                # The server had closed it between the requests. Events may be sent twice.
                self.close()
                return self._exchange(method, path, body, headers)
        except BaseException:
            self.close()
            raise

    def _exchange(self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]) -> _Answer:
        if self._connection is None:
            self._connection = self._open()
        connection = self._connection
        connection.request(method, self._prefix + path, body, dict(headers))
        connection.sock.settimeout(self._timeout)
        answer = connection.getresponse()
        content = answer.read(self._ANSWER_BYTES)
        self._used_at = time.monotonic()
        if not answer.isclosed():
            self.close()
        return _Answer(answer.status, _seconds_to_wait(answer.getheader("Retry-After")), content)

    def _open(self) -> http.client.HTTPConnection:
        parts = urllib.parse.urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not the address of a server: %r" % self._url)
        self._prefix = parts.path.rstrip("/")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=self._timeout)
        seconds = self._timeout
        connection.response_class = lambda sock, *rest, **more: _PromptResponse(seconds, sock, *rest, **more)
        return connection

    def abandon(self) -> None:
        """Lets go of the connection in a forked child, where locks of its reader may be held for ever."""
        _abandoned.append(self._connection)
        sock = self._connection and self._connection.sock
        if sock:
            os.close(sock.detach())

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_abandoned: List[Optional[http.client.HTTPConnection]] = []


class _PromptResponse(http.client.HTTPResponse):
    """An answer that must be complete within a time; of each single byte that is not enough to ask."""

    def __init__(self, seconds: float, sock, *arguments, **options):
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_PromptReader(self.fp.detach(), sock, time.monotonic() + seconds))


class _PromptReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock, deadline: float):
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> Optional[int]:
        self._sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def _seconds_to_wait(header: Optional[str]) -> float:
    """What `Retry-After` asks for, an hour at most."""
    try:
        if header is None:
            return 0.0
        if header.strip().isdigit():
            return min(float(header), 3_600.0)
        return min(max(email.utils.parsedate_to_datetime(header).timestamp() - time.time(), 0.0), 3_600.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _refused(body: bytes, count: int) -> Optional[Tuple[int, Optional[str]]]:
    """How many of a batch's events the server refused, and why the first; None for what no server answers."""
    try:
        answer = json.loads(body)
        rejected = answer["rejected"]
        if not isinstance(answer["accepted"], int) or not isinstance(rejected, list) or len(rejected) > count:
            return None
        why = "%s: %s" % (rejected[0].get("pointer"), rejected[0].get("detail")) if rejected else None
        return len(rejected), why
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _problem(body: bytes) -> str:
    """What a problem document says, or the beginning of whatever else was answered."""
    try:
        problem = json.loads(body)
        return str(problem.get("detail") or problem["title"])[:500]
    except (ValueError, KeyError, TypeError, AttributeError):
        return body[:200].decode("utf-8", "replace")


# --- How things are said on the wire ------------------------------------------------------------------

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_EPOCH = datetime.datetime(1970, 1, 1)


# Most instants lie in the same second as the one before: (second, its text).
_second = (0, _EPOCH.isoformat())


def _instant(nanoseconds: int) -> str:
    global _second
    second, rest = divmod(nanoseconds, 1_000_000_000)
    known = _second
    if known[0] != second:
        known = _second = (second, (_EPOCH + datetime.timedelta(seconds=second)).isoformat())
    return "%s.%06dZ" % (known[1], rest // 1_000)


def _cut(value: Any, limit: int) -> str:
    """As text of at most so many bytes of UTF-8."""
    text = value if isinstance(value, str) else str(value)
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")


def _name(value: Any) -> str:
    return _cut(value, 256) or "unnamed"


def _text(value: Any) -> str:
    return _cut(value, 32 << 10)


def _identifier(value: Any) -> str:
    """An execution's id; one that is too long ends in its digest, so that it stays its own."""
    text = value if isinstance(value, str) else str(value)
    if len(text.encode("utf-8", "replace")) <= 512:
        return text or "unnamed"
    return _cut(text, 440) + "~" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _number(value: Any) -> Union[int, float, None]:
    """A finite number; None for everything else."""
    if value is None or isinstance(value, bool):
        return None
    number = value if isinstance(value, (int, float)) else float(value)
    return number if math.isfinite(number) else None


def _amount(value: Any) -> Union[int, float, None]:
    number = _number(value)
    return number if number is not None and number >= 0 else None


def _seconds(value: Any) -> Optional[float]:
    return _amount(value) or None


def _count(value: Any) -> Optional[int]:
    number = _amount(value)
    return None if number is None else int(number)


def _attributes(attributes: Optional[Mapping[str, Any]]) -> Optional[Dict[str, Any]]:
    """Flat, within the server's limits; what is nested becomes JSON, what is not known is left out."""
    if not attributes:
        return None
    told: Dict[str, Any] = {}
    for key, value in list(attributes.items())[:128]:
        if isinstance(value, float) and not math.isfinite(value):
            value = str(value)
        elif isinstance(value, (dict, list, tuple)):
            value = json.dumps(value, default=str, ensure_ascii=False)
        if value is not None:
            told[_name(key)] = value if isinstance(value, (bool, int, float)) else _cut(value, 8 << 10)
    return told or None


def _tokens(input: Any, output: Any, cached_input: Any, reasoning: Any) -> Optional[Dict[str, int]]:
    counts = {"input": input, "output": output, "cachedInput": cached_input, "reasoning": reasoning}
    return {name: _count(count) for name, count in counts.items() if _count(count) is not None} or None


def _call(model: Optional[str], *, input: Any = None, output: Any = None, cached_input: Any = None,
          reasoning: Any = None, latency: Any = None, cost: Any = None, call: Optional[str] = None) -> dict:
    return {
        "call": _name(call) if call else uuid.uuid4().hex, "model": _name(model) if model else None,
        "tokens": _tokens(input, output, cached_input, reasoning),
        "latencySeconds": _amount(latency), "costUsd": _amount(cost),
    }


def _outcome_of(error: Optional[BaseException], is_late: bool) -> Tuple[str, Optional[dict]]:
    """How an execution or step ended that an exception left, or none.

    Timed out is what missed its own deadline. A `TimeoutError` before that is a failure like any other.
    """
    if error is None or isinstance(error, GeneratorExit):
        return "succeeded", None
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return "succeeded", None
    # By name, so that asyncio need not be loaded for it.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    is_cancelled = bool(kinds & {"CancelledError", "KeyboardInterrupt"})
    if is_late and (is_cancelled or "TimeoutError" in kinds):
        return "timed_out", _error_body(error)
    return ("aborted" if is_cancelled else "failed"), _error_body(error)


def _failure(error: Union[BaseException, str, dict, None], kind: Optional[str] = None) -> Optional[dict]:
    """What to tell of an exception, or of a message; None of None."""
    if error is None or isinstance(error, dict):
        return error
    return _error_body(error) if isinstance(error, BaseException) else {
        "type": _name(kind or "Error"), "message": _text(error)}


def _error_body(error: BaseException) -> dict:
    """Type, message, causes and stack of an exception."""
    body: Dict[str, Any] = {"type": _kind(error), "message": ""}
    try:
        body["message"] = _text(error)
        # What a group holds, else what led to it; a chain may be a circle.
        causes = list(getattr(error, "exceptions", ()))
        cause = _cause(error)
        while cause is not None and cause is not error and cause not in causes and len(causes) < 10:
            causes.append(cause)
            cause = _cause(cause)
        told = ["%s: %s" % (_kind(cause), _cut(cause, 2_048)) for cause in causes[:10]]
        body["cause"] = "\n".join(told) or None
        # The innermost frames tell the most; more would cost more than a millisecond.
        frames = traceback.extract_tb(error.__traceback__, limit=-32)
        body["stack"] = "".join(traceback.format_list(frames))[-30_000:] or None
    except Exception as fault:  # An exception may fail to describe itself.
        log.info("%s of an error: %s", type(fault).__name__, body["type"])
    return {member: value for member, value in body.items() if value is not None}


def _kind(error: BaseException) -> str:
    kind = type(error)
    return _name(kind.__qualname__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__qualname__))


def _cause(error: BaseException) -> Optional[BaseException]:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _trace_context() -> Dict[str, str]:
    """The W3C trace this process is part of."""
    found = re.match(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)",
                     os.environ.get("TRACEPARENT", ""))
    if not found or not found[1].strip("0") or not found[2].strip("0"):
        return {}
    return {"traceId": found[1], "parentSpanId": found[2]}
