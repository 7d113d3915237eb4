"""`train`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from studio.cli.checking_training import check_training
from studio.cli.output import duration, follow, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.training.requests import request_training, training_spec
from studio.training.spec import parse_assignments
from studio.workspace.runs import Run, RunState, Status, find_run


def train(
    dataset: Annotated[str | None, typer.Option(help="Dataset id, as `import` prints it.")] = None,
    preset: Annotated[str, typer.Option(help="Settings to start from.")] = "cpu-demo",
    model: Annotated[str | None, typer.Option(help="Base model, by its catalog name; the preset's by default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; a setting that differs. May be repeated.")] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this failed or stopped run from its last checkpoint.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would make it fail or learn nothing; exit 2 when something blocks it.")
    ] = False,
    json_: Json = False,
) -> None:
    """Fine-tune a LoRA adapter in a process of its own and wait for it."""
    _, workspace, queue = open_workspace()
    if resume is not None:
        run = find_run(workspace, resume)
        queue.resume(run)
    elif dataset is None:
        raise typer.BadParameter("Name the dataset: --dataset ID (or a run to go on with: --resume RUN).")
    else:
        changes: dict[str, Any] = parse_assignments(set_ or [])
        if model is not None:
            changes["model"] = model
        spec = training_spec(workspace, dataset=dataset, preset=preset, changes=changes)
        if check:
            check_training(workspace, spec, json_=json_)
            return
        run = request_training(queue, spec)
    status = follow(queue, run, f"Training {run.id}")
    if json_:
        print_json(training_result(run, status))
    elif status.state is RunState.SUCCEEDED:
        minutes, memory = duration(status.result["seconds"]), status.result["peak_memory_mb"]
        results.print(
            f"Run {run.id} is done: {minutes}, peak memory {memory:.0f} MB, adapter in {status.result['adapter']}.",
            highlight=False,
        )
    else:
        results.print(f"Run {run.id} was {status.state}.", highlight=False)


def training_result(run: Run, status: Status) -> dict[str, Any]:
    """What `train --json` prints."""
    adapter = run.folder / "adapter"
    return {
        "run": run.id,
        "state": status.state.value,
        "adapter": str(adapter) if adapter.exists() else None,
        "seconds": status.result.get("seconds"),
        "peak_memory_mb": status.result.get("peak_memory_mb"),
        "final_loss": status.result.get("final_loss"),
        "steps": status.result.get("steps"),
    }
