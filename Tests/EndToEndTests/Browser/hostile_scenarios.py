"""Texts of strangers: shown as text, wherever they are shown."""

from playwright.sync_api import expect

from servers import begun, event, finished
from stage import audit, drawn, scenario, settle

MARKUP = [
    "<script>window.hit=1</script>", "<img src=x onerror=\"window.hit=1\">", "\"><svg onload=window.hit=1>",
    "' onmouseover='window.hit=1", "javascript:window.hit=1", "</title><script>window.hit=1</script>",
    "{{constructor.constructor('window.hit=1')()}}", "&lt;b&gt; &amp;", "${window.hit=1}", "<style>*{display:none}</style>",
    "<a href=\"https://elsewhere.example/\">x</a>", "<iframe src=//elsewhere.example>",
]
CONTROL = "\u001b[31mred\u001b[0m \u0007bell \u202eright to left\u202c \u200bzero\u200b \u0000nul"
LONG = "wörd" * 1_300 + "🙂" * 200
ARABIC = "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u202etxt.exe"
SPACES = "line one\nline two\r\n\ttab"


def name_of(text):
    """As a name may be: one line of at most 256 bytes."""
    return " ".join(text.replace("\u0000", "").split())[:120]


def hostile_events():
    """Executions of which every text that can be sent holds something to stumble over."""
    texts = [*MARKUP, CONTROL, LONG[:8_000], SPACES, ARABIC]
    told = []
    for number in range(6):
        text = lambda place: texts[(number * 5 + place) % len(texts)]
        name = lambda place: name_of(text(place))
        status = ("failed", "succeeded", "running", "failed", "lost", "failed")[number]
        id = f"{number} {name(0)}"
        error = {"type": name(1), "message": text(2), "cause": text(3), "stack": text(4)}
        told.append(begun(
            id, agent=name(0), ago=400 + number, name=name(1), user=name(2), correlation=name(3), parent=name(4),
            steps=[name(0), f"later {name(1)}"],
            attributes={"model": name(2), "worker": name(3), "messageId": name(4), "note": text(0), name(1): text(2)},
            **({"heartbeatSeconds": 1} if status == "lost" else {})))
        told.append(event("step.started", id, step=name(0), kind=name(1), activity=text(2), at=told[-1]["at"]))
        if status == "failed":
            told.append(event("step.finished", id, step=name(0), status="failed", error=error))
            told.append(finished(id, "failed", summary=text(0), goalMet=False, error=error))
        if status == "succeeded":
            told.append(finished(id, summary=text(0), goalMet=False))
    return told


@scenario("texts with markup, control characters, right-to-left marks and 8 KiB lines are shown as text on every page")
def shown_as_text(stage):
    server = stage.server("--sweep-interval", "1s")
    server.tell(*hostile_events())
    ids = [item["id"] for item in server.get("/v1/executions?limit=100")["items"]]
    page = stage.open(server, "/executions")
    for address in ["/", "/executions", "/diagnose", "/executions?q=script", *(path_of(page, id) for id in ids)]:
        page.goto(server.url + address)
        settle(page)
        assert page.evaluate("window.hit") is None, address
        assert page.locator("main script, main iframe, main style, main [onerror], main [onload], main [onmouseover]").count() == 0
        assert page.evaluate("[...document.links].filter(link => link.origin !== location.origin).length") == 0, address
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            drawn(page)
            audit(page, "width")


def path_of(page, id):
    return "/executions/" + page.evaluate("id => encodeURIComponent(id)", id)


@scenario("the whole of a long message can be read, and copied as it was sent")
def long_message(stage):
    server = stage.server()
    server.tell(begun("ex-1"), finished("ex-1", "failed", error={"type": "Long", "message": LONG[:8_000]}))
    page = stage.open(server, "/executions/ex-1")
    expect(page.locator("main")).to_contain_text("wörd" * 20)
    kept = page.locator(".err [data-copy]").first.get_attribute("data-copy")
    assert LONG[:8_000] in kept, f"{len(kept)} characters are copied"
