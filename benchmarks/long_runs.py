"""A run of 100,000 steps on the Train page: seconds to read its events and draw its curves, after a restart of the app and on a reload.

python -m benchmarks.long_runs [--steps 100000] [--repeats 5] [--json]

The events are written as a training writes them: a metric event a step, and a progress event for every second one. "Restart" reads the
whole file; "reload" is another look by an app that has read it; "next look" is one after ten more steps. All of them draw the four curves and make the
table, the numbers and the head of the page.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studio.charts import training_curve
from studio.training.settings.spec import TrainSpec
from studio.ui.plots import TITLE_WIDTH, embedded
from studio.ui.text.train import CURVES
from studio.ui.views.train import run_html, watch
from studio.ui.views.train_numbers import numbers_html, table_html
from studio.workspace.history import Followers
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        run = make_run(Path(home), options.steps)
        measured = measure(run, options.steps, options.repeats)
    print(json.dumps(measured, indent=None if options.json else 2))


def make_run(home: Path, steps: int) -> Run:
    """A finished run with that many steps."""
    workspace = Workspace(home=home, database_url="")
    workspace.runs.mkdir(parents=True)
    run = create_run(workspace, TrainSpec(dataset="benchmark").model_dump())
    run.write_status(replace(run.recorded, state=RunState.SUCCEEDED))
    with (run.folder / "events.jsonl").open("w") as stream:
        for step in range(1, steps + 1):
            stream.writelines(events_of(step, steps))
    return run


def events_of(step: int, steps: int) -> list[str]:
    """What a training writes at a step."""
    chance = random.Random(step)
    loss = round(3 / math.sqrt(step) + chance.random() * 0.2, 5)
    metric = {
        "t": 1.7e9 + step * 0.2, "kind": "metric", "step": step, "epoch": round(step / steps * 8, 3), "loss": loss,
        "perplexity": round(math.exp(loss), 4), "learning_rate": 1e-3 * (1 - step / steps), "grad_norm": round(chance.random(), 4),
        "tokens_per_second": round(600 + chance.random() * 50, 1), "memory_mb": round(2800 + chance.random() * 90, 1),
    }  # fmt: skip
    lines = [metric]
    if step % 2:
        lines.append(
            {"t": metric["t"], "kind": "progress", "phase": "training", "done": step, "total": steps, "seconds_left": 9.5}
        )
    return [json.dumps(line, separators=(",", ":")) + "\n" for line in lines]


def show(run: Run, followers: Followers) -> None:
    """What the page does."""
    seen = watch(run, followers=followers)
    for pair in CURVES:
        for field in pair:
            embedded(training_curve(seen.metrics, field, width=TITLE_WIDTH)).to_json()
    run_html(seen), numbers_html(seen.metrics), table_html(seen.metrics)


def measure(run: Run, steps: int, repeats: int) -> dict[str, float]:
    """Medians, in seconds; the first drawing, which loads the chart library, is not counted."""
    show(run, Followers())
    followers = Followers()
    restart = [seconds(lambda: show(run, Followers())) for _ in range(repeats)]
    read = [seconds(lambda: Followers().look(run)) for _ in range(repeats)]
    show(run, followers)
    reload = [seconds(lambda: show(run, followers)) for _ in range(repeats)]
    following = []
    for turn in range(repeats):
        with (run.folder / "events.jsonl").open("a") as stream:
            for step in range(10):
                stream.writelines(events_of(steps + 10 * turn + step + 1, steps))
        following.append(seconds(lambda: show(run, followers)))
    return {
        "steps": steps,
        "events_mb": round((run.folder / "events.jsonl").stat().st_size / 1e6, 1),
        "restart_s": round(statistics.median(restart), 3),
        "of_it_reading_s": round(statistics.median(read), 3),
        "reload_s": round(statistics.median(reload), 3),
        "next_look_s": round(statistics.median(following), 3),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
