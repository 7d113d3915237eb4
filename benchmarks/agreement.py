"""How much of what it was taught a tuned model says back: its answers to questions it was trained on, beside the answers they had there.

    python -m benchmarks.agreement RUN_OR_MODEL [--questions 560] [--dataset ID] [--home FOLDER] [--json]

A sample spread evenly over the rows of one question each that the training took, greedy, at most 120 tokens. "Word for word" counts answers that are equal
but for white space; "points" counts, where the family has an item in a question set, those that pass its points.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from studio.chat.catalog import find_model, prepare_model
from studio.chat.messages import Decoding, Request, reply
from studio.chat.transformers_engine import TransformersModel
from studio.dataset.checks.examined import known_items
from studio.scoring.items import Item
from studio.scoring.verdict import judge
from studio.settings import Settings
from studio.training.learning.phrasings import single_turn, split_phrasings, thin_phrasings
from studio.workspace.adapters import TunedModel, find_tuned
from studio.workspace.datasets import Row, read_rows
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace
from studio.workspace.runs import find_run

_BATCH = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--questions", type=int, default=560)
    parser.add_argument("--dataset")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    workspace = Workspace.from_settings(Settings(home=options.home) if options.home else Settings())
    tuned = find_tuned(workspace, options.model)
    settings = training_settings(workspace, tuned)
    kept, _ = split_phrasings(
        list(read_rows(workspace, options.dataset or tuned.dataset)), hold_out=settings["hold_out_phrasings"]
    )
    rows = [row for row in thin_phrasings(kept, most=settings["rows_per_answer"]) if single_turn(row)]
    step = max(len(rows) // options.questions, 1)
    sample = sorted(islice(rows[::step], options.questions), key=lambda row: len(row.question))
    model = TransformersModel(prepare_model(workspace, find_model(tuned.base_model)))
    items = {item.family: item for item in known_items(workspace)}
    result = compare(sample, list(answers_of(model, tuned.adapter, sample)), items)
    print(json.dumps({"model": options.model, **result}, indent=None if options.json else 2))


def training_settings(workspace: Workspace, tuned: TunedModel) -> Mapping[str, Any]:
    """The settings with which it was trained."""
    if tuned.shipped:
        return read_json(Path(tuned.adapter) / "manifest.json")["settings"]
    return find_run(workspace, tuned.run).spec


def compare(rows: Sequence[Row], answers: Sequence[str], items: dict[str, Item]) -> dict[str, object]:
    """Counts of answers, of those equal to the row's, and of those that pass the points of the row's family."""
    pairs = list(zip(rows, answers, strict=True))
    equal = sum(row.answer.split() == answer.split() for row, answer in pairs)
    judged = [judge(items[row.family], answer).passed for row, answer in pairs if row.family in items]
    return {
        "questions": len(rows),
        "word_for_word": equal,
        "agreement": round(equal / len(rows), 4),
        "with_points": len(judged),
        "points_passed": sum(judged),
    }


def answers_of(model: TransformersModel, adapter: str, rows: Sequence[Row]) -> Iterator[str]:
    """What the tuned model answers to each row's question, greedy, in the rows' order; neighbours of a similar length waste least."""
    for start in range(0, len(rows), _BATCH):
        requests = [Request(row.messages[:-1], adapter) for row in rows[start : start + _BATCH]]
        yield from reply(model, requests, Decoding(max_new_tokens=120))


if __name__ == "__main__":
    main()
