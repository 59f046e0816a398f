"""The number on a tile is the length of the list it leads to."""

import random
import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from servers import begun, event, finished, instant
from stage import scenario, settle

ENDS = ["succeeded", "failed", "timed_out", "aborted"]
AGENTS = ["planner", "reader", "a b & c"]


def history(seed):
    """Some 200 executions of the last day and before it, in every status; some of them tests, which no figure counts."""
    chance = random.Random(seed)
    told = []
    for number in range(200):
        id, ago = f"ex-{number}", chance.uniform(60, 30 * 3_600)
        members = {"environment": chance.choice(["production"] * 5 + ["staging", "test"]), "attributes": {"model": chance.choice("mn")}}
        if chance.random() < 0.5:
            told.append(event("execution.queued", id, agent=chance.choice(AGENTS), at=instant(ago + chance.uniform(0, 50)), **members))
            if chance.random() < 0.2:
                continue
        fate = chance.choice(["open", "silent"] + ENDS * 3)
        promise = {"heartbeatSeconds": 10} if fate == "silent" else {}
        told.append(begun(id, agent=chance.choice(AGENTS), ago=ago, **members, **promise))
        if fate in ENDS:
            goal = {"goalMet": chance.random() < 0.7} if fate == "succeeded" else {}
            told.append(finished(id, fate, ago=ago * chance.uniform(0.1, 0.99), **goal))
    return told


def server_with(stage, seed):
    server = stage.server("--sweep-interval", "1s")
    server.tell(*history(seed))
    server.lose_silent()
    return server


def listed(server, address):
    """How many executions the interface has at the address of a list."""
    parts = urlsplit(address)
    assert parts.path == "/executions", address
    items = server.get(f"/v1/executions?{parts.query}&limit=500")
    assert "nextCursor" not in items or items["nextCursor"] is None
    return len(items["items"])


def numbers(text):
    return [int(number) for number in re.findall(r"\d+", re.sub(r"(?<=\d)[\u202f\u00a0](?=\d)", "", text))]


@scenario("every tile and every agent's row of the overview leads to as many executions as it says")
def tiles(stage):
    for seed in (1, 2):
        server = server_with(stage, seed)
        page = stage.open(server, "/")
        for name, part, figure in (
            ("Running now", ".value", lambda found: found[0]), ("Queue", ".value", lambda found: found[0]),
            ("Per minute", ".beside", lambda found: found[-1]), ("Success rate", ".beside", lambda found: sum(found[-2:])),
        ):
            tile = page.locator(".vitals a").filter(has_text=name)
            said = figure(numbers(tile.locator(part).inner_text()))
            found = listed(server, tile.get_attribute("href"))
            assert said == found, f"seed {seed}, {name}: {said}, {found} in {tile.get_attribute('href')}"
        rows = page.locator("[data-part=agents] tbody tr").evaluate_all("rows => rows.map(row => [row.dataset.href, row.cells[1].textContent])")
        assert len(rows) == len(AGENTS)
        for address, text in rows:
            assert numbers(text) == [listed(server, address)], (seed, address, text)
        lost = len(server.get("/v1/executions?status=lost&limit=500")["items"])
        assert numbers(page.locator("#lost-count").inner_text()) == [lost]


@scenario("every bucket of the latencies leads to as many executions as it says")
def buckets(stage):
    server = server_with(stage, 3)
    page = stage.open(server, "/")
    said = server.get("/v1/metrics/latency?timeframe=24h")["latency"]["latencyDistribution"]
    counts = {bucket["bucket"]: bucket["count"] for bucket in said}
    assert sum(counts.values()) > 20
    for place, expected in enumerate(reversed(counts.values())):
        if expected == 0:
            continue
        page.locator("[data-chart=latency] svg").focus()
        for _ in range(place + 1):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/executions"))
        settle(page)
        found = listed(server, page.url.removeprefix(server.url))
        assert found == expected, f"{found} instead of {expected} at {page.url}"
        page.go_back()
        settle(page)


@scenario("slots are drawn busy, silent and idle, and what came in is told with how late it was")
def slots(stage):
    server = stage.server("--sweep-interval", "1s")
    on_worker = {"attributes": {"worker": "w-1"}}
    server.tell(
        *[begun(f"silent-{number}", ago=90, heartbeatSeconds=1, **on_worker) for number in range(2)],
        *[begun(f"well-{number}", ago=30, **on_worker) for number in range(3)],
        {"type": "worker.reported", "worker": "w-1", "capacity": 8, "busy": 5, "at": instant()})
    server.lose_silent()
    page = stage.open(server, "/")
    drawn = page.locator(".slots i").evaluate_all("slots => slots.map(slot => slot.className)")
    assert drawn == ["busy"] * 3 + ["silent"] * 2 + [""] * 3, drawn
    expect(page.locator(".slots")).to_have_attribute("aria-label", "5 of 8 worker slots busy, 2 of them silent")
    expect(page.locator(".vitals a").filter(has_text="Running now")).to_contain_text("5 busy, 2 of them silent")
    system = page.locator("[data-part=system]")
    expect(system).to_contain_text(re.compile(r"Ingest\s*[\d.]+ events/s, lag \d"))
