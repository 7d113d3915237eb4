"""`prefer`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from studio.cli.checking_training import show_preflight
from studio.cli.output import duration, follow, print_json, results
from studio.cli.training import training_result
from studio.cli.workspace import Json, open_workspace
from studio.training.preferring.judged import Judged, judged_in
from studio.training.preferring.presets import PREFERENCE_PRESETS
from studio.training.preferring.requests import check_preference, preference_spec, preference_spec_like, request_preference
from studio.training.preferring.spec import PreferenceSpec, parse_preference_assignments
from studio.training.preflight.device import ask_device
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState

_DEFAULT_PRESET = PREFERENCE_PRESETS[0].name
_BLOCKED = 2


def prefer(
    dataset: Annotated[
        str | None, typer.Option(help="Dataset id: pairs of a better and a worse answer, or answers marked good or bad.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="MODEL", help="The tuned model to go on from, as `models` lists them, or base."),
    ] = None,
    method: Annotated[str | None, typer.Option(help="dpo for pairs, kto for single answers and pairs; dpo by default.")] = None,
    preset: Annotated[
        str | None, typer.Option(help=f"Settings to start from: {', '.join(preset.name for preset in PREFERENCE_PRESETS)}.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Base model, by its catalog name; that of --from by default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; a setting that differs. May be repeated.")] = None,
    like: Annotated[
        str | None,
        typer.Option(help="Take settings, dataset and start of this earlier preference training; other options change them."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would make it fail; exit 2 when something blocks it.")
    ] = False,
    json_: Json = False,
) -> None:
    """Let a tuned model go on learning from judged answers (DPO, KTO), in a process of its own. A stopped one goes on with `train --resume`."""
    _, workspace, queue = open_workspace()
    named = {"start": from_, "method": method, "model": model}
    changes: dict[str, Any] = {
        **parse_preference_assignments(set_ or []),
        **{name: value for name, value in named.items() if value is not None},
    }
    spec = _asked(workspace, dataset, preset, like, changes)
    if check:
        _check(workspace, spec, json_=json_)
        return
    run = request_preference(queue, spec)
    status = follow(queue, run, f"Preference training {run.id}")
    if json_:
        rewards = {name: status.result.get(name) for name in ("reward_margin", "reward_accuracy")}
        print_json({**training_result(run, status), **rewards})
    elif status.state is RunState.SUCCEEDED:
        results.print(_sentence(run.id, status.result), highlight=False)
    else:
        results.print(f"Run {run.id} was {status.state}.", highlight=False)


def _asked(
    workspace: Workspace, dataset: str | None, preset: str | None, like: str | None, changes: dict[str, Any]
) -> PreferenceSpec:
    if like is not None:
        if preset is not None:
            raise typer.BadParameter("--like takes all settings of the run. Name no preset beside it.")
        return preference_spec_like(workspace, like, changes={**changes, **({"dataset": dataset} if dataset else {})})
    if dataset is None:
        raise typer.BadParameter(
            "Name the dataset of judged answers: --dataset ID (or an earlier run to train like: --like RUN)."
        )
    if "start" not in changes:
        raise typer.BadParameter("Name what to go on from: --from MODEL, as `models` lists them, or --from base.")
    return preference_spec(workspace, dataset=dataset, preset=preset or _DEFAULT_PRESET, changes=changes)


def _check(workspace: Workspace, spec: PreferenceSpec, *, json_: bool) -> None:
    found = check_preference(workspace, spec, facts=ask_device(four_bit=spec.load_in_4bit))
    judged = judged_in(workspace, spec.dataset)
    if json_:
        print_json({"dataset": spec.dataset, "start": spec.start, "rows": judged.usable(spec.method), **found.to_json()})
    else:
        results.print(_about(judged, spec), highlight=False, soft_wrap=True)
        show_preflight(found)
    if found.blocks:
        raise typer.Exit(_BLOCKED)


def _about(judged: Judged, spec: PreferenceSpec) -> str:
    return f"{judged.pairs:,} pairs, {judged.good:,} answers marked good and {judged.bad:,} marked bad: {judged.usable(spec.method):,} rows for {spec.method}."


def _sentence(run_id: str, result: Any) -> str:
    took = f"{duration(result['seconds'])}, peak memory {result['peak_memory_mb']:.0f} MB"
    learned = ""
    if "reward_margin" in result:
        learned = f" In its last steps the reward margin was {result['reward_margin']:.3g}"
        learned += f", the reward accuracy {result['reward_accuracy']:.0%}." if "reward_accuracy" in result else "."
    return f"Run {run_id} is done: {took}, adapter in {result['adapter']}.{learned}"
