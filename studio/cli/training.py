"""`train`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.checking_training import check_training
from studio.cli.output import duration, errors, follow, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.errors import BadInput
from studio.training.estimate.prediction import predicted_json
from studio.training.requests import request_training, resume_training, spec_like, training_spec
from studio.training.settings.saved_presets import preset_named
from studio.training.settings.settings_file import LoadedSettings, read_settings_file
from studio.training.settings.spec import TrainSpec, parse_assignments
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, Status, find_run

DEFAULT_PRESET = "cpu-demo"


def train(
    dataset: Annotated[str | None, typer.Option(help="Dataset id, as `import` prints it.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Settings to start from, as `presets` lists them; cpu-demo by default.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A YAML file with settings, the studio's or LLaMA-Factory's, in place of a preset."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Base model, by its catalog name; the preset's by default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; a setting that differs. May be repeated.")] = None,
    processes: Annotated[int | None, typer.Option(help="Processes that train together, on all hosts; 1 by default.")] = None,
    hosts: Annotated[
        str | None, typer.Option(help="Machines that share them, with commas between them, this one first; localhost by default.")
    ] = None,
    strategy: Annotated[str | None, typer.Option(help="How they share the work: ddp, fsdp or deepspeed; ddp by default.")] = None,
    like: Annotated[
        str | None, typer.Option(help="Take settings and dataset of this earlier run; --dataset, --model and --set change them.")
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this failed or stopped run from its last checkpoint.")] = None,
    from_: Annotated[int | None, typer.Option("--from", help="With --resume: from its checkpoint of this step instead.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would make it fail or learn nothing; exit 2 when something blocks it.")
    ] = False,
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
        named = {"dataset": dataset, "model": model, "processes": processes, "hosts": hosts, "strategy": strategy}
        changes = {name: value for name, value in named.items() if value is not None}
        spec = _asked(workspace, preset, settings, like, {**parse_assignments(set_ or []), **changes})
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
        if validation := status.result.get("validation"):
            results.print(
                f"Its best checkpoint is that of step {validation['best_step']}: {validation['passed']}/{validation['items']} held-back "
                f"phrasings right, validation loss {validation['eval_loss']:.3f}. The adapter is of step {validation['adapter_step']}.",
                highlight=False,
                soft_wrap=True,
            )
    else:
        results.print(f"Run {run.id} was {status.state}.", highlight=False)


def _asked(
    workspace: Workspace, preset: str | None, settings: Path | None, like: str | None, changes: Mapping[str, Any]
) -> TrainSpec:
    """The training that the options ask for: as an earlier run, or with a preset or a settings file on a dataset."""
    if like is not None:
        if preset is not None or settings is not None:
            raise typer.BadParameter("--like takes all settings of the run. Name no preset and no settings file beside it.")
        return spec_like(workspace, like, changes=changes)
    start = starting_point(workspace, preset, settings)
    wanted = changes.get("dataset") or start.dataset
    if wanted is None:
        raise typer.BadParameter(
            "Name the dataset: --dataset ID (or a run to train like: --like RUN, or one to go on with: --resume RUN)."
        )
    named_apart = {name: value for name, value in changes.items() if name != "dataset"}
    return training_spec(workspace, dataset=wanted, preset=start.preset.name, changes={**start.changes, **named_apart})


def starting_point(workspace: Workspace, preset: str | None, settings: Path | None) -> LoadedSettings:
    """The preset or the settings file; what is to be said about the file goes to standard error.

    Raises:
        BadInput: both are named, or the file can't be used.
        NotFound: there is no such preset.
    """
    if settings is None:
        chosen = preset_named(workspace, preset or DEFAULT_PRESET)
        return LoadedSettings(chosen, chosen.values())
    if preset is not None:
        raise BadInput("Name a preset or a settings file, not both: a file names its own preset.")
    loaded = read_settings_file(settings)
    for remark in loaded.remarks:
        errors.print(remark, highlight=False, markup=False, soft_wrap=True)
    return loaded


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
        "validation": status.result.get("validation"),
        "predicted": predicted_json(run),
    }
