"""The list of runs: trainings first, then evaluations, each newest first and each a link to its view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from studio.dataset.import_spec import IMPORT_JOB
from studio.training.exporting.spec import EXPORT_JOB
from studio.ui.text import train as text
from studio.ui.text import train_runs
from studio.ui.views.figures import moment
from studio.ui.views.jobs import job_address
from studio.ui.views.train import question_set_name, run_link, seconds_worked, state_html, tags_html
from studio.ui.views.train_numbers import number, table
from studio.workspace.adapters import ADAPTER_JOBS, PREFERENCE_JOB
from studio.workspace.reports import EVALUATION_JOB
from studio.workspace.run_notes import RunNotes, is_meant, read_run_notes
from studio.workspace.runs import Run, RunState, Status

IN_SIGHT = 12
"""So many runs of a kind are shown; older ones open on demand."""


@dataclass(frozen=True)
class Listed:
    """A run as the list needs it."""

    id: str
    spec: Mapping[str, Any]
    status: Status
    notes: RunNotes = field(default_factory=RunNotes)

    @property
    def job(self) -> str:
        """The job's dotted name."""
        return str(self.spec.get("job", ""))


def listed(runs: Sequence[Run]) -> list[Listed]:
    """Read what the list shows of each run: its spec and its state, no events. Imports and exports have places of their own."""
    seen = [Listed(run.id, run.spec, run.status, read_run_notes(run)) for run in runs]
    return [run for run in seen if run.job not in {IMPORT_JOB, EXPORT_JOB}]


def narrowed(runs: Sequence[Listed], words: str, tag: str) -> list[Listed]:
    """Those that are meant by the words and the tag; all of them where neither is given."""
    return [run for run in runs if is_meant(run.id, run.spec, run.notes, words=words, tag=tag)]


def tag_choices(runs: Sequence[Listed]) -> list[tuple[str, str]]:
    """Any tag, then those that runs have, each with how many have it."""
    counts = Counter(tag for run in runs for tag in run.notes.tags)
    return [(train_runs.ANY_TAG, ""), *((f"{tag} ({counts[tag]:,})", tag) for tag in sorted(counts))]


def default_run(runs: Sequence[Listed]) -> str | None:
    """The run to open with: the one at work, else the newest; trainings and evaluations alike. `runs` are newest first."""
    at_work = (run.id for run in runs if run.status.state is RunState.RUNNING)
    return next(at_work, runs[0].id if runs else None)


def runs_html(runs: Sequence[Listed], watched: str | None = None) -> str:
    """The whole list; `watched` is marked."""
    trainings = [run for run in runs if run.job in ADAPTER_JOBS]
    evaluations = [run for run in runs if run.job == EVALUATION_JOB]
    others = [run for run in runs if run.job not in {*ADAPTER_JOBS, EVALUATION_JOB}]
    sections = [
        _section(text.TRAININGS, text.TRAINING_COLUMNS, [_training_row(run, watched) for run in trainings], text.NO_TRAININGS),
        _section(
            text.EVALUATIONS, text.EVALUATION_COLUMNS, [_evaluation_row(run, watched) for run in evaluations], text.NO_EVALUATIONS
        ),
    ]
    if others:
        sections.append(_section(text.OTHER_RUNS, text.TRAINING_COLUMNS, [_training_row(run, watched) for run in others], ""))
    return "".join(sections)


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> str:
    if not rows:
        return f'<h2>{escape(title)}</h2><p class="muted">{escape(empty)}</p>'
    html = f"<h2>{escape(title)}</h2>{table(title, columns, rows[:IN_SIGHT])}"
    if older := rows[IN_SIGHT:]:
        name = text.OLDER.format(runs=f"{len(older):,}")
        html += f"<details><summary>{escape(name)}</summary>{table(f'{title}, {name}', columns, older)}</details>"
    return html


def _training_row(run: Listed, watched: str | None) -> list[str]:
    return [
        *_head(run, watched),
        escape(str(run.spec.get("dataset", text.NO_VALUE))),
        escape(str(run.spec.get("model", text.NO_VALUE))),
        *_when(run.status),
        number(run.status.result.get("final_loss")),
    ]


def _evaluation_row(run: Listed, watched: str | None) -> list[str]:
    return [
        *_head(run, watched),
        escape(question_set_name(run.spec)),
        escape(", ".join(run.spec.get("models", ()))),
        *_when(run.status),
    ]


def _head(run: Listed, watched: str | None) -> list[str]:
    address = run_link(run.id) if run.job == EVALUATION_JOB else job_address(run.job, run.id)  # this page shows evaluations too
    name = f'<a href="{escape(address)}">{escape(run.notes.name or run.id)}</a>'
    if run.id == watched:
        name = f"<strong>{name}</strong>"
    stage = text.KINDS[PREFERENCE_JOB] if run.job == PREFERENCE_JOB else ""
    below = [run.id if run.notes.name else "", stage, text.WATCHED if run.id == watched else ""]
    if about := " · ".join(filter(None, below)):
        name += f'<br><span class="muted">{escape(about)}</span>'
    if run.notes.tags:
        name += f"<br>{tags_html(run.notes.tags)}"
    return [state_html(run.status.state), name]


def _when(status: Status) -> list[str]:
    worked = seconds_worked(status)
    return [
        f'<time datetime="{escape(status.created)}">{moment(status.created)}</time>',
        text.NO_VALUE if worked is None else f"{worked / 60:.1f}",
    ]
