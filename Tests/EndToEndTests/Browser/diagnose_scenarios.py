"""What is wrong, and what is done about it."""

import re

from playwright.sync_api import expect

from servers import begun, event, finished, wait_until
from stage import scenario, settle


def stuck_server(stage, **preparations):
    """A server with one execution that fell silent and one that is well."""
    server = stage.server("--sweep-interval", "1s", **preparations)
    server.tell(
        begun("silent", ago=90, heartbeatSeconds=1, steps=["read"]),
        event("step.started", "silent", step="read", activity="Reading page 3"),
        begun("well", agent="support-triage"))
    wait_until(lambda: server.get("/v1/executions/silent")["status"] == "lost", what="the silence")
    return server


@scenario("what is stuck stands on Diagnose with its facts and commands, and is closed there with a reason")
def closing(stage):
    server = stuck_server(stage)
    page = stage.open(server, "/diagnose")
    case = page.locator("#stuck .case")
    expect(case).to_have_count(1)
    expect(case).to_contain_text("silent")
    expect(case).to_contain_text("Reading page 3")
    assert case.locator(".evidence .decisive").count() >= 1
    assert any("silent" in line for line in case.locator(".cmd code").all_inner_texts())
    expect(page).to_have_title(re.compile("^1 stuck"))
    expect(page.locator("#live")).to_have_text("Live")

    case.get_by_role("button", name="Close…").click()
    page.get_by_label("Reason").fill("the worker's machine is gone")
    page.get_by_label("Who closes it").fill("Ada")
    page.get_by_role("button", name="Close execution").click()
    expect(page.locator("#stuck")).to_contain_text("Nothing is stuck")
    record = server.get("/v1/executions/silent")
    assert record["status"] == "failed"
    assert record["error"]["message"] == "the worker's machine is gone"
    assert record["attributes"]["closedBy"] == "Ada"


@scenario("a session that may only read is given the command instead of the form")
def closing_without_right(stage):
    server = stuck_server(stage, scopes=("admin", "read"))
    page = stage.open(server, "/login?next=/diagnose", tolerates="status of 401", settled=False)
    page.get_by_label("Key", exact=True).fill(server.keys["read"])
    page.keyboard.press("Enter")
    page.locator("#stuck .case").get_by_role("button", name="Close…").click()
    expect(page.locator("dialog[open]")).to_contain_text("stint close silent --as failed")
    assert page.get_by_label("Reason").count() == 0


@scenario("the numbers on the tabs are those of the parts they jump to, and of the lists behind them")
def tabs(stage):
    page = stage.open(stage.fleet, "/diagnose")
    number = lambda part: int(re.sub(r"\D", "", page.locator(f".tabs a[href='#{part}'] b").inner_text()))
    range = "&".join(f"{end}={stage.fleet.get('/v1/diagnosis')[end]}" for end in ("from", "to"))
    lost = stage.fleet.get(f"/v1/executions?status=lost&counted=true&on=finish&{range}&limit=500")["items"]
    assert [number("stuck"), page.locator("#stuck .case").count()] == [len(lost)] * 2 != [0, 0]
    assert number("slow") == page.locator("#slow tbody tr").count()
    counts = [int(re.sub(r"\D", "", text)) for text in page.locator("#failures tbody td:nth-child(2)").all_inner_texts()]
    assert number("failures") == sum(counts) > 0
    page.locator(".tabs a[href='#failures']").click()
    expect(page.locator("#failures")).to_be_focused()
    expect(page.locator("#failures")).to_be_in_viewport()


@scenario("an outcome's number is the length of the list it leads to")
def outcomes(stage):
    page = stage.open(stage.fleet, "/diagnose")
    rows = page.locator("#outcomes tbody tr").evaluate_all(
        "rows => rows.map(row => [row.dataset.href, row.cells[2].textContent, row.cells[1].textContent])")
    assert rows
    for address, text, outcome in rows:
        if outcome.strip() == "–":
            continue  # The interface has no filter for executions of which nobody said whether they met their goal.
        listed = stage.fleet.get(address.replace("/executions", "/v1/executions", 1) + "&limit=500")["items"]
        expected = int(re.sub(r"\D", "", text))
        assert len(listed) == min(500, expected), (address, len(listed), expected)


@scenario("a group of failures leads to a list of as many, and an attribute's row to its executions")
def groups(stage):
    page = stage.open(stage.fleet, "/diagnose")
    by_type = {}
    for address, text in page.locator("#failures tbody tr").evaluate_all("rows => rows.map(row => [row.dataset.href, row.cells[1].textContent])"):
        by_type[address] = by_type.get(address, 0) + int(re.sub(r"\D", "", text))
    rows = page.locator("#success tbody tr[data-href]").evaluate_all("rows => rows.map(row => [row.dataset.href, row.cells[1].textContent])")
    assert by_type and rows
    for address, expected in [*by_type.items(), *((address, int(re.sub(r"\D", "", text))) for address, text in rows)]:
        listed = stage.fleet.get(address.replace("/executions", "/v1/executions", 1) + "&limit=500")["items"]
        assert len([item for item in listed if item["status"] not in ("running", "lost")]) == min(500, expected), (address, len(listed), expected)


@scenario("success is compared by any attribute, and the choice is in the address")
def success_by(stage):
    page = stage.open(stage.fleet, "/diagnose")
    expect(page.locator("#success tbody tr").first).to_be_visible()
    page.locator("[data-by=agent]").click()
    expect(page).to_have_url(re.compile("by=agent"))
    expect(page.locator("#success tbody")).to_contain_text("support-triage")
    page.get_by_label("Another attribute").fill("no-such-attribute")
    page.keyboard.press("Enter")
    expect(page.locator("#success")).to_contain_text("names its no-such-attribute")


@scenario("on a server that never recorded anything, a page shows the command that records the first, and then that")
def first_use(stage):
    server = stage.server()
    for address in ("/", "/executions", "/diagnose"):
        page = stage.open(server, address)
        expect(page.locator("main")).to_contain_text("No execution has been recorded yet")
        expect(page.locator("main pre").first).to_contain_text(f"curl {server.url}/v1/events")
        expect(page.locator("main")).to_contain_text("Events received: 0")
    page = stage.open(server, "/executions")
    expect(page.locator("#live")).to_have_text("Live")
    server.tell(begun("first-1", agent="my-agent"))
    expect(page.locator("[data-id=first-1]")).to_be_visible()


@scenario("what cannot be read is named with the request, and is tried again")
def failing_figures(stage):
    page = stage.open(stage.fleet, "/executions", tolerates="status of 503")
    problem = {"title": "The store is away", "status": 503, "detail": "database is locked"}
    answer = dict(status=503, json=problem, headers={"X-Request-Id": "7c1e0b", "Content-Type": "application/problem+json"})
    for address, pattern in (("/diagnose", "**/v1/diagnosis*"), ("/executions", "**/v1/executions?*"), ("/", "**/v1/metrics*")):
        page.route(pattern, lambda route: route.fulfill(**answer))
        page.goto(stage.fleet.url + address)
        expect(page.locator("main .err").first).to_contain_text("database is locked")
        expect(page.locator("main .err").first).to_contain_text("7c1e0b")
        page.unroute(pattern)
        page.locator("main .err").first.get_by_role("button", name="Try again").click()
        expect(page.locator("main .err")).to_have_count(0)
