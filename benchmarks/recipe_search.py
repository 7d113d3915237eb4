"""Try training recipes on a validation split: one training phrasing a family is held back, and the question set is not looked at.

    python -m benchmarks.recipe_search NAME=VALUE,NAME=VALUE ... [--home FOLDER] [--out FILE]

Each argument is one recipe, as differences from the preset `cpu-demo`. The held-back phrasings are judged by the points of
their family. One JSON line a recipe is appended to FILE.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.agreement import answers_of
from studio.chat.catalog import find_model, prepare_model
from studio.chat.transformers_engine import TransformersModel
from studio.dataset.checks.examined import known_items
from studio.dataset.importing.registry import import_registry
from studio.jobs.queue import JobQueue
from studio.scoring.verdict import judge
from studio.settings import Settings
from studio.training.learning.phrasings import split_phrasings
from studio.training.settings.presets import find_preset
from studio.training.settings.spec import parse_assignments, parse_spec
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="+")
    parser.add_argument("--home", type=Path, default=Path(".studio-search"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/recipes.jsonl"))
    options = parser.parse_args()
    workspace = Workspace.from_settings(Settings(home=options.home))
    dataset = import_registry(workspace, workspace.samples / "dataset_info.json").dataset.id
    for recipe in options.recipes:
        result = try_recipe(workspace, dataset, recipe)
        print(json.dumps(result))
        with options.out.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(result) + "\n")


def try_recipe(workspace: Workspace, dataset: str, recipe: str) -> dict[str, object]:
    preset = find_preset("cpu-demo").settings
    changes = parse_assignments([part for part in recipe.split(",") if part])
    spec = parse_spec({**preset, **changes, "dataset": dataset, "hold_out_phrasings": 1, "validation_items": 0})
    queue = JobQueue(workspace)
    run = queue.submit(spec.model_dump())
    status = queue.wait(run)
    rows = list(read_rows(workspace, dataset))
    _, held_out = split_phrasings(rows, hold_out=1)
    by_family = {item.family: item for item in known_items(workspace)}
    model = TransformersModel(prepare_model(workspace, find_model(spec.model)))
    answers = answers_of(model, str(status.result["adapter"]), held_out)
    passed = sum(judge(by_family[row.family or ""], answer).passed for row, answer in zip(held_out, answers, strict=True))
    return {
        "recipe": recipe or "preset",
        "validation_passed": passed,
        "validation_items": len(held_out),
        "final_loss": status.result["final_loss"],
        "steps": status.result["steps"],
        "train_seconds": status.result["seconds"],
        "peak_memory_mb": status.result["peak_memory_mb"],
    }


if __name__ == "__main__":
    main()
