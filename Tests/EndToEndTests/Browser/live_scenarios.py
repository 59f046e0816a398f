"""From an event that is told to the pixel that shows it; lost connections; clocks."""

import re
import time

from playwright.sync_api import expect

from servers import begun, event, finished, wait_until
from stage import drawn, scenario, settle

LOST_CONNECTION = "Failed to load resource|ERR_|Failed to fetch"


def badge(page):
    return page.locator("main .badge").first


@scenario("an execution is followed to its end within two seconds an event, and then left alone")
def post_to_pixel(stage):
    server = stage.server()
    server.tell(begun("ex-1", steps=["read", "write"]))
    page = stage.open(server, "/executions/ex-1", clock=time.time() * 1_000)
    expect(badge(page)).to_have_text("Running")
    expect(page.locator("#live")).to_have_text("Live")

    server.tell(event("step.started", "ex-1", step="read", activity="Reading the first page"))
    expect(page.locator("main")).to_contain_text("Reading the first page", timeout=30_000)
    server.tell(event("step.finished", "ex-1", step="read", status="succeeded"))
    server.tell(finished("ex-1", goalMet=True))
    expect(badge(page)).to_have_text("Succeeded", timeout=30_000)
    expect(page).to_have_title(re.compile("^Succeeded: portfolio-planner ex-1"), timeout=30_000)

    silent(stage, page, 600)


@scenario("the page of an ended execution asks for nothing")
def ended_is_silent(stage):
    server = stage.server()
    server.tell(begun("ex-1", ago=60), finished("ex-1", "failed", error={"type": "Refused", "message": "No"}))
    page = stage.open(server, "/executions/ex-1", clock=time.time() * 1_000)
    expect(badge(page)).to_have_text("Failed")
    silent(stage, page, 600)


def silent(stage, page, seconds):
    """Holds that the page sends nothing and changes nothing while its clock moves on by so much."""
    settle(page)
    watch = stage.watched[-1]
    page.clock.run_for(5_000)
    wait_until(lambda: page.evaluate("true") and not watch.unanswered, what="the last answer")
    drawn(page)
    asked, shown = len(watch.requests), page.inner_html("main")
    page.clock.run_for(seconds * 1_000)
    drawn(page)
    assert watch.requests[asked:] == []
    assert page.inner_html("main") == shown
    assert not page.locator("#live").is_visible()


@scenario("a server that stops is noticed within five seconds, and what was missed is caught up")
def reconnects(stage):
    server = stage.server()
    server.tell(begun("ex-1", ago=30))
    page = stage.open(server, "/executions", tolerates=LOST_CONNECTION)
    expect(page.locator("[data-id=ex-1]")).to_be_visible()
    expect(page.locator("#live")).to_have_text("Live")

    server.stop()
    expect(page.locator("#offline")).to_contain_text("No connection to the server", timeout=30_000)
    expect(page.locator("[data-id=ex-1]")).to_be_visible()
    server.start()
    server.tell(finished("ex-1"), begun("ex-2", ago=0))
    expect(page.locator("#offline")).to_be_hidden(timeout=60_000)
    expect(page.locator("[data-id=ex-2]")).to_be_visible()
    expect(page.locator("[data-id=ex-1]")).to_contain_text("Succeeded")


@scenario("no arrival moves a list that is pointed at; a key shows what came")
def arrivals_wait(stage):
    server = stage.server()
    server.tell(*[begun(f"old-{number}", ago=60 + number) for number in range(20)])
    page = stage.open(server, "/executions")
    first = page.locator("tbody tr[data-id]").first
    expect(first).to_have_attribute("data-id", "old-0")
    expect(page.locator("#live")).to_have_text("Live")
    first.hover()

    server.tell(*[begun(f"new-{number}", ago=3 - number) for number in range(3)])
    expect(page.locator(".pill")).to_have_text("3 new, show (.)")
    expect(first).to_have_attribute("data-id", "old-0")
    page.keyboard.press(".")
    expect(first).to_have_attribute("data-id", "new-2")

    page.mouse.move(0, 0)
    server.tell(begun("newest", ago=0))
    expect(first).to_have_attribute("data-id", "newest")


@scenario("a selected row stays where it is while others arrive and it changes itself")
def selection_stays(stage):
    server = stage.server()
    server.tell(begun("old-0", ago=60), begun("old-1", ago=70))
    page = stage.open(server, "/executions?status=running")
    expect(page.locator("#live")).to_have_text("Live")
    page.keyboard.press("j")
    row = page.locator("[aria-selected=true]")
    expect(row).to_have_attribute("data-id", "old-0")
    server.tell(begun("new-0", ago=0), finished("old-0"))
    expect(row).to_contain_text("Succeeded")
    expect(page.locator("tbody tr[data-id]").first).to_have_attribute("data-id", "old-0")


@scenario("a page that was paused shows nothing new until it goes on")
def pauses(stage):
    server = stage.server()
    server.tell(begun("ex-1"))
    page = stage.open(server, "/executions/ex-1")
    expect(page.locator("#live")).to_have_text("Live")
    page.keyboard.press("p")
    expect(page.locator("#live")).to_have_text("Paused")
    server.tell(finished("ex-1"))
    wait_until(lambda: server.get("/v1/executions/ex-1")["status"] == "succeeded")
    expect(badge(page)).to_have_text("Running")
    page.keyboard.press("p")
    expect(badge(page)).to_have_text("Succeeded")


@scenario("the elapsed time is the server's where the browser's clock is hours off")
def clock_is_off(stage):
    server = stage.server()
    for hours in (-7, 5):
        server.tell(begun(f"ex{hours}", ago=1))
        page = stage.open(server, f"/executions/ex{hours}", clock=(time.time() + 3_600 * hours) * 1_000)
        expect(badge(page)).to_have_text("Running")
        text = page.inner_text("main")
        assert not re.search(r"\d h \d\d m|\d h ago|\d d ", text), f"{hours} h off: {text[:600]}"


@scenario("the clock of what runs moves each second and stops at the end")
def clock_moves(stage):
    server = stage.server()
    server.tell(begun("ex-1", ago=20))
    page = stage.open(server, "/executions", clock=time.time() * 1_000)
    cell = page.locator("[data-id=ex-1]")
    expect(page.locator("#live")).to_have_text("Live")
    seen = [wait_until(lambda: seconds_in(cell), what="a clock")]
    for _ in range(2):
        seen.append(wait_until(lambda: seconds_in(cell) if seconds_in(cell) != seen[-1] else None, within=30, what="a second"))
    assert seen[2] - seen[0] == 2, seen
    server.tell(finished("ex-1"))
    expect(cell).to_contain_text("Succeeded")
    ended = cell.inner_text()
    page.clock.run_for(3_000)
    assert cell.inner_text() == ended


def seconds_in(row):
    found = re.search(r"\b(\d+) s\b", row.inner_text())
    return int(found.group(1)) if found else None
