"""`import`, `label` and `check-leakage`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from studio.cli.output import PhaseProgress, errors, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.importing.checked import Read, import_checked
from studio.dataset.importing.file import ImportResult, import_file, preview
from studio.dataset.importing.labelling import categories_of, label, read_sheet
from studio.dataset.importing.labelling import sheet as sheet_of
from studio.dataset.importing.registry import import_registry
from studio.dataset.progress import Progress
from studio.dataset.reading.shapes import chosen_columns
from studio.dataset.reading.unanswered import Questions
from studio.dataset.similarity.phrasings import shared_phrasings
from studio.errors import BadInput, ThresholdNotMet
from studio.scoring.items import find_question_set, load_question_set
from studio.ui.views.figures import count
from studio.workspace.datasets import read_rows
from studio.workspace.files import write_text_atomically
from studio.workspace.layout import Workspace

_SHOWN = 10


def import_(
    file: Annotated[
        Path, typer.Argument(help="JSON, JSONL, CSV, Excel, Parquet, a zip of those, or a LLaMA-Factory dataset_info.json.")
    ],
    name: Annotated[str | None, typer.Option(help="The dataset's name; the file's by default.")] = None,
    question: Annotated[str | None, typer.Option(help="The column with the questions; guessed by default.")] = None,
    answer: Annotated[str | None, typer.Option(help="The column with the answers; guessed by default.")] = None,
    questions: Annotated[bool, typer.Option("--questions", help="Import questions without answers, as a list to label.")] = False,
    json_: Json = False,
) -> None:
    """Bring training rows in and check them; every rejected row is named with its reason."""
    settings, workspace, _ = open_workspace()
    limit = settings.max_upload_bytes

    def read(into: Workspace, progress: Progress) -> ImportResult:
        if file.name == "dataset_info.json":
            return import_registry(into, file, name=name, max_bytes=limit, progress=progress)
        shape = _questions_of(file, limit) if questions else chosen_columns(question, answer)
        return import_file(into, file, name=name or file.stem, shape=shape, max_bytes=limit, progress=progress)

    _import(workspace, read, json_=json_)


def label_(
    dataset: Annotated[str, typer.Argument(help="Id of a list of questions.")],
    sheet: Annotated[Path | None, typer.Option(help="Write the sheet to fill in here, one line a category.")] = None,
    answers: Annotated[Path | None, typer.Option(help="The sheet with the answers, as CSV or Excel.")] = None,
    json_: Json = False,
) -> None:
    """Make training rows of questions without answers: one answer a category."""
    settings, workspace, _ = open_workspace()
    if sheet is not None:
        categories = categories_of(workspace, dataset)
        write_text_atomically(sheet, sheet_of(categories))
        if json_:
            print_json({"dataset": dataset, "categories": len(categories), "sheet": str(sheet)})
        else:
            results.print(
                f"{count(len(categories), 'category', 'categories')} in {sheet}: fill in the answers, then --answers {sheet}.",
                highlight=False,
            )
    elif answers is not None:
        given = read_sheet(answers, max_bytes=settings.max_upload_bytes)
        _import(workspace, lambda into, _: label(workspace, dataset, given, into=into), json_=json_)
    else:
        raise typer.BadParameter("Say --sheet FILE to write the sheet, or --answers FILE to take the answers from it.")


def _import(workspace: Workspace, read: Read, *, json_: bool) -> None:
    """The same import that the page's job does, in this process."""
    with TemporaryDirectory(dir=workspace.datasets, prefix=".importing-") as aside, PhaseProgress("Import") as watch:
        made = import_checked(workspace, read, aside=Path(aside), watch=watch)
    if json_:
        print_json(made.to_json())
        return
    result, found = made.result, made.examination
    score = "" if found is None else f", health score {found.score} of 100"
    results.print(
        f"Dataset {result.dataset.id}: {count(result.rows, 'row')}, {result.rejected} rejected{score}.",
        highlight=False,
        soft_wrap=True,
    )
    if found is None:
        errors.print(
            f"  questions without answers: label {result.dataset.id} --sheet FILE writes a sheet to fill in.", soft_wrap=True
        )
    for sentence in result.skipped:
        errors.print(f"  not imported: {sentence}", highlight=False, soft_wrap=True)
    for problem in result.problems[:_SHOWN]:
        errors.print(f"  row {problem.row + 1:,}: {problem.message}", highlight=False, soft_wrap=True)
    if len(result.problems) > _SHOWN:
        errors.print(f"  ... and {len(result.problems) - _SHOWN} more; --json lists them all.", highlight=False)


def _questions_of(file: Path, limit: int) -> Questions:
    beginning = preview(file, max_bytes=limit)
    if beginning.questions is None:
        raise BadInput(f"{file.name} is not recognised as questions without answers. Import it without --questions to see why.")
    return beginning.questions


def check_leakage(
    dataset: Annotated[str, typer.Argument(help="Dataset id.")],
    set_: Annotated[str, typer.Option("--set", help="Question set, by name or path.")] = "high_frequency",
    json_: Json = False,
) -> None:
    """Find phrasings that training data and a question set share; exit 3 if there are any."""
    _, workspace, _ = open_workspace()
    items = load_question_set(find_question_set(set_, workspace.eval_sets)).items
    questions = [item.conversation[-1]["content"] for item in items]
    shared = shared_phrasings([row.question for row in read_rows(workspace, dataset)], questions)
    found = [{"train": pair.train, "evaluation": pair.evaluation, "similarity": round(pair.similarity, 1)} for pair in shared]
    if json_:
        print_json({"shared": found})
    if found:
        raise ThresholdNotMet(f"{len(found)} phrasings stand in both, for example {found[0]['train']!r}. Reword or remove them.")
    if not json_:
        results.print("No phrasing is shared.")
