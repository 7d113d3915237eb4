"""A run as it is watched: where it stands, its numbers, its notes, how it ended, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from studio.ui.text import train as text
from studio.ui.views.bars import bar_html
from studio.ui.views.figures import count, duration
from studio.ui.views.train_form import plain_value
from studio.ui.views.train_numbers import number, table
from studio.workspace.adapters import TRAINING_JOB
from studio.workspace.clock import now
from studio.workspace.reports import EVALUATION_JOB
from studio.workspace.runs import Run, RunState, Status


@dataclass(frozen=True)
class Watched:
    """A run at one moment, its folder read once. `behind` is how many runs go before it while it waits."""

    id: str
    spec: Mapping[str, Any]
    status: Status
    behind: int
    stop_request: bool | None
    adapter: bool
    metrics: Sequence[Mapping[str, Any]]
    phase: str
    progress: Mapping[str, Any] | None
    notes: Sequence[str]

    @property
    def job(self) -> str:
        """The job's dotted name."""
        return str(self.spec.get("job", ""))

    @property
    def trains(self) -> bool:
        """Whether this is a training, which has curves."""
        return self.job == TRAINING_JOB

    @property
    def stamp(self) -> str:
        """Changes whenever the curves do."""
        newest = self.metrics[-1].get("t", "") if self.metrics else ""
        return f"{self.id}/{len(self.metrics)}/{newest}"


def watch(run: Run, *, behind: int = 0) -> Watched:
    """Read the run's folder; its events, which may be many, once.

    The status is read first: whatever a finished run has written is then among the events.
    """
    status = run.status
    metrics: list[Mapping[str, Any]] = []
    phase, progress, notes = "", None, []
    for event in run.events("metric", "phase", "progress", "note"):
        match event["kind"]:
            case "metric" if isinstance(event.get("step"), int):
                # A resumed run goes back to its checkpoint: what came after that is measured anew.
                while metrics and metrics[-1]["step"] >= event["step"]:
                    metrics.pop()
                metrics.append(event)
            case "phase":
                phase, progress = str(event.get("name", "")), None
            case "progress":
                progress = event
            case "note":
                notes.append(str(event.get("text", "")))
    return Watched(
        id=run.id,
        spec=run.spec,
        status=status,
        behind=behind,
        stop_request=run.stop_request,
        adapter=has_adapter(run),
        metrics=metrics,
        phase=phase,
        progress=progress,
        notes=notes,
    )


def has_adapter(run: Run) -> bool:
    """Whether the run has left a whole adapter."""
    return (run.folder / "adapter" / "adapter_config.json").exists()


@dataclass(frozen=True)
class Possible:
    """What can be done with a run as it stands."""

    stop_keep: bool
    stop_discard: bool
    resume: bool
    again: bool
    evaluate: bool


def possible(seen: Watched) -> Possible:
    """What can be done. A run in the queue holds nothing yet that could be kept or discarded: it can be taken out."""
    state = seen.status.state
    asked = seen.stop_request is not None
    return Possible(
        stop_keep=not state.finished and not asked,
        stop_discard=state is RunState.RUNNING and not asked and seen.trains,
        resume=state in {RunState.FAILED, RunState.STOPPED},
        again=seen.trains,
        evaluate=seen.trains and seen.adapter and state.finished,
    )


def run_html(seen: Watched) -> str:
    """The head of the watched run: what it is, where it stands, how far it is, how it ended and where to go next."""
    kind = text.KINDS.get(seen.job, text.KIND_OTHER)
    head = (
        f"<h2>{escape(kind)} {escape(seen.id)}</h2>"
        f'<p>{state_html(seen.status.state)} <span class="muted">· {escape(_subject(seen))}</span></p>'
    )
    link = f'<p><a href="{run_link(seen.id)}">{text.LINK}</a></p>'
    return f'<section class="card" aria-live="polite">{head}{_standing(seen)}{_next_steps(seen)}{link}</section>'


def problem_card(sentence: str) -> str:
    """In place of a run that can't be shown."""
    return f'<section class="card"><p class="failed">{escape(sentence)}</p></section>'


def state_html(state: RunState) -> str:
    """A state as a shape and a word."""
    if state is RunState.SUCCEEDED:
        return f'<strong class="passed">{text.STATE_WORDS[state]}</strong>'
    if state is RunState.FAILED:
        return f'<strong class="failed">{text.STATE_WORDS[state]}</strong>'
    return f'<strong><span aria-hidden="true">{text.STATE_MARKS[state]}</span> {text.STATE_WORDS[state]}</strong>'


def run_link(run_id: str) -> str:
    """The address of a run's view, relative to the studio: Gradio's base is the folder that the page is in, not the page."""
    return "train?" + urlencode({"run": run_id})


def notes_html(notes: Sequence[str]) -> str:
    """What the run has to say, oldest first."""
    if not notes:
        return ""
    return f"<h3>{text.NOTES}</h3><ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"


def settings_html(spec: Mapping[str, Any]) -> str:
    """The settings of a run as a table of names and values; of a path on this machine only the question set's name."""
    shown = {**spec, "question_set": question_set_name(spec)} if "question_set" in spec else spec
    rows = [[f"<code>{escape(name)}</code>", escape(_value(value))] for name, value in shown.items()]
    return table(text.SETTINGS_TITLE, list(text.SETTINGS_COLUMNS), rows)


def log_html(log: str) -> str:
    """The end of the log, which scrolls in a box of its own."""
    if not log.strip():
        return f'<p class="muted">{text.LOG_EMPTY}</p>'
    return (
        f'<pre tabindex="0" role="region" aria-label="{text.LOG_TITLE}" '
        'style="max-height:24rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem">'
        f"{escape(log)}</pre>"
    )


def seconds_worked(status: Status) -> float | None:
    """How long the run has been at work, until now or until its end; None before it starts, or when its end is unknown."""
    if status.started is None or (status.finished is None and status.state.finished):
        return None
    end = datetime.fromisoformat(status.finished) if status.finished else now()
    return (end - datetime.fromisoformat(status.started)).total_seconds()


def waiting_or(sentence: str, run_id: str, behind: int) -> str:
    """The sentence about a run, or, while `behind` runs go before it, that it waits for them."""
    return text.WAITING.format(run=run_id, runs=count(behind, "run")) if behind else sentence.format(run=run_id)


def _subject(seen: Watched) -> str:
    """What the run works on: dataset and model, or question set and models."""
    spec = seen.spec
    if seen.job == EVALUATION_JOB:
        return f"{question_set_name(spec)} · {', '.join(spec.get('models', ()))}"
    return " · ".join(str(spec[field]) for field in ("dataset", "model") if field in spec)


def question_set_name(spec: Mapping[str, Any]) -> str:
    """The question set's file name without folder and ending."""
    return str(spec.get("question_set", "")).rsplit("/", 1)[-1].removesuffix(".jsonl")


def _standing(seen: Watched) -> str:
    match seen.status.state:
        case RunState.QUEUED:
            behind = text.WAITS_BEHIND.format(runs=count(seen.behind, "run")) if seen.behind else text.STARTS_SOON
            return f"<p>{behind}</p>"
        case RunState.RUNNING:
            return _progress(seen) + _stopping(seen)
        case RunState.SUCCEEDED:
            return f"<p>{escape(_finished(seen))}</p>"
        case RunState.FAILED:
            return f'<p class="failed">{escape(seen.status.error or text.FAILED_UNKNOWN)}</p>'
        case RunState.STOPPED:
            return f"<p>{_stopped(seen)}</p>"


def _progress(seen: Watched) -> str:
    phase = seen.phase or text.STARTING
    phase = phase[:1].upper() + phase[1:]
    worked = seconds_worked(seen.status)
    clock = f" · {duration(worked)}" if worked is not None else ""
    if seen.progress is None:
        return f'<p>{escape(phase)} <span class="muted">· {text.NO_PROGRESS_YET}{clock}</span></p>'
    done, total = int(seen.progress["done"]), int(seen.progress["total"])
    share = min(max(done / total, 0.0), 1.0) if total else 0.0
    words = text.PROGRESS.format(phase=phase, done=f"{done:,}", total=f"{total:,}")
    left = seen.progress.get("seconds_left")
    left_words = f" · {text.TIME_LEFT.format(duration=duration(left))}" if isinstance(left, int | float) else ""
    return f'<p>{escape(words)} <span class="muted">({share:.0%}){left_words}</span></p>{bar_html(phase, done, total)}'


def _stopping(seen: Watched) -> str:
    if seen.stop_request is None:
        return ""
    return f"<p>{text.STOPPING_KEEP if seen.stop_request else text.STOPPING_DISCARD}</p>"


def _finished(seen: Watched) -> str:
    result, worked = seen.status.result, seconds_worked(seen.status)
    took = duration(worked) if worked is not None else text.NO_VALUE
    if "final_loss" not in result:
        return text.SUCCEEDED_AFTER.format(duration=took)
    return text.TRAINED.format(
        duration=took,
        steps=number(result.get("steps")),
        rows=number(result.get("rows")),
        loss=number(result["final_loss"]),
        memory=number(result.get("peak_memory_mb")),
    )


def _stopped(seen: Watched) -> str:
    if seen.status.started is None:
        return text.STOPPED_WAITING
    if not seen.trains:
        return text.STOPPED_EVALUATION
    return text.STOPPED_KEPT if seen.adapter else text.STOPPED_NOTHING


def _next_steps(seen: Watched) -> str:
    if seen.job == EVALUATION_JOB and seen.status.state is RunState.SUCCEEDED:
        return f'<p><a href="dashboard?{urlencode({"report": seen.id})}">{text.TO_REPORT}</a></p>'
    if seen.trains and seen.adapter and seen.status.state.finished:
        return (
            f'<p>{text.ADAPTER_READY} <a href="arena?{urlencode({"tuned": seen.id})}">{text.TO_ARENA}</a> · '
            f'<a href="dashboard">{text.TO_DASHBOARD}</a> · <a href="train?{urlencode({"export": seen.id})}">{text.TO_EXPORT}</a></p>'
        )
    return ""


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else plain_value(value)
