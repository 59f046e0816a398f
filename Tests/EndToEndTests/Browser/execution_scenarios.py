"""The page of one execution: its sums, its steps, its attempts."""

import re

from playwright.sync_api import expect

from servers import begun, event, finished, instant, wait_until
from stage import MODULES, scenario


@scenario("where the time went adds up to the time from creation to end, for every execution of a fleet")
def account_adds_up(stage):
    page = stage.open(stage.fleet, "/executions")
    ids = [item["id"] for status in ("succeeded", "failed", "timed_out", "aborted")
           for item in stage.fleet.get(f"/v1/executions?status={status}&limit=15")["items"]]
    records = [stage.fleet.get(f"/v1/executions/{id}") for id in ids]
    accounts = page.evaluate(
        """async records => {
            const { account } = """ + MODULES + """;
            return records.map(record => account.timeAccount(record, Date.now()));
        }""", records)
    for record, account in zip(records, accounts):
        if record["totalSeconds"] is None:
            continue
        parts = sum(part["seconds"] for part in account["parts"])
        assert abs(parts - record["totalSeconds"]) < 2e-6, f"{record['id']}: {account}"
        assert all(part["seconds"] > 0 for part in account["parts"])


def retried(server):
    """An execution whose second step failed thrice and was waited for twice, 100 s ago."""
    def at(seconds):
        return instant(100 - seconds)

    tries = [(5.0, 10.0), (14.0, 20.0), (36.0, 44.0)]
    told = [event("execution.queued", "ex-1", agent="matching", at=at(0), steps=["read", "extract", "match"]),
            event("execution.started", "ex-1", at=at(2)),
            event("step.started", "ex-1", step="read", at=at(2)),
            event("step.finished", "ex-1", step="read", at=at(4.5), status="succeeded", tokens={"input": 1_600, "output": 400})]
    for number, (start, end) in enumerate(tries, 1):
        told.append(event("step.started", "ex-1", step="extract", at=at(start), **{"try": number}))
        told.append(event("step.finished", "ex-1", step="extract", at=at(end), status="failed",
                          error={"type": "RateLimitError", "message": "Too many requests"}, **{"try": number}))
    told.append(event("execution.finished", "ex-1", at=at(44.5), status="failed",
                      error={"type": "RateLimitError", "message": "Too many requests"}))
    server.tell(*told)


@scenario("tries, the waits between them and all sums stand on the page as they were told")
def sums(stage):
    server = stage.server()
    retried(server)
    page = stage.open(server, "/executions/ex-1")
    expect(page.locator(".acct")).to_have_text(
        "Queue 2.00 s 4 %Steps 2.50 s 6 %Failed attempts 19.0 s 43 %Waiting to retry 20.0 s 45 %"
        "Between steps 1.00 s 2 %Created to failed 44.5 s")
    expect(page.locator(".facts").first).to_contain_text("2\u202f000")
    failed = page.locator(".step").nth(1)
    expect(failed).to_contain_text("39.0 s")
    assert failed.locator("tbody tr").count() == 3
    assert failed.locator(".lane .wait").count() == 2
    expect(page.locator(".step").nth(2)).to_contain_text("Not reached: extract failed")
    expect(page.locator(".total")).to_contain_text("42.5 s running in all, 1.00 s outside of steps")
    expect(page.locator(".total")).to_contain_text("41.5 s")
    expect(page.locator(".err")).to_contain_text("in extract, try 3")


@scenario("an execution begun twice shows the steps of either attempt")
def attempts(stage):
    server = stage.server()
    server.tell(
        begun("ex-1", ago=90), event("step.started", "ex-1", step="first", at=instant(89)), finished("ex-1", "failed", ago=80),
        begun("ex-1", ago=60, attempt=2), event("step.started", "ex-1", step="second", at=instant(59), attempt=2),
        finished("ex-1", ago=50, attempt=2))
    page = stage.open(server, "/executions/ex-1")
    expect(page.locator(".step")).to_contain_text("second")
    page.get_by_role("button", name="Show the steps of attempt 1").click()
    expect(page.locator(".step")).to_contain_text("first")
    expect(page.locator(".step")).to_contain_text("left open")


@scenario("steps inside others are folded and shown again, in the order of their parents")
def nested_steps(stage):
    server = stage.server()
    told = [begun("ex-1", ago=60)]
    for number, (step, parent) in enumerate([("outer", None), ("other", None), ("inner", "outer"), ("innermost", "inner")]):
        told.append(event("step.started", "ex-1", step=step, parent=parent, at=instant(50 - number)))
    server.tell(*told)
    page = stage.open(server, "/executions/ex-1")
    names = page.locator(".step .words > .cut:first-child")
    expect(names).to_have_text(["outer Running", "inner Running", "innermost Running", "other Running"])
    page.get_by_role("button", name="Hide the 2 steps inside outer").click()
    expect(names).to_have_text(["outer Running", "other Running"])


@scenario("a lost execution says for how long nothing was heard, and leads to the evidence")
def lost(stage):
    found = wait_until(lambda: stage.fleet.get("/v1/executions?status=lost&limit=1")["items"], within=120, what="a loss")
    id = found[0]["id"]
    page = stage.open(stage.fleet, f"/executions/{id}")
    expect(page.locator(".badge")).to_have_text("Lost")
    expect(page.locator(".acct")).to_contain_text(re.compile(r"No sign of life \d+ \w"))
    assert page.locator(".rail .f-lost").count() == 1
    page.get_by_role("link", name="Evidence").click()
    expect(page.locator("main")).to_contain_text(id)
