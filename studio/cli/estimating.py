"""`estimate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from studio.chat.catalog import CatalogModel
from studio.cli.output import duration, errors, print_json, print_table, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.tokens.lengths import Lengths, dataset_lengths
from studio.training.estimate.advice import Advice, WhatIf, advise, what_if
from studio.training.estimate.estimator import Badge, Estimate, estimator_for
from studio.training.estimate.machine import HERE
from studio.training.requests import training_spec
from studio.training.settings.spec import parse_assignments
from studio.workspace.layout import Workspace

_BETWEEN_REPORTS = 10_000  # rows


def estimate(
    dataset: Annotated[str, typer.Option(help="Dataset id, as `import` prints it.")],
    preset: Annotated[str, typer.Option(help="Settings to start from.")] = "cpu-demo",
    model: Annotated[str | None, typer.Option(help="Base model, by its catalog name; the preset's by default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; a setting that differs. May be repeated.")] = None,
    machine: Annotated[str, typer.Option(help="Where: `here`, or a class of GPUs: `t4`, `24gb`, `80gb`.")] = HERE,
    json_: Json = False,
) -> None:
    """Say what a training would need before it starts: steps, time, memory, whether it fits, and what to change if it does not."""
    _, workspace, _ = open_workspace()
    changes: dict[str, Any] = parse_assignments(set_ or [])
    if model is not None:
        changes["model"] = model
    spec = training_spec(workspace, dataset=dataset, preset=preset, changes=changes)
    estimator = estimator_for(workspace, spec, lengths=_count_tokens, machine=machine)
    found = estimator.estimate(spec)
    advice, others = advise(estimator, found), what_if(estimator, spec)
    if json_:
        print_json(
            {
                **found.to_json(),
                "advice": advice.to_json() if advice else None,
                "what_if": [other.to_json() for other in others],
            }
        )
    else:
        _show(found, advice, others)


def _count_tokens(workspace: Workspace, dataset: str, model: CatalogModel) -> Lengths:
    def report(done: int) -> None:
        if done and done % _BETWEEN_REPORTS < 256:
            errors.print(f"{done:,} rows measured", highlight=False)

    return dataset_lengths(workspace, dataset, model, progress=report)


def _show(found: Estimate, advice: Advice | None, others: Sequence[WhatIf]) -> None:
    results.print(
        f"{found.badge.value.capitalize()}: {found.peak_mb:,.0f} MiB at the peak, of {found.machine.memory_mb:,.0f} on {found.machine.title}. "
        f"{found.steps:,} steps over {found.rows:,} rows, about {duration(found.seconds)}.",
        highlight=False,
        soft_wrap=True,
    )
    if advice is not None:
        changes = " ".join(f"--set {name}={str(value).lower()}" for name, value in advice.changes.items())
        results.print(
            f"It fits with {changes}: {advice.estimate.peak_mb:,.0f} MiB, about {duration(advice.estimate.seconds)}.",
            highlight=False,
        )
    elif found.badge is not Badge.FITS:
        results.print(
            "No change of these settings makes it fit: take a smaller model, or a machine with more memory.", highlight=False
        )
    if not found.exact_lengths:
        results.print("The model is not on this machine yet: tokens are told from characters.", highlight=False)
    results.print(f"Time from: {found.basis}.", highlight=False)
    print_table("", ["part", "MiB"], [[name, f"{size:,.0f}"] for name, size in found.parts_mb.items()])
    rows = [
        [
            f"{spec.per_device_train_batch_size} x {spec.gradient_accumulation_steps}", f"{spec.max_length:,}",
            "yes" if spec.load_in_4bit else "no", f"{one.estimate.peak_mb:,.0f}", duration(one.estimate.seconds),
            one.estimate.badge.value + (" (chosen)" if one.chosen else ""),
        ]
        for one in others
        for spec in [one.estimate.spec]
    ]  # fmt: skip
    print_table("What other settings would take", ["batch x accumulation", "max_length", "4 bit", "MiB", "time", "badge"], rows)
