"""The list of executions: filters, ways in and back, keys."""

import re

from playwright.sync_api import expect

from servers import begun, finished
from stage import audit, scenario, settle


def first_ids(page):
    return page.locator("tbody tr[data-id]").evaluate_all("rows => rows.map(row => row.dataset.id)")


@scenario("filter, open, Esc: the same filter and the same row")
def back_to_the_row(stage):
    page = stage.open(stage.fleet, "/executions?since=7d")
    page.keyboard.press("f")
    page.keyboard.type("status:failed")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("status=failed"))
    settle(page)
    page.locator("main h1").click()
    for _ in range(4):
        page.keyboard.press("j")
    chosen = page.locator("[aria-selected=true]").get_attribute("data-id")
    assert chosen == first_ids(page)[3]
    address = page.url
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/executions/" + re.escape(chosen)))
    settle(page)
    page.keyboard.press("Escape")
    expect(page).to_have_url(address)
    expect(page.locator("[aria-selected=true]")).to_have_attribute("data-id", chosen)
    expect(page.locator("[aria-selected=true]")).to_be_in_viewport()


@scenario("a filter that cannot be read names the field that was meant, and asks the server nothing")
def unknown_field(stage):
    page = stage.open(stage.fleet, "/executions")
    page.keyboard.press("f")
    page.keyboard.type("agnet:support-triage")
    page.keyboard.press("Enter")
    expect(page.locator(".filter-error")).to_contain_text("did you mean 'agent'")
    assert not [url for url in stage.watched[-1].requests if "agnet" in url]


@scenario("every row of a filtered list is what was asked for")
def filters_hold(stage):
    page = stage.open(stage.fleet, "/executions")
    for status, word in (("failed", "Failed"), ("aborted", "Cancelled"), ("timed_out", "Timed out"), ("lost", "Lost")):
        page.goto(f"{stage.fleet.url}/executions?since=7d&status={status}")
        rows = page.locator("tbody tr[data-id]")
        listed = stage.fleet.get(f"/v1/executions?status={status}&limit=50")["items"]
        expect(rows).to_have_count(len(listed))
        assert all(word in text for text in rows.all_inner_texts())


@scenario("a filter that nothing matches offers the list without it")
def nothing_matches(stage):
    page = stage.open(stage.fleet, "/executions?since=7d&status=failed&user=nobody-at-all")
    expect(page.locator("main")).to_contain_text("No execution matches")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("tbody tr[data-id]").first).to_be_visible()


@scenario("pages of a list hold every execution once, and back is the page before")
def paging(stage):
    page = stage.open(stage.fleet, "/executions?since=7d&agent=code-reviewer")
    first, seen = first_ids(page), []
    while True:
        seen += first_ids(page)
        older = page.locator("[data-next-page]")
        if older.is_disabled():
            break
        top = first_ids(page)[0]
        older.click()
        expect(page.locator("tbody tr[data-id]").first).not_to_have_attribute("data-id", top)
    assert len(seen) == len(set(seen)) > 50
    total = stage.fleet.get("/v1/executions?agent=code-reviewer&limit=500")["items"]
    assert seen == [item["id"] for item in total]
    while "cursor=" in page.url:
        page.go_back()
    expect(page.locator("tbody tr[data-id]").first).to_have_attribute("data-id", first[0])


@scenario("g o, g e, g d, j, Enter, Space and Esc work from a fresh page without a click")
def keys(stage):
    page = stage.open(stage.fleet, "/")
    for key, path in (("e", "/executions"), ("d", "/diagnose"), ("o", "/"), ("e", "/executions")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(re.escape(path) + r"(\?.*)?$"))
        settle(page)
    page.keyboard.press("j")
    chosen = page.locator("[aria-selected=true]").get_attribute("data-id")
    page.keyboard.press("Space")
    expect(page.locator(".peek")).to_contain_text(chosen)
    audit(page, "names")
    page.keyboard.press("Escape")
    expect(page.locator(".peek")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/executions/" + re.escape(chosen)))
    settle(page)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/executions"))


@scenario("single keys do nothing in a field, with a modifier, or when switched off")
def keys_off(stage):
    page = stage.open(stage.fleet, "/executions")
    page.keyboard.press("f")
    page.keyboard.type("ge?")
    assert page.url.endswith("/executions")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Escape")
    page.locator("main h1").click()
    page.keyboard.press("Control+j")
    assert page.locator("[aria-selected=true]").count() == 0
    page.keyboard.press("?")
    page.locator("#single-keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator("[aria-selected=true]").count() == 0


@scenario("the focus is seen on everything that Tab reaches, and Tab reaches the rows")
def tab_walk(stage):
    page = stage.open(stage.fleet, "/")
    for address in ("/", "/executions", "/diagnose"):
        page.goto(stage.fleet.url + address)
        settle(page)
        reached = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            audit(page, "focus")
            reached.add(page.evaluate("document.activeElement.closest('main') ? document.activeElement.localName : ''"))
        assert "a" in reached, f"{address}: Tab reached {reached}"


@scenario("a chart is read with the arrow keys, and as a table")
def charts(stage):
    page = stage.open(stage.fleet, "/")
    page.locator("x-chart svg").first.wait_for()
    for chart in page.locator("x-chart svg").all():
        assert len(chart.get_attribute("aria-label")) > 20
    chart = page.locator("x-chart svg").first
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("x-chart .tip:visible").first).not_to_be_empty()
    page.keyboard.press("d")
    expect(page.locator("dialog[open] table tbody tr").first).to_be_visible()
    audit(page, "structure")


@scenario("an address of another kind of id opens, and Enter on a row goes there")
def strange_ids(stage):
    server = stage.server()
    ids = ["arn:aws:states:eu-west-1:1:execution:plan:7f/3a", "50% off & more?", "a#b+c d", "ü-名-🙂"]
    server.tell(*[event for number, id in enumerate(ids)
                  for event in (begun(id, ago=60 + number), finished(id, ago=30))])
    page = stage.open(server, "/executions")
    assert first_ids(page) == ids
    for number, id in enumerate(ids):
        page.goto(server.url + "/executions")
        settle(page)
        page.locator("tbody tr[data-id] a").nth(number).click()
        expect(page.locator("main .badge").first).to_have_text("Succeeded")
        expect(page.locator("main")).to_contain_text(id)
    page.reload()
    expect(page.locator("main .badge").first).to_have_text("Succeeded")
