"""`distill`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.output import errors, follow, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.distillation.distill import request_distillation
from studio.dataset.distillation.review import Standing, decide, make_dataset, read_review
from studio.ui.views.figures import count
from studio.workspace.datasets import Manifest
from studio.workspace.runs import Run, Status, find_run

_SHOWN = 10


def distill(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Manuals: Markdown, text, HTML, PDF, Word, or JSON collections of articles.")
    ] = None,
    name: Annotated[str, typer.Option(help="The dataset's name; the first file's by default.")] = "",
    teacher: Annotated[
        str | None, typer.Option(help="A model that writes more rows, as URL#MODEL; 'configured' takes STUDIO_TEACHER.")
    ] = None,
    language: Annotated[list[str] | None, typer.Option(help="A language that the teacher writes in. May be repeated.")] = None,
    phrasings: Annotated[int, typer.Option(min=1, max=12, help="Questions that the teacher writes for a need.")] = 6,
    approve_all: Annotated[
        bool, typer.Option("--approve-all", help="Approve every row that nothing speaks against, and make the dataset.")
    ] = False,
    run: Annotated[
        str | None, typer.Option(help="Go on with this run: resume it, or make the dataset of what was approved.")
    ] = None,
    json_: Json = False,
) -> None:
    """Make question and answer rows of manuals, each to be approved by a person on the page “From manuals”."""
    settings, workspace, queue = open_workspace()
    if run is not None:
        asked = find_run(workspace, run)
        if asked.status.state.finished and asked.status.state != "succeeded":
            queue.resume(asked)
    else:
        named = "" if teacher == "configured" else teacher
        asked = request_distillation(
            queue, settings, files or [], name=name, teacher=named, languages=language or ["English"], phrasings=phrasings
        )
    status = follow(queue, asked, f"Distilling {asked.id}")
    if approve_all:
        decide(asked, [entry.id for entry in read_review(asked).standing(Standing.UNDECIDED)], Standing.APPROVED)
    review = read_review(asked)
    made = make_dataset(workspace, asked, name=name) if approve_all or review.standing(Standing.APPROVED) else None
    if json_:
        print_json(_result(asked, status, made))
    else:
        _show(asked, status, made)


def _result(run: Run, status: Status, made: Manifest | None) -> dict[str, Any]:
    review = read_review(run)
    candidates = [
        {
            "id": entry.id, "question": entry.question, "answer": entry.answer, "origin": entry.candidate.origin, "standing": entry.standing.value,
            "document": entry.passage.document, "headings": list(entry.passage.headings), "reasons": list(entry.candidate.reasons),
        }
        for entry in review.entries
    ]  # fmt: skip
    counts = {standing.value: review.counts[standing] for standing in Standing}
    unreadable = list(status.result.get("unreadable", ()))
    dataset = {"dataset": made.id, "rows": made.rows} if made else {"dataset": None, "rows": 0}
    return {
        "run": run.id,
        "state": status.state.value,
        "unreadable": unreadable,
        "counts": counts,
        **dataset,
        "candidates": candidates,
    }


def _show(run: Run, status: Status, made: Manifest | None) -> None:
    for sentence in status.result.get("unreadable", ()):
        errors.print(f"  not read: {sentence}", highlight=False, soft_wrap=True)
    review = read_review(run)
    counts = ", ".join(f"{review.counts[standing]:,} {standing.value}" for standing in Standing)
    results.print(f"Run {run.id} is done: {len(review.entries):,} rows, {counts}.", highlight=False)
    for entry in review.standing(Standing.REJECTED)[:_SHOWN]:
        errors.print(f"  {entry.question}: {' '.join(entry.candidate.reasons)}", highlight=False, soft_wrap=True, markup=False)
    if made:
        results.print(f"Dataset {made.id}: {count(made.rows, 'row')}.", highlight=False)
    else:
        results.print(f"Look through them on the page /manuals?run={run.id}, or pass --approve-all.", highlight=False)
