"""Every page, with a fleet: what holds of all of them."""

import re

from playwright.sync_api import expect

from stage import THEMES, WIDTHS, audit, drawn, scenario, settle


@scenario("every page shows a fleet, asks nobody else and says nothing in the console")
def each_page(stage):
    for page in stage.fleet_pages():
        shown = page.inner_text("main")
        assert shown.strip(), f"{page.url} is empty"
        for slip in ("NaN", "undefined", "[object", "null", "Infinity"):
            assert slip not in shown, f"{page.url} shows {slip}"
    assert not stage.backstage.complaints


@scenario("no page scrolls sideways at 1440, 820, 380 or 320 pixels")
def no_sideways_scrolling(stage):
    for page in stage.fleet_pages():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            drawn(page)
            audit(page, "width")


@scenario("every text has a contrast of at least 4.5 in both themes")
def contrast(stage):
    for page in stage.fleet_pages():
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            drawn(page)
            audit(page, "contrast", 4.5)


@scenario("every control has a name, a size of 24 pixels, and the page a structure")
def names(stage):
    for page in stage.fleet_pages():
        for width in (1440, 380):
            page.set_viewport_size({"width": width, "height": 900})
            drawn(page)
            audit(page, "names")
            audit(page, "targets", 24)
        audit(page, "structure")


@scenario("a theme that was chosen stays, and none is shown before it")
def theme_stays(stage):
    page = stage.open(stage.fleet, "/", theme="light")
    background = "() => getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    page.keyboard.press("t")
    dark = page.evaluate(background)
    assert dark != light
    page.reload(wait_until="domcontentloaded")
    assert page.evaluate(background) == dark
    settle(page)
    assert page.evaluate(background) == dark


@scenario("an execution that is not there has a page that says so")
def unknown_execution(stage):
    page = stage.open(stage.fleet, "/executions/never-heard-of", tolerates="404")
    expect(page.locator("main")).to_contain_text("never-heard-of")
    expect(page).to_have_title(re.compile("Unknown"))
    audit(page, "structure")


@scenario("an address that is none has a page that leads on")
def no_such_page(stage):
    page = stage.open(stage.fleet, "/executions")
    page.evaluate("history.pushState({}, '', '/nothing/here'); dispatchEvent(new PopStateEvent('popstate'))")
    expect(page.locator("main h1")).to_have_text("There is no such page")
    page.locator("main").get_by_role("link", name="Overview").click()
    expect(page.locator("main h1")).to_have_text("Overview")
