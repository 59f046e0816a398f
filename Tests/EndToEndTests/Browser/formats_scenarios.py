"""Numbers, durations and times as they are written everywhere."""

from stage import MODULES, scenario

NOW = 1_764_339_871_000  # 2025-11-28T14:24:31Z
NARROW = "\u202f"

WRITTEN = {
    "duration": [
        (None, "–"), (0, "0 ms"), (0.84, "840 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"), (5.12, "5.12 s"), (9.994, "9.99 s"),
        (9.996, "10.0 s"), (73.5, "73.5 s"), (119.94, "119.9 s"), (119.96, "2 m 00 s"), (724, "12 m 04 s"), (3_599.6, "1 h 00 m"),
        (7_620, "2 h 07 m"), (86_399, "23 h 59 m"), (86_400, "1 d 0 h"), (273_600, "3 d 4 h"), (-3, "0 ms"),
    ],
    "ticking": [(0.9, "0 s"), (49.99, "49 s"), (119.9, "119 s"), (663, "11 m 03 s"), (7_620, "2 h 07 m"), (None, "–")],
    "about": [(0.2, "1 s"), (4.4, "4 s"), (89, "89 s"), (120, "2 min"), (3_180, "53 min"), (7_200, "2 h"), (None, "–")],
    "offset": [(0.84, "+840 ms"), (2.6, "+2.6 s"), (2, "+2 s"), (73.4, "+73 s"), (119.6, "+2 m 00 s"), (724, "+12 m 04 s"), (None, "–")],
    "count": [(0, "0"), (999, "999"), (6_617, f"6{NARROW}617"), (1_234_567, f"1{NARROW}234{NARROW}567"), (None, "–")],
    "compact": [
        (0, "0"), (840, "840"), (999.6, "1.0 k"), (14_200, "14.2 k"), (99_940, "99.9 k"), (524_000, "524 k"), (999_400, "999 k"),
        (53_510_000, "53.51 M"), (1_250_000_000, "1.25 G"), (None, "–"),
    ],
    "usd": [(0, "$0.0000"), (0.1276, "$0.1276"), (0.99996, "$1.00"), (59.39, "$59.39"), (99.996, "$100"), (191.4, "$191"), (None, "–")],
    "percent": [(98, "98.0 %"), (0, "0.0 %"), (100, "100.0 %"), (None, "–")],
    "points": [(-1.9, "1.9 pt"), (0.06, "0.1 pt"), (None, "–")],
    "clock": [(NOW, "14:24:31"), (None, "–")],
    "hourMinute": [(NOW, "14:24")],
    "iso": [(NOW, "2025-11-28T14:24:31.000Z")],
    "esc": [(None, ""), ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"), ("a\u0000\u001b\u007fb", "a\u2400\u241b\u2421b")],
}

WRITTEN_WITH_NOW = {
    "stamp": [
        (NOW - 60_000, "14:23:31"), (NOW - 86_400_000, "Nov 27 14:24"), (NOW - 366 * 86_400_000, "2024 Nov 27 14:24"), (None, "–"),
    ],
    "ago": [
        (NOW - 4_000, "just now"), (NOW + 9_000, "just now"), (NOW - 30_000, "30 s ago"), (NOW - 300_000, "5 min ago"),
        (NOW - 7_300_000, "2 h ago"), (NOW - 200_000_000, "2 d ago"),
    ],
}


def wrong(page):
    """Sentences about every value that is written otherwise."""
    cases = [[name, [value], text] for name, pairs in WRITTEN.items() for value, text in pairs]
    cases += [[name, [value, NOW], text] for name, pairs in WRITTEN_WITH_NOW.items() for value, text in pairs]
    return page.evaluate(
        """async cases => {
            const { formats } = """ + MODULES + """;
            return cases.map(([name, args, text]) => [`${name}(${args[0]})`, formats[name](...args), text])
                .filter(([, written, text]) => written !== text).map(([call, written, text]) => `${call}: ${written}, not ${text}`);
        }""", cases)


@scenario("every number and time is written as the table of formats says")
def formats(stage):
    page = stage.open(stage.fleet, "/executions", timezone_id="UTC")
    assert wrong(page) == []


@scenario("times are local with the offset in the header, and UTC on u")
def zones(stage):
    page = stage.open(stage.fleet, "/executions", timezone_id="Asia/Kolkata")
    zone = page.locator("#zone")
    assert zone.inner_text() == "Local (UTC+5:30)"
    clock = f"async now => ({MODULES}).formats.clock(now)"
    assert page.evaluate(clock, NOW) == "19:54:31"
    page.keyboard.press("u")
    assert zone.inner_text() == "UTC"
    assert page.evaluate(clock, NOW) == "14:24:31"
    page.reload()
    assert page.locator("#zone").inner_text() == "UTC"


@scenario("every time on screen carries its full precision in UTC")
def full_precision(stage):
    failed = stage.fleet.get("/v1/executions?status=failed&limit=1")["items"][0]["id"]
    for address in ("/executions", "/diagnose", f"/executions/{failed}"):
        page = stage.open(stage.fleet, address, timezone_id="America/New_York")
        times = page.locator("main time").evaluate_all("all => all.map(each => [each.dateTime, each.title])")
        assert times, f"{address} has no time"
        for machine, title in times:
            assert machine.endswith("Z") and title.endswith("Z"), (address, machine, title)
