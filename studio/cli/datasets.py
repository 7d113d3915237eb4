"""`datasets`, `mix`, `split`, `export` and `push`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.output import errors, print_json, print_table, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.deriving.lineage import licence_of
from studio.dataset.deriving.mixing import Mix, make_mix, plan_mix
from studio.dataset.deriving.splitting import Split, make_split, plan_split
from studio.dataset.publishing.exporting import ExportFormat, export_bundle, export_dataset
from studio.dataset.publishing.hub import destination_of
from studio.dataset.publishing.hub import push as push_dataset
from studio.errors import BadInput
from studio.ui.views.figures import count
from studio.workspace.datasets import list_datasets

Dataset = Annotated[str, typer.Argument(help="Dataset id.")]
Seed = Annotated[int, typer.Option(help="Which rows are drawn; the same number draws the same ones.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and make nothing.")]


def datasets(json_: Json = False) -> None:
    """List the datasets, newest first, and what each was made from."""
    _, workspace, _ = open_workspace()
    found = [
        {
            "dataset": one.id, "name": one.name, "rows": one.rows, "rejected": one.rejected, "source": one.source,
            "created": one.created, "fingerprint": one.fingerprint, "parents": list(one.parents), "removed": dict(one.removed),
            "licence": licence_of(workspace, one),
        }
        for one in list_datasets(workspace)
    ]  # fmt: skip
    if json_:
        print_json({"datasets": found})
        return
    rows = [[str(one["dataset"]), f"{one['rows']:,}", str(one["created"])[:16], ", ".join(one["parents"])] for one in found]  # type: ignore[arg-type]
    print_table("Datasets", ["dataset", "rows", "created (UTC)", "made from"], rows)


def mix(
    parts: Annotated[list[str], typer.Argument(help="Two or more of DATASET=WEIGHT; a weight is a share of the rows.", metavar="DATASET=WEIGHT...")],
    name: Annotated[str, typer.Option(help="The new dataset's name.")] = "",
    rows: Annotated[int | None, typer.Option(min=2, help="Rows in all; as many as the datasets have together by default.")] = None,
    seed: Seed = 0,
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """Make one dataset of several, each with a share of the rows."""
    _, workspace, _ = open_workspace()
    plan = plan_mix(workspace, _weights(parts), rows=rows, seed=seed)
    made = None if dry_run else make_mix(workspace, plan, name=name)
    if json_:
        print_json({"dataset": made and made.id, "rows": plan.rows, "parts": _parts(plan)})
        return
    table = [[str(value) for value in part.values()] for part in _parts(plan)]
    print_table("", ["dataset", "weight", "rows in the mix", "whole copies", "sampled", "left out"], table)
    _say(f"Dataset {made.id}: {count(made.rows, 'row')}." if made else f"It would have {count(plan.rows, 'row')}.")


def split(
    dataset: Dataset,
    share: Annotated[float, typer.Option(help="Share of the rows for the validation part.")] = 0.1,
    name: Annotated[
        str, typer.Option(help="The parts are called NAME train and NAME validation; the dataset's name by default.")
    ] = "",
    seed: Seed = 0,
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:
    """Make a training and a validation part that share no family and no phrasing."""
    _, workspace, _ = open_workspace()
    plan = plan_split(workspace, dataset, share=share, seed=seed)
    halves = None if dry_run else make_split(workspace, plan, name=name)
    if json_:
        made = {"train": halves and halves.training.id, "validation": halves and halves.validation.id}
        print_json({**made, **_counts(plan)})
        return
    counts = _counts(plan)
    _say(f"Training part: {count(counts['train_rows'], 'row')}{f', dataset {halves.training.id}' if halves else ''}.")
    _say(f"Validation part: {count(counts['validation_rows'], 'row')}{f', dataset {halves.validation.id}' if halves else ''}.")
    if plan.left_out:
        _say(f"Left out of both, too near to a question of the other part: {count(counts['left_out'], 'row')}.")


def export(
    dataset: Dataset,
    out: Annotated[Path, typer.Option(help="The file to write. With a name that ends in .zip the card lies beside the rows.")],
    format_: Annotated[ExportFormat, typer.Option("--format", help="How the rows are written.")] = ExportFormat.ALPACA,
    json_: Json = False,
) -> None:
    """Write a dataset to a file that can be imported again, or to a zip with its card."""
    _, workspace, _ = open_workspace()
    write = export_bundle if out.suffix.lower() == ".zip" else export_dataset
    written = write(workspace, dataset, out, format_)
    if json_:
        print_json({"file": str(written.path), "rows": written.rows, "format": format_.value})
        return
    _say(f"{count(written.rows, 'row')} written to {written.path}.")


def push(
    dataset: Dataset,
    repo: Annotated[str, typer.Option(help="Where on the Hub: OWNER/NAME.")],
    format_: Annotated[ExportFormat, typer.Option("--format", help="How the rows are written.")] = ExportFormat.PARQUET,
    public: Annotated[bool, typer.Option("--public", help="Everybody may read it; otherwise only the owner.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Write to a repository that exists.")] = False,
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:
    """Upload a dataset and its card to the Hugging Face Hub, with the token in HF_TOKEN."""
    settings, workspace, _ = open_workspace()
    destination = destination_of(workspace, settings, dataset, repo, export_format=format_, public=public, update=update)
    errors.print(destination.in_words, highlight=False, soft_wrap=True)
    if not dry_run:
        push_dataset(
            workspace, settings, destination, told=lambda _, step: errors.print(step, highlight=False, soft_wrap=True)
        )  # fmt: skip
    if json_:
        print_json({"url": destination.url, "rows": destination.dataset.rows, "public": public, "pushed": not dry_run})
    elif not dry_run:
        _say(f"It is at {destination.url}.")


def _weights(parts: list[str]) -> dict[str, float]:
    """DATASET=WEIGHT, as typed.

    Raises:
        BadInput: one is not of that form, or a dataset is named twice.
    """
    weights: dict[str, float] = {}
    for part in parts:
        dataset, equals, weight = part.rpartition("=")
        try:
            number = float(weight)
        except ValueError:
            number = None
        if not equals or number is None:
            raise BadInput(f"{part!r} is no DATASET=WEIGHT: write, for example, {part.split('=')[0] or 'answers'}=0.7.")
        if dataset in weights:
            raise BadInput(f"The dataset {dataset} is named twice. Name it once, with its weight.")
        weights[dataset] = number
    return weights


def _parts(plan: Mix) -> list[dict[str, Any]]:
    return [
        {
            "dataset": part.dataset.id, "weight": part.weight, "rows": part.rows, "copies": part.copies, "sampled": part.sampled,
            "left_out": part.left_out,
        }
        for part in plan.parts
    ]  # fmt: skip


def _counts(plan: Split) -> dict[str, int]:
    return {
        "train_rows": len(plan.training), "validation_rows": len(plan.validation), "left_out": len(plan.left_out), "groups": plan.groups,
    }  # fmt: skip


def _say(sentence: str) -> None:
    results.print(sentence, highlight=False, soft_wrap=True)
