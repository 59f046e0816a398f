"""The filter language: the same on the page as in the terminal."""

from urllib.parse import parse_qsl, urlsplit

from stage import MODULES, scenario

FILTERS = {
    "agent:support-triage": [["agent", "support-triage"]],
    "status:failed status:cancelled two words": [["status", "failed"], ["status", "aborted"], ["q", "two words"]],
    'user:"Ann Lee" error:RateLimitError': [["user", "Ann Lee"], ["errorType", "RateLimitError"]],
    "goal:missed goal-less": [["goalMet", "false"], ["q", "goal-less"]],
    "duration:>60 duration:<1.5m": [["minDurationSeconds", "60"], ["maxDurationSeconds", "90"]],
    'attr.customer:acme attr.path:"a b"': [["attr.customer", "acme"], ["attr.path", "a b"]],
    '"http://a:80" \u202eabc <b>': [["q", "http://a:80 \u202eabc <b>"]],
    "counted:true": [["counted", "true"]],
    "correlation:c:1 parent:p environment:test": [["correlation", "c:1"], ["parent", "p"], ["environment", "test"]],
}

REFUSED = {
    "agnet:x": "no field 'agnet'; did you mean 'agent'?",
    "stauts:failed": "did you mean 'status'?",
    "status:broken": "no status is called 'broken'",
    "goal:maybe": "goal is met or missed, not 'maybe'",
    "duration:60": "duration is >60 or <300, not '60'",
    "user:": "'user:' has no value",
    "user:a user:b": "user is given twice",
}


@scenario("a filter means on the page what it means in the terminal, and reads back as it is printed")
def same_language(stage):
    page = stage.open(stage.fleet, "/executions")
    read = page.evaluate(
        """async texts => {
            const { query: { parse, print } } = """ + MODULES + """;
            return texts.map(text => [parse(text), parse(print(parse(text)))]);
        }""", list(FILTERS))
    for (text, parameters), (parsed, again) in zip(FILTERS.items(), read):
        assert parsed == again == parameters, f"{text}: {parsed}, {again}"
        address = stage.fleet.run("list", "--query", text, "--web")
        assert [list(pair) for pair in parse_qsl(urlsplit(address).query)] == parameters, f"{text}: {address}"


@scenario("what is no filter is refused with what is wrong")
def refusals(stage):
    page = stage.open(stage.fleet, "/executions")
    told = page.evaluate(
        """async texts => {
            const { query: { parse } } = """ + MODULES + """;
            return texts.map(text => { try { return JSON.stringify(parse(text)); } catch (error) { return error.message; } });
        }""", list(REFUSED))
    for (text, fault), message in zip(REFUSED.items(), told):
        assert fault in message, f"{text}: {message}"


@scenario("fields and their values are suggested while one types, and a key puts them in")
def suggestions(stage):
    page = stage.open(stage.fleet, "/executions")
    page.keyboard.press("f")
    page.keyboard.type("sta")
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("timed")
    for key in ("ArrowDown", "Tab"):
        page.keyboard.press(key)
    assert page.locator("[name=filter]").input_value() == "status:timed_out "
    page.keyboard.press("Escape")
    assert not page.locator("#filter-list").is_visible()
