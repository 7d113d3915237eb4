"""Small things that several tests make."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from studio.dataset.reading.problems import Problem
from studio.dataset.reading.rows import read_sources
from studio.dataset.reading.sources import open_sources
from studio.workspace.clock import timestamp
from studio.workspace.datasets import Row
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, Status, create_run


def make_rows(families: int = 4, phrasings: int = 4) -> list[Row]:
    """A small dataset whose rows differ in length."""
    return [
        Row(
            messages=[
                {"role": "user", "content": f"Question {family} " + "please " * phrasing + "?"},
                {"role": "assistant", "content": f"Answer {family}: {family + 3} working days."},
            ],
            source="test",
            family=f"test-{family:02d}",
            industry="test",
            intent=f"intent_{family}",
        )
        for family in range(families)
        for phrasing in range(phrasings)
    ]


def read_file(path: Path, *, max_bytes: int | None = None, **options: Any) -> list[Row | Problem]:
    """All findings of a file."""
    with open_sources(path, max_bytes=max_bytes) as opened:
        return list(read_sources(opened.sources, **options))


def finished_training(workspace: Workspace, adapter: Path, dataset: str) -> Run:
    """A run as a training of the embedded model leaves it, with this adapter."""
    spec = {
        "job": "training.sft", "model": "smollm2-135m-instruct", "dataset": dataset, "preset": "cpu-demo", "lora_rank": 4, "learning_rate": 2e-3,
    }  # fmt: skip
    run = create_run(workspace, spec)
    shutil.copytree(adapter, run.folder / "adapter")
    result = {"steps": 12, "seconds": 3.5, "final_loss": 0.25}
    moment = timestamp()
    run.write_status(Status(RunState.SUCCEEDED, created=moment, started=moment, finished=moment, result=result))
    return run
