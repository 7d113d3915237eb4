"""What is written down about a dataset: its name, what it contains, where that came from, and what was left out on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from studio.workspace.files import read_json

MANIFEST_FILE = "manifest.json"
ANSWERS: Final = "answers"
QUESTIONS: Final = "questions"


@dataclass(frozen=True)
class RemovedRow:
    """A row of a parent that a dataset does not have. `row` is its position in `parent`, from 0; `detail` a sentence for people."""

    reason: str
    row: int
    parent: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a dataset is and where it came from. The fingerprint is the SHA-256 of what the rows say, wherever they came from.

    Args:
        rejected: how many rows of the source could not be read; `problems` says which, and why.
        parents: ids of the datasets that it was made from, and `parent_fingerprints` what each contained then.
        removed: how many rows of the parents were left out, by reason; which ones is in a file of its own (`read_removed`).
        licence: under which others may use it, as the source says (a Hub identifier such as `cc-by-4.0`); None where nobody said.
        kind: `answers` for training rows, `questions` for a list of questions without answers, which can't be trained.
        recipe: how it was made from its parents: its `kind`, and what that kind needs to be done again (weights, seed, share).
    """

    id: str
    name: str
    fingerprint: str
    rows: int
    created: str
    source: str
    rejected: int = 0
    parents: Sequence[str] = ()
    problems: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    parent_fingerprints: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    licence: str | None = None
    recipe: Mapping[str, Any] | None = None
    kind: str = ANSWERS


def manifest_in(folder: Path) -> Manifest:
    """The manifest in a dataset's folder; what an older one does not say is empty."""
    value = read_json(folder / MANIFEST_FILE)
    return Manifest(**{**value, "parents": tuple(value["parents"]), "problems": tuple(value["problems"])})
