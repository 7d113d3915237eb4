"""Where a dataset comes from and what was made of it, in words: for the card, the page and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.workspace.datasets import Manifest, list_datasets
from studio.workspace.layout import Workspace
from studio.workspace.notes import read_notes

REASONS: Mapping[str, str] = {
    "not_sampled": "not drawn for the mix",
    "in_training": "in the training part of the split",
    "in_validation": "in the validation part of the split",
    "shared_phrasing": "the question is too near to one in the other part",
    "duplicate": "the same question and answer stand in another row",
    "near_duplicate": "nearly the same question with the same answer stands in another row",
    "contradiction": "it contradicted another row",
    "leakage": "the question stands in a question set",
    "personal_data": "it held personal data",
    "placeholder": "a placeholder was left in it",
    "empty": "question or answer was empty",
    "no_instruction": "there was no question",
    "no_answer": "there was no answer",
    "too_long": "it was longer than a training takes",
    "turn_order": "questions and answers did not take turns",
}


@dataclass(frozen=True)
class Relative:
    """A parent or a child. `manifest` is None for a parent that was deleted."""

    id: str
    fingerprint: str
    manifest: Manifest | None

    @property
    def name(self) -> str:
        """Its name, or its id where no more is known."""
        return self.id if self.manifest is None else self.manifest.name


def parents_of(workspace: Workspace, manifest: Manifest) -> list[Relative]:
    """What a dataset was made from."""
    known = {one.id: one for one in list_datasets(workspace)}
    fingerprints = manifest.parent_fingerprints
    return [Relative(parent, fingerprints.get(parent, ""), known.get(parent)) for parent in manifest.parents]


def children_of(workspace: Workspace, manifest: Manifest) -> list[Relative]:
    """What was made from a dataset and is still here, newest first."""
    return [Relative(one.id, one.fingerprint, one) for one in list_datasets(workspace) if manifest.id in one.parents]


def licence_of(workspace: Workspace, manifest: Manifest) -> str | None:
    """The licence that somebody wrote down, or the one that the dataset was made with."""
    return read_notes(workspace, manifest.id).licence or manifest.licence


def part_of(manifest: Manifest) -> str:
    """Which part of a split it is, `train` or `validation`; what is no part of one is there to train on."""
    recipe = manifest.recipe or {}
    return "validation" if (recipe.get("kind"), recipe.get("part")) == ("split", "validation") else "train"


def reason_in_words(reason: str) -> str:
    """Why a row was left out; an unknown reason is its own words."""
    return REASONS.get(reason, reason.replace("_", " "))


def recipe_in_words(recipe: Mapping[str, Any] | None) -> list[str]:
    """How a dataset was made, one sentence each; nothing for one that was imported."""
    if recipe is None:
        return []
    if recipe.get("kind") == "mix":
        return [*(_part_in_words(part) for part in recipe["parts"]), f"Rows were drawn with seed {recipe['seed']}."]
    if recipe.get("kind") == "split":
        words = f"The {_PARTS.get(recipe['part'], recipe['part'])} of a split by family: {recipe['share']:.0%} of the rows for validation"
        return [
            f"{words}, drawn with seed {recipe['seed']} from {recipe['groups']:,} groups that share no family and no phrasing."
        ]
    if recipe.get("kind") == "remedies":
        kinds = ", ".join(code.replace("_", " ") for code in recipe["remedies"])
        changed = f"{recipe['rows_changed']:,} of its rows were changed" if recipe["rows_changed"] else "no row was changed"
        return [
            f"The checks' findings were mended ({kinds}); {changed}.",
            f"The health score went from {recipe['score_before']:g} to {recipe['score_after']:g} of 100.",
        ]
    return [f"{key.replace('_', ' ').capitalize()}: {_plain(value)}." for key, value in recipe.items()]


_PARTS = {"train": "training part", "validation": "validation part"}


def _part_in_words(part: Mapping[str, Any]) -> str:
    pieces = []
    if part["copies"]:
        pieces.append("all rows once" if part["copies"] == 1 else f"all rows {part['copies']} times")
    if part["sampled"]:
        pieces.append(f"{part['sampled']:,} of its rows{' once more' if part['copies'] else ''}")
    return f"{part['dataset']}, weight {part['weight']:g}: {part['rows']:,} rows ({' and '.join(pieces)})."


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_plain(inner) for inner in value)
    return str(value)
