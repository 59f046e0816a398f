"""Much at once. The bounds are generous: what is exact is measured elsewhere."""

from playwright.sync_api import expect

from servers import begun, event, finished, instant, wait_until
from stage import drawn, scenario


def ready(page):
    """After how many milliseconds a page that was just opened was painted."""
    return wait_until(lambda: page.evaluate("performance.getEntriesByName('page-ready')[0]?.startTime"), within=60, what="the page")


@scenario("an execution of 2,000 steps opens, and its last step can be reached")
def many_steps(stage):
    server = stage.server()
    told = [begun("ex-1", ago=2_100)]
    for number in range(2_000):
        moment = dict(step=f"step-{number:04}", at=instant(2_050 - number))
        told.append(event("step.started", "ex-1", activity=f"Part {number}", **moment))
        told.append(event("step.finished", "ex-1", status="succeeded", step=moment["step"], at=instant(2_049.5 - number)))
    server.tell(*told, finished("ex-1"))
    page = stage.open(server, "/executions/ex-1")
    expect(page.locator("main")).to_contain_text("step-0000")
    ready(page)
    assert page.locator("main *").count() < 12_000
    for _ in range(400):
        if page.get_by_text("step-1999").count():
            break
        page.mouse.move(700, 500)
        page.mouse.wheel(0, 4_000)
        drawn(page)
    expect(page.get_by_text("step-1999").first).to_be_visible()


@scenario("with 10,000 executions the list and the overview open")
def many_executions(stage):
    server = stage.server()
    ids = [f"ex-{number}" for number in range(10_000)]
    server.tell(*[begun(id, agent=f"agent-{number % 8}", ago=60 + 50 * number) for number, id in enumerate(ids)])
    server.tell(*[finished(id, "failed" if number % 20 == 0 else "succeeded", ago=30 + 50 * number) for number, id in enumerate(ids)])
    for address in ("/executions?since=7d", "/?since=7d"):
        page = stage.open(server, address)
        ready(page)
    bars = page.locator("x-chart rect.bar").count()
    assert bars < 5_000, f"{bars} bars"


@scenario("a page needs at most two requests for its data, and 150 kB in all")
def few_requests(stage):
    failed = stage.fleet.get("/v1/executions?status=failed&limit=1")["items"][0]["id"]
    for address in ("/", "/executions", "/diagnose", f"/executions/{failed}"):
        page = stage.open(stage.fleet, address)
        shown = ready(page)
        entries = page.evaluate("""() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
            .map(each => [each.name, each.startTime, each.transferSize])""")
        data = [name for name, start, _ in entries
                if "/v1/" in name and start < shown and "/v1/live" not in name and "/v1/session" not in name]
        assert len(data) <= 2, f"{address}: {data}"
        size = sum(size for _, _, size in entries)
        assert size < 150_000, f"{address}: {size} bytes"
