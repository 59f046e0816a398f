"""Runs scenarios as their sentences come in on standard input.

    run.py PROGRAM CHROMIUM

Each line of input is a sentence; each line of output is JSON: `sentence`, `seconds`, and `fault`, null where it
holds. The browser and every server end when the input does.
"""

import importlib
import json
import pathlib
import sys
import time
import traceback

from playwright.sync_api import sync_playwright

from stage import SCENARIOS, Backstage, Stage

FOLDER = pathlib.Path(__file__).parent


def fault_of(backstage, sentence):
    """What is wrong, as text; `None` where the scenario holds."""
    if sentence not in SCENARIOS:
        return "There is no such scenario."
    stage = Stage(backstage)
    fault = None
    try:
        SCENARIOS[sentence](stage)
    except Exception as error:
        here = [frame for frame in traceback.extract_tb(error.__traceback__)
                if pathlib.Path(frame.filename).parent == FOLDER and "scenarios" in frame.filename]
        place = f"{pathlib.Path(here[-1].filename).name}:{here[-1].lineno}: " if here else ""
        fault = f"{place}{type(error).__name__}: {error}"
    complaints = stage.close()
    if complaints:
        fault = "\n".join(filter(None, [fault, "The page said:", *complaints[:8]]))
    return fault


def main():
    program, chromium = sys.argv[1:3]
    for file in sorted(FOLDER.glob("*_scenarios.py")):
        importlib.import_module(file.stem)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        backstage = Backstage(program, browser)
        try:
            for line in sys.stdin:
                start = time.monotonic()
                fault = fault_of(backstage, line.strip())
                seconds = round(time.monotonic() - start, 2)
                print(json.dumps({"sentence": line.strip(), "seconds": seconds, "fault": fault}), flush=True)
        finally:
            backstage.end()
            browser.close()


if __name__ == "__main__":
    main()
