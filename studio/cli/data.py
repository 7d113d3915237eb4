"""`import` and `check-leakage`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.output import errors, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.importing import import_file
from studio.dataset.phrasings import shared_phrasings
from studio.dataset.registry import import_registry
from studio.dataset.shapes import chosen_columns
from studio.errors import ThresholdNotMet
from studio.scoring.items import find_question_set, load_question_set
from studio.workspace.datasets import read_rows

_SHOWN = 10


def import_(
    file: Annotated[
        Path, typer.Argument(help="JSON, JSONL, CSV, Excel, Parquet, a zip of those, or a LLaMA-Factory dataset_info.json.")
    ],
    name: Annotated[str | None, typer.Option(help="The dataset's name; the file's by default.")] = None,
    question: Annotated[str | None, typer.Option(help="The column with the questions; guessed by default.")] = None,
    answer: Annotated[str | None, typer.Option(help="The column with the answers; guessed by default.")] = None,
    json_: Json = False,
) -> None:
    """Bring training rows in; every rejected row is named with its reason."""
    settings, workspace, _ = open_workspace()
    limit = settings.max_upload_bytes
    if file.name == "dataset_info.json":
        result = import_registry(workspace, file, name=name, max_bytes=limit)
    else:
        shape = chosen_columns(question, answer)
        result = import_file(workspace, file, name=name or file.stem, shape=shape, max_bytes=limit)
    if json_:
        print_json(result.to_json())
        return
    results.print(f"Dataset {result.dataset.id}: {result.rows} rows, {result.rejected} rejected.", highlight=False)
    for sentence in result.skipped:
        errors.print(f"  not imported: {sentence}", highlight=False, soft_wrap=True)
    for problem in result.problems[:_SHOWN]:
        errors.print(f"  row {problem.row}: {problem.message}", highlight=False, soft_wrap=True)
    if len(result.problems) > _SHOWN:
        errors.print(f"  ... and {len(result.problems) - _SHOWN} more; --json lists them all.", highlight=False)


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
