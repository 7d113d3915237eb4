"""Seconds from `python app.py` on an empty workspace to both answers of a first battle, base against the model that ships, in Chromium.

    python -m benchmarks.first_battle [--json]

The embedded model is unpacked on the way. Needs Debian's chromium, as the tests do (`sh tests/install_system_packages.sh`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from studio.ui.text import arena as text
from tests.server import running_app

QUESTION = "My flight was cancelled. How do I get my money back?"
_PATIENCE = 180_000  # milliseconds
_ANSWERING = "() => document.querySelector('#arena-right').innerText.trim().split(/\\s+/).length > 4"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print(json.dumps(measure(Path(tempfile.mkdtemp())), indent=None if options.json else 2))


def measure(home: Path) -> dict[str, object]:
    """Seconds since the start, of each stage, and what the two sides said."""
    started = time.monotonic()
    with running_app(home) as url, sync_playwright() as playwright:
        served = time.monotonic() - started
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE)
        page.goto(f"{url}/arena")
        page.locator("#arena-prompt textarea").fill(QUESTION)
        page.get_by_role("button", name=text.COMPARE, exact=True).click()
        asked = time.monotonic() - started
        page.wait_for_function(_ANSWERING, timeout=_PATIENCE)
        answering = time.monotonic() - started
        expect(page.get_by_role("button", name=next(iter(text.CHOICES.values())), exact=True)).to_be_enabled(timeout=_PATIENCE)
        answered = time.monotonic() - started
        sides = [page.locator(f"#arena-{side}").inner_text() for side in ("left", "right")]
        browser.close()
    stages = {"app_answers_s": served, "asked_s": asked, "both_answering_s": answering, "both_answers_s": answered}
    return {**{stage: round(seconds, 1) for stage, seconds in stages.items()}, "sides": sides}


if __name__ == "__main__":
    main()
