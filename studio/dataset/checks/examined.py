"""What the checks found in a dataset, kept beside its rows, so that it can be shown without looking again."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.dataset.checks.examination import WEIGHTS, Examination, Finding
from studio.dataset.checks.makeup import Makeup
from studio.scoring.items import Item, load_question_set
from studio.workspace.files import write_json_atomically
from studio.workspace.layout import Workspace


class _KeptFinding(BaseModel):
    model_config = ConfigDict(extra="ignore")

    row: int
    kind: str
    message: str
    other: int | str | None = Field(default=None, alias="with")


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore")

    rows: int
    problems: list[_KeptFinding]
    balance: dict[str, dict[str, Any]] | None = None
    languages: dict[str, int] = {}
    lengths: dict[str, dict[str, float]] = {}
    own_contacts: dict[str, int] = {}


def known_items(workspace: Workspace) -> list[Item]:
    """The items of all question sets: what no training row may ask.

    Raises:
        BadInput: a question set can't be used; the sentence names it.
    """
    return [item for path in sorted(workspace.eval_sets.glob("*.jsonl")) for item in load_question_set(path).items]


def write_examination(workspace: Workspace, dataset_id: str, examination: Examination) -> None:
    """Keep what the checks found, in place of what they found before."""
    write_json_atomically(workspace.examination(dataset_id), examination.to_json())


def read_examination(workspace: Workspace, dataset_id: str) -> Examination | None:
    """What the checks found when the dataset was imported; None where it was not examined, or by checks that have changed since."""
    path = workspace.examination(dataset_id)
    if not path.exists():
        return None
    try:
        kept = _Kept.model_validate_json(path.read_bytes())
    except ValidationError:
        return None
    if any(problem.kind not in WEIGHTS for problem in kept.problems):
        return None
    findings = [Finding(problem.row, problem.kind, problem.message, problem.other) for problem in kept.problems]
    makeup = None if kept.balance is None else Makeup.from_json(kept.balance, kept.languages, kept.lengths)
    return Examination(kept.rows, findings, makeup, kept.own_contacts)
