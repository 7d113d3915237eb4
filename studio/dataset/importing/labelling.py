"""From questions without answers to training rows: one answer a category, written by a person, answers every question of it.

The answers are written on the page, or into a sheet that goes out as CSV (`category,count,example,answer`) and comes back as CSV or Excel.
A question without a category is a category of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.dataset.importing.file import ImportResult
from studio.dataset.reading.problems import RowRejected
from studio.dataset.reading.row_checks import check_row
from studio.dataset.reading.shapes import value_of
from studio.dataset.reading.sources import open_sources
from studio.errors import BadInput
from studio.workspace.datasets import QUESTIONS, Manifest, Row, read_manifest, read_rows, write_dataset
from studio.workspace.layout import Workspace

SHEET_COLUMNS = ("category", "count", "example", "answer")
_FORMULA = ("=", "+", "-", "@")  # a cell that begins so is a formula to a spreadsheet


@dataclass(frozen=True)
class Category:
    """Questions that have one answer."""

    name: str
    count: int
    example: str


def categories_of(workspace: Workspace, dataset_id: str) -> list[Category]:
    """The categories of a list of questions, those with the most questions first.

    Raises:
        NotFound: there is no such dataset.
        BadInput: it is no list of questions.
    """
    _question_list(workspace, dataset_id)
    found: dict[str, Category] = {}
    for row in read_rows(workspace, dataset_id):
        name = _category(row)
        before = found.get(name)
        found[name] = Category(name, 1, row.question) if before is None else Category(name, before.count + 1, before.example)
    return sorted(found.values(), key=lambda category: -category.count)


def sheet(categories: Sequence[Category], answers: Mapping[str, str] | None = None) -> str:
    """The sheet to fill in, as CSV text."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(SHEET_COLUMNS)
    for category in categories:
        cells = (category.name, str(category.count), category.example, (answers or {}).get(category.name, ""))
        writer.writerow([_shown_as_text(cell) for cell in cells])
    return written.getvalue()


def read_sheet(path: Path, *, max_bytes: int | None = None) -> dict[str, str]:
    """The answers by category, from a sheet that was filled in: any table with the columns `category` and `answer`.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `open_sources`; BadInput also where a column is missing, no answer is there, or a category
            has two.
    """
    name_column, _, _, answer_column = SHEET_COLUMNS
    answers: dict[str, str] = {}
    with open_sources(path, max_bytes=max_bytes) as opened:
        for record in opened.sources[0].records():
            try:
                value = value_of(record)
            except RowRejected as rejected:
                raise BadInput(f"{path.name}, row {record.row + 1}: {rejected.message}") from rejected
            if name_column not in value or answer_column not in value:
                raise BadInput(
                    f"{path.name} needs the columns {name_column!r} and {answer_column!r}: download the sheet and fill it in."
                )
            name, answer = (_as_written(str(value[column] or "")).strip() for column in (name_column, answer_column))
            if answer and answers.setdefault(name, answer) != answer:
                raise BadInput(f"{path.name} has two answers for the category {name[:60]!r}: keep one of them.")
    if not answers:
        raise BadInput(f"{path.name} holds no answer: fill in the column {answer_column!r}.")
    return answers


def label(workspace: Workspace, dataset_id: str, answers: Mapping[str, str], *, into: Workspace | None = None) -> ImportResult:
    """Write the training rows of a list of questions: every question with the answer of its category.

    Args:
        workspace: where the questions are.
        dataset_id: the list of questions.
        answers: by category; blank ones don't count. Questions without an answer are left out, and `skipped` says how many.
        into: where the new dataset goes; the same workspace where it is None.

    Raises:
        NotFound, BadInput: as `categories_of`; BadInput also where an answer can't be used or none fits a category.
    """
    questions = _question_list(workspace, dataset_id)
    given = {name: answer.strip() for name, answer in answers.items() if answer.strip()}
    categories = categories_of(workspace, dataset_id)
    unanswered = [category for category in categories if category.name not in given]
    if len(unanswered) == len(categories):
        known = ", ".join(category.name for category in categories[:5])
        raise BadInput(f"No category of {questions.name} has an answer yet. Its categories are: {known}, and so on.")
    target = into or workspace
    if into is not None:  # its parent is seen there too, so that the manifest can say what it contained
        into.dataset(dataset_id).symlink_to(workspace.dataset(dataset_id), target_is_directory=True)
    manifest = write_dataset(
        target,
        _answered(workspace, dataset_id, given),
        name=f"{questions.name} answered",
        source=questions.source,
        parents=[dataset_id],
    )
    return ImportResult(manifest, manifest.rows, (), _left_out(unanswered, len(categories)))


def _answered(workspace: Workspace, dataset_id: str, answers: Mapping[str, str]) -> Iterator[Row]:
    for row in read_rows(workspace, dataset_id):
        name = _category(row)
        if name not in answers:
            continue
        messages = [*row.messages, {"role": "assistant", "content": answers[name]}]
        labelled = Row(messages, source=row.source, family=row.family or row.intent, industry=row.industry, intent=row.intent)
        try:
            check_row(labelled)
        except RowRejected as rejected:
            raise BadInput(f"The answer for the category {name[:60]!r} can't be used: {rejected.message}") from rejected
        yield labelled


def _question_list(workspace: Workspace, dataset_id: str) -> Manifest:
    manifest = read_manifest(workspace, dataset_id)
    if manifest.kind != QUESTIONS:
        raise BadInput(f"The dataset {manifest.name} has answers already, so there is nothing to label.")
    return manifest


def _category(row: Row) -> str:
    return row.intent or row.question.strip()


def _left_out(unanswered: Sequence[Category], categories: int) -> list[str]:
    if not unanswered:
        return []
    questions = sum(category.count for category in unanswered)
    return [f"questions whose category has no answer yet: {questions:,}, in {len(unanswered):,} of {categories:,} categories."]


def _shown_as_text(cell: str) -> str:
    """A leading quote keeps a spreadsheet from taking a customer's words for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _as_written(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
