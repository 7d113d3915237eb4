"""The report: the result of an evaluation, as it lies in `runs/<id>/report.json`.

The evaluation writes it, the Dashboard shows it, sharing makes snapshots of it: they meet here, and nowhere else.
Accuracies are fractions in [0, 1]; intervals are `[low, high]` at 95%.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict, cast

from studio.errors import NotFound
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, find_run, list_runs

SCHEMA = 1
EVALUATION_JOB = "evaluation.evaluate"


class Score(TypedDict):
    """k of n with its Wilson 95% interval."""

    passed: int
    items: int
    accuracy: float
    wilson: list[float]


class IndustryScore(Score):
    """The score in one industry."""

    industry: str


class ModelScore(Score):
    """One model over the whole question set. `model` is its name in this report: "base" or a run's id."""

    model: str
    role: str  # "base" or "tuned"
    base_model: str
    digest: str
    failed: int
    errored: int
    weighted_accuracy: float
    family_bootstrap: list[float]
    by_industry: list[IndustryScore]
    mean_answer_words: float
    seconds: float


class ItemResult(TypedDict):
    """One model's answer to one item. `outcome` is passed, failed or errored; `reason` says why in one sentence."""

    answer: str
    outcome: str
    missed: list[str]
    claimed: list[str]
    handover_wrong: bool
    reason: str


class ReportItem(TypedDict):
    """One item with the answers of all models, by model name."""

    id: str
    family: str
    industry: str
    intent: str
    question: str
    reference: str
    severity: str
    weight: float | None
    results: dict[str, ItemResult]


class Comparison(TypedDict):
    """Two models on the same items, pairwise. `fixed` and `broken` are item ids; `mcnemar_p` is exact and two-sided."""

    base: str
    tuned: str
    fixed: list[str]
    broken: list[str]
    both_passed: int
    both_failed: int
    mcnemar_p: float


class QuestionSetInfo(TypedDict):
    """Which questions were asked. `fill` is what filled their placeholders, where they have any."""

    name: str
    fingerprint: str
    items: int
    fill: NotRequired[dict[str, str]]


class Report(TypedDict):
    """The whole result."""

    schema: int
    id: str
    created: str
    question_set: QuestionSetInfo
    decoding: dict[str, object]
    models: list[ModelScore]
    floors: dict[str, int]
    comparison: Comparison | None
    items: list[ReportItem]


def write_report(workspace: Workspace, report: Report) -> None:
    """Write the report into its run's folder."""
    write_json_atomically(workspace.run(report["id"]) / "report.json", report)


def read_report(workspace: Workspace, report_id: str) -> Report:
    """The report of that id, which is the id of the run that made it.

    Raises:
        NotFound: there is no such run, or it has made no report yet.
    """
    path = find_run(workspace, report_id).folder / "report.json"
    if not path.exists():
        raise NotFound(f"Run {report_id!r} has no report: it has not finished, or it was no evaluation.")
    return cast(Report, read_json(path))


def list_reports(workspace: Workspace) -> list[str]:
    """The ids of the reports, newest first."""
    runs = list_runs(workspace, EVALUATION_JOB)
    return [run.id for run in runs if run.recorded.state is RunState.SUCCEEDED and (run.folder / "report.json").exists()]
