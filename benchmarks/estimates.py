"""What was foreseen of short trainings, and what they took: time and peak memory, before the first step and after ten.

    python -m benchmarks.estimates [--steps 40] [--json] [--only NAME]

Trainings of the embedded model, one after the other, each in a process of its own, as `python -m studio train` starts them, in a workspace that knows
nothing of this machine before the first. Batch, length and frozen layers differ from one to the next. The short rows are the sample data; the long
ones are conversations made of several of them, up to 512 tokens.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "preset": ("short", {}),
    "all layers": ("short", {"frozen_fraction": 0.0}),
    "batch 2": ("short", {"per_device_train_batch_size": 2}),
    "batch 16, upper quarter": ("short", {"per_device_train_batch_size": 16, "frozen_fraction": 0.75}),
    "batch 4 x 4, all layers": (
        "short",
        {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 4, "frozen_fraction": 0.0, "max_steps_part": 0.5},
    ),
    "long": ("long", {"whole_answer_rows": 0, "max_steps_part": 0.5}),
    "long, batch 4, all layers": (
        "long",
        {"per_device_train_batch_size": 4, "frozen_fraction": 0.0, "whole_answer_rows": 0, "max_steps_part": 0.5},
    ),
    "long, cut at 256": ("long", {"max_length": 256, "whole_answer_rows": 0, "max_steps_part": 0.5}),
    "long, checkpointing": ("long", {"gradient_checkpointing": True, "whole_answer_rows": 0, "max_steps_part": 0.5}),
    "4 bit": ("short", {"load_in_4bit": True, "max_steps_part": 0.5}),
    "preset again": ("short", {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=list(CASES), action="append")
    options = parser.parse_args()
    found = measure(options.steps, options.only or list(CASES))
    if options.json:
        print(json.dumps(found))
        return
    for name, one in found.items():
        print(f"{name}: {describe(one)}")


def describe(one: dict[str, Any]) -> str:
    happened = one["happened"]
    parts = [f"{happened['steps']} steps, {happened['seconds']:.1f} s, {happened['peak_memory_mb']:.0f} MiB"]
    for moment in ("before", "after_10_steps"):
        foreseen = one[moment]
        off = [f"{foreseen[field] / happened[field] - 1:+.0%}" for field in ("seconds", "peak_memory_mb")]
        parts.append(f"{moment} {foreseen['seconds']:.1f} s ({off[0]}), {foreseen['peak_memory_mb']:.0f} MiB ({off[1]})")
    return "; ".join(parts)


def measure(steps: int, names: list[str]) -> dict[str, Any]:
    from studio.chat.catalog import find_model, prepare_model
    from studio.jobs.queue import JobQueue
    from studio.settings import Settings
    from studio.training.estimate.prediction import happened, predicted_json
    from studio.training.requests import request_training, training_spec
    from studio.workspace.layout import Workspace

    home = Path(tempfile.gettempdir()) / "studio-benchmark"
    workspace = Workspace.from_settings(Settings(home=home))
    prepare_model(workspace, find_model("smollm2-135m-instruct"))
    workspace.calibration_file.unlink(missing_ok=True)
    datasets, queue = make_datasets(workspace), JobQueue(workspace)
    found = {}
    for name in names:
        rows, settings = CASES[name]
        part = settings.get("max_steps_part", 1.0)
        changes = {"max_minutes": 0, "max_steps": max(12, int(steps * part)), "save_steps": 1000}
        changes |= {key: value for key, value in settings.items() if key != "max_steps_part"}
        run = request_training(queue, training_spec(workspace, dataset=datasets[rows], preset="cpu-demo", changes=changes))
        queue.wait(run)
        real = happened(run)
        assert real is not None
        found[name] = {**(predicted_json(run) or {}), "happened": real.model_dump()}
        print(f"{name}: {describe(found[name])}", file=sys.stderr)
        shutil.rmtree(run.folder)
    return found


def make_datasets(workspace: Any) -> dict[str, str]:
    """The sample data, and conversations of one to eight of its rows."""
    from studio.dataset.importing.registry import import_registry
    from studio.workspace.datasets import Row, read_rows, write_dataset

    short = import_registry(workspace, workspace.samples / "dataset_info.json").dataset.id
    rows = list(read_rows(workspace, short))[::7]
    talks, start, turns = [], 0, 1
    while start + turns <= len(rows):
        messages = [turn for row in rows[start : start + turns] for turn in row.messages]
        talks.append(Row(messages=messages, source="benchmark"))
        start, turns = start + turns, turns % 8 + 1
    return {"short": short, "long": write_dataset(workspace, talks, name="conversations", source="benchmark").id}


if __name__ == "__main__":
    main()
