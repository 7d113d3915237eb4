"""`train --check`."""

from __future__ import annotations

import typer

from studio.chat.catalog import find_model, is_prepared
from studio.cli.models import open_tokenizer
from studio.cli.output import print_json, results
from studio.dataset.tokens.lengths import dataset_lengths
from studio.training.preflight import checking
from studio.training.preflight.device import ask_device
from studio.training.preflight.findings import Level, Preflight
from studio.training.settings.spec import TrainSpec
from studio.workspace.layout import Workspace

_MARKS = {Level.ERROR: "✘ blocks: ", Level.WARNING: "! warning: "}
_BLOCKED = 2


def check_training(workspace: Workspace, spec: TrainSpec, *, json_: bool) -> None:
    """Print what was found.

    Raises:
        typer.Exit: something blocks the training; exit code 2.
    """
    model = find_model(spec.model)
    if model.embedded or is_prepared(workspace, model):  # the embedded one is unpacked for it, another one is not fetched
        open_tokenizer(workspace, model)
    facts = ask_device(four_bit=spec.load_in_4bit)
    found = checking.check_training(workspace, spec, lengths=dataset_lengths, facts=facts)
    if json_:
        print_json({"dataset": spec.dataset, "model": spec.model, **found.to_json()})
    else:
        show_preflight(found)
    if found.blocks:
        raise typer.Exit(_BLOCKED)


def show_preflight(found: Preflight) -> None:
    """What was found, a line each, and what was checked."""
    for finding in found.findings:
        results.print(_MARKS[finding.level] + finding.sentence, highlight=False, markup=False, soft_wrap=True)
    said = "Something blocks the training." if found.blocks else "Nothing blocks the training."
    checked = ", ".join(name.replace("_", " ") for name in found.checks)
    results.print(f"{said} Checked: {checked}.", highlight=False, soft_wrap=True)
    for name, why in found.missing:
        results.print(f"Not checked: {name.replace('_', ' ')}, because {why}.", highlight=False, soft_wrap=True)
