"""How long a training takes to its first step, and how fast the pages answer while it uses all cores.

    python -m benchmarks.while_training [--changes 60] [--json]

The app and Chromium run on a workspace of their own with the sample data. A first training of two steps unpacks the model and warms everything up; of the second one the seconds from the start
of its worker to its first step count. While it learns, a setting of the Train page's form is changed again and again, a second after the answer to the last change, which is the command below the
form; between the changes every page is fetched.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from studio.dataset.importing.registry import import_registry
from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.training.requests import request_training, training_spec
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run
from tests.server import running_app

PAGES = ("", "data", "train", "arena", "dashboard", "share")
_PATIENCE = 60_000  # milliseconds
_LOOKS = 1.0  # seconds that a person looks at what came of a change before making another one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        measured = measure(Path(home), options.changes)
    print(json.dumps(measured, indent=None if options.json else 2))


def measure(home: Path, changes: int) -> dict[str, object]:
    """Seconds to the first step, and milliseconds of pages and changes at rest and while a training runs."""
    workspace = Workspace.from_settings(Settings(home=home))
    dataset = import_registry(workspace, workspace.samples / "dataset_info.json", ["airline"]).dataset.id
    queue = JobQueue(workspace)
    queue.wait(_start(queue, dataset, steps=2))
    with running_app(home) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE)
        page.goto(f"{url}/train?dataset={dataset}")
        expect(page.get_by_text("Optimizer steps").first).to_be_visible()  # the form is filled in
        values = itertools.cycle((12, 20))
        _change(page, next(values))
        at_rest = _answers(url, page, values, changes // 3, busy=lambda: True)
        run = _start(queue, dataset, steps=100_000)
        until_first = _first_step(run)
        training = _answers(url, page, values, changes, busy=lambda: not run.status.state.finished)
        run.request_stop(keep=False)
        queue.wait(run)
        browser.close()
    return {"seconds_to_first_step": round(until_first, 1), "at_rest": at_rest, "while_training": training}


def _start(queue: JobQueue, dataset: str, *, steps: int) -> Run:
    changes = {"max_steps": steps, "max_minutes": 0, "known_below": 0.0}
    return request_training(queue, training_spec(queue.workspace, dataset=dataset, preset="cpu-demo", changes=changes))


def _first_step(run: Run) -> float:
    while not any(run.events("metric")):
        if run.status.state.finished:
            raise RuntimeError(run.status.error)
        time.sleep(0.1)
    first, started = next(run.events("metric")), run.recorded.started
    return float(first["t"]) - datetime.fromisoformat(started or "").timestamp()


def _answers(url: str, page: Page, values: itertools.cycle[int], changes: int, *, busy: Callable[[], bool]) -> dict[str, object]:
    fetched, changed = [], []
    for number in range(changes):
        if not busy():
            raise RuntimeError("the training ended before the measurement did")
        fetched.append(
            _milliseconds(lambda number=number: httpx.get(f"{url}/{PAGES[number % len(PAGES)]}", timeout=30).raise_for_status())
        )
        changed.append(_change(page, next(values)))
        time.sleep(_LOOKS)
    return {"page_ms": _summary(fetched), "change_ms": _summary(changed)}


def _change(page: Page, rank: int) -> float:
    """Milliseconds until the page shows the new command, by its own clock."""
    field = page.get_by_label("LoRA rank").element_handle()
    return float(page.evaluate(_TYPE_AND_SEE, [field, str(rank), f"--set lora_rank={rank}"]))


_TYPE_AND_SEE = """async ([field, typed, awaited]) => {
    const began = performance.now()
    const seen = new Promise(resolve => new MutationObserver((_, observer) => {
        if (!document.body.textContent.includes(awaited)) return
        observer.disconnect()
        resolve(performance.now() - began)
    }).observe(document.body, {subtree: true, childList: true, characterData: true}))
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, typed)
    field.dispatchEvent(new Event("input", {bubbles: true}))
    return seen
}"""


def _milliseconds(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return (time.monotonic() - started) * 1000


def _summary(values: Sequence[float]) -> dict[str, int]:
    return {"median": round(statistics.median(values)), "p95": round(statistics.quantiles(values, n=20)[-1]), "of": len(values)}


if __name__ == "__main__":
    main()
