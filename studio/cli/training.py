"""`train`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from studio.cli.output import duration, follow, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.training.requests import request_training, resume_training, spec_like, training_spec
from studio.training.spec import TrainSpec, parse_assignments
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, Status, find_run

DEFAULT_PRESET = "cpu-demo"


def train(
    dataset: Annotated[str | None, typer.Option(help="Dataset id, as `import` prints it.")] = None,
    preset: Annotated[str | None, typer.Option(help=f"Settings to start from; {DEFAULT_PRESET} by default.")] = None,
    model: Annotated[str | None, typer.Option(help="Base model, by its catalog name; the preset's by default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; a setting that differs. May be repeated.")] = None,
    like: Annotated[
        str | None, typer.Option(help="Take settings and dataset of this earlier run; --dataset, --model and --set change them.")
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this failed or stopped run from its last checkpoint.")] = None,
    from_: Annotated[int | None, typer.Option("--from", help="With --resume: from its checkpoint of this step instead.")] = None,
    json_: Json = False,
) -> None:
    """Fine-tune a LoRA adapter in a process of its own and wait for it."""
    _, workspace, queue = open_workspace()
    if from_ is not None and resume is None:
        raise typer.BadParameter("--from names the checkpoint of a run to go on with: add --resume RUN.")
    if resume is not None:
        run = find_run(workspace, resume)
        resume_training(queue, run, step=from_)
    else:
        run = request_training(queue, _asked(workspace, dataset, preset, model, like, set_ or []))
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


def _asked(
    workspace: Workspace, dataset: str | None, preset: str | None, model: str | None, like: str | None, assignments: list[str]
) -> TrainSpec:
    """The training that the options ask for: as an earlier run, or with a preset on a dataset."""
    named = {"dataset": dataset, "model": model}
    changes: dict[str, Any] = {
        **parse_assignments(assignments),
        **{name: value for name, value in named.items() if value is not None},
    }
    if like is not None:
        if preset is not None:
            raise typer.BadParameter("--like takes all settings of the run, --preset those of a preset. Name one of them.")
        return spec_like(workspace, like, changes=changes)
    if dataset is None:
        raise typer.BadParameter(
            "Name the dataset: --dataset ID (or a run to train like: --like RUN, or one to go on with: --resume RUN)."
        )
    return training_spec(workspace, dataset=dataset, preset=preset or DEFAULT_PRESET, changes=changes)


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
