"""Two to six trainings beside each other: which settings differ, what came out, and how often each answers right."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.errors import BadInput
from studio.training.preferring.spec import PreferenceSpec
from studio.training.settings.spec import TrainSpec
from studio.training.validation.told import validations_of
from studio.workspace.adapters import ADAPTER_JOBS, PREFERENCE_JOB
from studio.workspace.history import Followers, Metrics, history
from studio.workspace.layout import Workspace
from studio.workspace.reports import list_reports, read_report
from studio.workspace.run_notes import RunNotes, read_run_notes
from studio.workspace.runs import Run, Status, find_run

LEAST, MOST = 2, 6
RESULTS = ("final_loss", "steps", "rows", "trained_tokens", "seconds", "peak_memory_mb")
"""What the training job says in the end, in the order in which it is shown."""
REWARDS = ("reward_margin", "reward_accuracy")
"""What a preference training says besides."""


@dataclass(frozen=True)
class Accuracy:
    """How often a run's model was right on a question set: k of n, with the Wilson 95% interval as fractions."""

    report: str
    question_set: str
    fingerprint: str
    passed: int
    items: int
    wilson: tuple[float, float]


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs. `accuracies` has its newest measurement on each question set."""

    id: str
    notes: RunNotes
    spec: Mapping[str, Any]
    status: Status
    metrics: Metrics
    accuracies: tuple[Accuracy, ...]

    @property
    def label(self) -> str:
        """Its name, or its id while it has none."""
        return self.notes.name or self.id


@dataclass(frozen=True)
class Comparison:
    """The runs in the order they were asked for, and the settings that differ between them, each with a value a run."""

    runs: tuple[ComparedRun, ...]
    settings: Mapping[str, tuple[Any, ...]]

    @property
    def fields(self) -> list[str]:
        """What was measured in any of the runs, but for the time."""
        return list(dict.fromkeys(name for run in self.runs for name in run.metrics.fields if name != "t"))

    @property
    def results(self) -> list[str]:
        """What is shown of the runs' results: rewards only where a run has some."""
        rewards = [name for name in REWARDS if any(name in run.status.result for run in self.runs)]
        return [*RESULTS, *rewards]

    def curves(self, name: str) -> dict[str, Metrics]:
        """What each run has measured, by its label.

        Raises:
            BadInput: none of them has measured a field of that name.
        """
        if name not in self.fields:
            known = ", ".join(self.fields) or "nothing yet"
            raise BadInput(f"None of these runs has measured {name!r}. Measured: {known}.")
        return dict(zip(self.labels, (run.metrics for run in self.runs), strict=True))

    @property
    def labels(self) -> list[str]:
        """What each run is called; two of the same name are told apart by their ids."""
        names = [run.label for run in self.runs]
        return [name if names.count(name) == 1 else f"{name} ({run.id})" for name, run in zip(names, self.runs, strict=True)]


def compare_runs(workspace: Workspace, ids: Sequence[str], *, followers: Followers | None = None) -> Comparison:
    """The trainings of these ids beside each other.

    Raises:
        BadInput: there are fewer than two or more than six, one is named twice, or one is no training.
        NotFound: a run does not exist.
    """
    if not LEAST <= len(ids) <= MOST:
        raise BadInput(f"{LEAST} to {MOST} runs can be compared, not {len(ids)}.")
    if len(set(ids)) < len(ids):
        raise BadInput("A run is named twice. Name each once.")
    runs = [find_run(workspace, run_id) for run_id in ids]
    for run in runs:
        if run.job not in ADAPTER_JOBS:
            raise BadInput(f"Run {run.id} is no training. Trainings are compared here, reports on the Dashboard.")
    accuracies = _accuracies(workspace, ids)
    compared = tuple(_compared(run, accuracies[run.id], followers) for run in runs)
    return Comparison(compared, _differing([run.spec for run in compared]))


def curve_csv(comparison: Comparison, name: str) -> str:
    """All measured values of a field as CSV: a line a step, a column a run, empty where a run has no value.

    Raises:
        BadInput: none of the runs has measured a field of that name.
    """
    columns = [dict(metrics.points(name)) for metrics in comparison.curves(name).values()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["step", *(run.id for run in comparison.runs)])
    for step in sorted(set().union(*columns)):
        writer.writerow([step, *(column.get(step, "") for column in columns)])
    return out.getvalue()


def table_csv(comparison: Comparison) -> str:
    """What differs and what came out as CSV: a line a setting, result or question set, a column a run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["", *(run.id for run in comparison.runs)])
    for name, values in comparison.settings.items():
        writer.writerow([name, *values])
    for name in comparison.results:
        writer.writerow([name, *(run.status.result.get(name, "") for run in comparison.runs)])
    for name, bests in validation_rows(comparison).items():
        writer.writerow([name, *("" if best is None else best for best in bests)])
    for question_set, measured in accuracy_rows(comparison).items():
        writer.writerow([f"accuracy on {question_set}", *(f"{one.passed}/{one.items}" if one else "" for one in measured)])
    return out.getvalue()


def accuracy_rows(comparison: Comparison) -> dict[str, list[Accuracy | None]]:
    """By question set, what each run reached on it. The same set in another version, or asked in part, is another one."""
    kinds = {
        (one.question_set, one.fingerprint, one.items): None for run in comparison.runs for one in run.accuracies
    }  # fmt: skip
    names = [name for name, _, _ in kinds]
    rows: dict[str, list[Accuracy | None]] = {}
    for name, fingerprint, items in kinds:
        title = f"{name}, {items:,} items" + (f" ({fingerprint[:8]})" if names.count(name) > 1 else "")
        rows[title] = [
            next((one for one in run.accuracies if (one.fingerprint, one.items) == (fingerprint, items)), None)
            for run in comparison.runs
        ]
    return rows


def validation_rows(comparison: Comparison) -> dict[str, list[float | None]]:
    """Of each run's best checkpoint: its step, the share of held-back phrasings answered right, and the loss. Empty where no run has one."""
    bests = [told.best_json() if (told := validations_of(run.metrics)) else None for run in comparison.runs]
    if not any(bests):
        return {}
    names = {
        "step": "step of the best checkpoint",
        "accuracy": "its accuracy on held-back phrasings",
        "eval_loss": "its validation loss",
    }
    return {title: [best[name] if best else None for best in bests] for name, title in names.items()}


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain JSON values."""
    return {
        "runs": [
            {
                "run": run.id,
                "name": run.notes.name,
                "tags": list(run.notes.tags),
                "state": run.status.state.value,
                "results": {name: run.status.result.get(name) for name in comparison.results},
                "validation": told.best_json() if (told := validations_of(run.metrics)) else None,
                "accuracy": [
                    {
                        "report": one.report, "question_set": one.question_set, "passed": one.passed, "items": one.items,
                        "accuracy": one.passed / one.items, "wilson": list(one.wilson),
                    }
                    for one in run.accuracies
                ],
            }
            for run in comparison.runs
        ],
        "settings": {
            name: dict(zip((run.id for run in comparison.runs), values, strict=True))
            for name, values in comparison.settings.items()
        },
    }  # fmt: skip


def _compared(run: Run, accuracies: Sequence[Accuracy], followers: Followers | None) -> ComparedRun:
    status = run.status
    told = followers.look(run) if followers else history(run)
    return ComparedRun(run.id, read_run_notes(run), run.spec, status, told.metrics, tuple(accuracies))


def _differing(specs: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The settings that are not the same in all specs. What an older spec does not name has its default."""
    full = [{**_defaults(spec), **spec} for spec in specs]
    names = [name for fields in (TrainSpec.model_fields, *full) for name in fields]
    values = {name: tuple(spec.get(name) for spec in full) for name in dict.fromkeys(names)}
    return {name: each for name, each in values.items() if any(value != each[0] for value in each)}


def _defaults(spec: Mapping[str, Any]) -> dict[str, Any]:
    fields = (PreferenceSpec if spec.get("job") == PREFERENCE_JOB else TrainSpec).model_fields
    return {name: field.default for name, field in fields.items() if not field.is_required()}


def _accuracies(workspace: Workspace, ids: Sequence[str]) -> dict[str, list[Accuracy]]:
    """By run, its newest measurement on each question set, the newest first."""
    found: dict[str, dict[tuple[str, int], Accuracy]] = {run_id: {} for run_id in ids}
    for report_id in list_reports(workspace):
        report = read_report(workspace, report_id)
        questions = report["question_set"]
        for score in report["models"]:
            if score["model"] in found:
                low, high = score["wilson"]
                one = Accuracy(
                    report_id, questions["name"], questions["fingerprint"], score["passed"], score["items"], (low, high)
                )  # fmt: skip
                found[score["model"]].setdefault((one.fingerprint, one.items), one)
    return {run_id: list(by_set.values()) for run_id, by_set in found.items()}
