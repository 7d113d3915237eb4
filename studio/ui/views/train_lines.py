"""Runs by a line each, those that wait and those that were deleted, and a run's checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from studio.errors import BadInput
from studio.ui.text import train as text
from studio.ui.text import train_runs
from studio.ui.text.train_validation import RESUME_BEST
from studio.ui.views.train import subject
from studio.workspace.checkpoints import Checkpoint
from studio.workspace.layout import Workspace
from studio.workspace.run_notes import read_run_notes
from studio.workspace.run_trash import deleted_id
from studio.workspace.runs import Run


def queue_choices(waiting: Sequence[Run]) -> list[tuple[str, str]]:
    """What the list of waiting runs shows of each, numbered, and the ids that it means."""
    return [(f"{place}. {run_words(run)}", run.id) for place, run in enumerate(waiting, start=1)]


def deleted_choices(workspace: Workspace, tokens: Sequence[str]) -> list[tuple[str, str]]:
    """What the list of deleted runs shows of each, and the tokens that restore them."""
    deleted = ((token, Run(workspace.trashed(token))) for token in tokens)
    return [(run_words(run, name=deleted_id(token)), token) for token, run in deleted]


def deleted_html(run_id: str, *, days: int) -> str:
    """After a deletion."""
    return f'<p role="status">{escape(train_runs.DELETED.format(run=run_id, days=days))}</p>'


def checkpoint_choices(kept: Sequence[Checkpoint], *, best: int | None = None) -> list[tuple[str, str]]:
    """What the choice of checkpoints shows, newest first and the best of them marked, and the steps that it means."""
    words = [train_runs.RESUME_NEWEST, *[train_runs.RESUME_STEP] * len(kept)]
    choices = []
    for sentence, one in zip(words, kept, strict=False):
        choice = sentence.format(step=f"{one.step:,}", steps=f"{one.max_steps:,}")
        choices.append((RESUME_BEST.format(choice=choice) if one.step == best else choice, str(one.step)))
    return choices


def chosen_step(value: str | int | None) -> int | None:
    """The step that was chosen; None for the newest.

    Raises:
        BadInput: it is no number.
    """
    if value is None or value == "":
        return None
    if not str(value).isdecimal():
        raise BadInput(train_runs.RESUME_NO_STEP.format(value=value))
    return int(value)


def run_words(run: Run, *, name: str | None = None) -> str:
    """What a run is called, what kind it is, and what it works on."""
    spec = run.spec
    kind = text.KINDS.get(run.job, text.KIND_OTHER)
    called = read_run_notes(run).name or name or run.id
    return " · ".join(filter(None, (called, kind, subject(run.job, spec))))
