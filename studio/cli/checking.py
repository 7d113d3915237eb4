"""`check`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from studio.cli.fixing import fix_dataset
from studio.cli.models import choose_length_check
from studio.cli.output import errors, print_json, print_table, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.checks.examination import Examination, examine
from studio.dataset.checks.examined import known_items
from studio.dataset.reading.problems import Problem
from studio.dataset.reading.rows import read_sources
from studio.dataset.reading.shapes import chosen_columns
from studio.dataset.reading.sources import open_sources
from studio.errors import BadInput, ThresholdNotMet
from studio.ui.views.figures import count
from studio.workspace.datasets import Row, read_rows

_SHOWN = 12


def check(
    data: Annotated[str, typer.Argument(help="A file, or the id of a dataset.")],
    question: Annotated[str | None, typer.Option(help="The column with the questions; guessed by default.")] = None,
    answer: Annotated[str | None, typer.Option(help="The column with the answers; guessed by default.")] = None,
    max_length: Annotated[int, typer.Option(min=16, help="Tokens that a training takes of a row.")] = 512,
    model: Annotated[
        str | None, typer.Option(help="Base model whose tokens count; by default the embedded one, where it is unpacked.")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0.0, max=100.0, help="Exit 3 when the score is lower.")] = 0.0,
    fix: Annotated[
        str | None,
        typer.Option(
            help="Make a new dataset with these mended: duplicates,personal_data,contradiction:newest,...", metavar="KINDS"
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="With --fix: the new dataset's name.")] = "",
    json_: Json = False,
) -> None:
    """Say whether data are sound: duplicates, contradictions, personal data, leakage and more, with a score from 0 to 100."""
    settings, workspace, _ = open_workspace()
    if fix is not None:
        if _is_file(data):
            raise BadInput(f"{data} is a file, and --fix makes a new dataset of an old one: import the file first.")
        after = fix_dataset(workspace, data, fix, model=model, max_length=max_length, name=name, json_=json_)
        _demand(after, min_score)
        return
    items = known_items(workspace)
    measured_by, length_check = choose_length_check(workspace, model, max_length)
    findings: Iterable[Row | Problem]
    with ExitStack() as stack:
        if _is_file(data):
            opened = stack.enter_context(open_sources(Path(data), max_bytes=settings.max_upload_bytes))
            findings = read_sources(opened.sources, shape=chosen_columns(question, answer))
        else:
            findings = read_rows(workspace, data)
        examination = examine(findings, items=items, max_characters=max_length, length_check=length_check)
    if json_:
        print_json({**examination.to_json(), "length_by": measured_by})
    else:
        _show(examination)
        results.print(f"Lengths were measured in {measured_by}.", highlight=False)
    _demand(examination, min_score)


def _is_file(data: str) -> bool:
    return "/" in data or Path(data).exists()


def _demand(examination: Examination, min_score: float) -> None:
    if examination.score < min_score:
        raise ThresholdNotMet(f"The score is {examination.score}, below the {min_score:g} that was asked for.")


def _show(examination: Examination) -> None:
    results.print(f"{count(examination.rows, 'row')}, score {examination.score} of 100.", highlight=False)
    counts, parts = examination.counts, examination.parts
    rows = [[kind.replace("_", " "), f"{counts[kind]:,}", f"{parts.get(kind, 0.0):.1f}"] for kind in counts]
    if rows:
        print_table("", ["found", "times", "points lost"], rows)
    for contact, questions in examination.own_contacts.items():
        results.print(f"Looks like your own contact, in answers to {questions:,} questions: {contact}", highlight=False)
    for finding in examination.findings[:_SHOWN]:
        errors.print(f"  row {finding.row + 1:,}: {finding.sentence}", highlight=False, soft_wrap=True)
    if len(examination.findings) > _SHOWN:
        errors.print(f"  ... and {len(examination.findings) - _SHOWN} more; --json lists them all.", highlight=False)
