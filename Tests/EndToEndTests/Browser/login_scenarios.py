"""Keys and sessions, as a browser sees them."""

import re

from playwright.sync_api import expect

from servers import begun
from stage import audit, scenario, settle

REFUSED = "status of 40[13]"


def guarded(stage):
    """A server that wants a key, and a read key of it."""
    server = stage.server(scopes=("admin", "read", "ingest"))
    server.tell(begun("ex-1"))
    return server, server.keys["read"]


def log_in(page, key):
    page.get_by_label("Key", exact=True).fill(key)
    page.keyboard.press("Enter")


@scenario("a page that needs a key asks for it once, and goes on to where one was going")
def login(stage):
    server, key = guarded(stage)
    page = stage.open(server, "/executions/ex-1?tab=1", tolerates=REFUSED, settled=False)
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    audit(page, "names")
    audit(page, "structure")
    log_in(page, key)
    expect(page).to_have_url(server.url + "/executions/ex-1?tab=1")
    expect(page.locator("main .badge").first).to_have_text("Running")
    page.reload()
    expect(page.locator("main .badge").first).to_have_text("Running")

    assert not [url for url in stage.watched[-1].requests if key in url], "The key was in an address."
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href])")
    assert key not in kept and "stint=" not in kept, kept
    cookies = page.context.cookies()
    assert cookies and all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies), cookies
    assert not [cookie for cookie in cookies if key in cookie["value"]]


@scenario("a wrong key is refused in a sentence, and can be corrected")
def wrong_key(stage):
    server, key = guarded(stage)
    page = stage.open(server, "/", tolerates=REFUSED, settled=False)
    log_in(page, key[:-1] + ("a" if key[-1] != "a" else "b"))
    expect(page.get_by_role("alert")).to_contain_text("no valid key")
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    log_in(page, key)
    expect(page).to_have_url(server.url + "/")
    settle(page)


@scenario("signing out ends the session, and the page before is not shown again")
def logout(stage):
    server, key = guarded(stage)
    page = stage.open(server, "/login", tolerates=REFUSED, settled=False)
    log_in(page, key)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    cookies = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()
    page.context.add_cookies(cookies)
    page.goto(server.url + "/executions/ex-1")
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


@scenario("a login goes nowhere but to a page of this server")
def open_redirect(stage):
    server, key = guarded(stage)
    page = stage.open(server, "/login", tolerates=REFUSED, settled=False)
    for trap in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)", "http://["):
        page.context.clear_cookies()
        page.goto(f"{server.url}/login?next={trap}")
        log_in(page, key)
        expect(page).to_have_url(re.compile("^" + re.escape(server.url) + "/(?!login)"))


@scenario("a key that is revoked ends the sessions it began")
def revoked(stage):
    server, key = guarded(stage)
    page = stage.open(server, "/login?next=/executions", tolerates=REFUSED, settled=False)
    log_in(page, key)
    settle(page)
    for item in server.get("/v1/keys")["items"]:
        if item["scopes"] == ["read"]:
            server.request("DELETE", f"/v1/keys/{item['id']}")
    page.goto(server.url + "/executions")
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


@scenario("a key that may not read is told which right is missing")
def no_permission(stage):
    server, _ = guarded(stage)
    page = stage.open(server, "/login?next=/executions", tolerates=REFUSED, settled=False)
    log_in(page, server.keys["ingest"])
    expect(page.locator("main")).to_contain_text("read")
    expect(page.locator("main")).to_contain_text(re.compile("scope|right", re.I))
