"""A run as it is watched: where it stands, its numbers, its notes, how it ended, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from studio.ui.text import train as text
from studio.ui.text import train_runs
from studio.ui.views.bars import bar_html
from studio.ui.views.figures import count, duration
from studio.ui.views.train_form import plain_value
from studio.ui.views.train_numbers import number, table
from studio.ui.views.train_validation import stopped_with_best
from studio.workspace.adapters import ADAPTER_JOBS
from studio.workspace.clock import now
from studio.workspace.history import Followers, Metrics, history
from studio.workspace.reports import EVALUATION_JOB
from studio.workspace.run_notes import RunNotes, read_run_notes
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
    written: RunNotes = field(default_factory=RunNotes)

    @property
    def job(self) -> str:
        """The job's dotted name."""
        return str(self.spec.get("job", ""))

    @property
    def trains(self) -> bool:
        """Whether this is a training, which has curves."""
        return self.job in ADAPTER_JOBS

    @property
    def measured(self) -> Sequence[str]:
        """The names of what was measured at any step: what has a curve."""
        return (self.metrics if isinstance(self.metrics, Metrics) else Metrics.of(self.metrics)).fields

    @property
    def stamp(self) -> str:
        """Changes whenever the curves do."""
        newest = self.metrics[-1].get("t", "") if self.metrics else ""
        return f"{self.id}/{len(self.metrics)}/{newest}"


def watch(run: Run, *, behind: int = 0, followers: Followers | None = None) -> Watched:
    """Read the run's folder; of its events, which may be many, only what is new to the followers.

    The status is read first: whatever a finished run has written is then among the events.
    """
    status = run.status
    told = followers.look(run) if followers else history(run)
    return Watched(
        id=run.id,
        spec=run.spec,
        status=status,
        behind=behind,
        stop_request=run.stop_request,
        adapter=has_adapter(run),
        metrics=told.metrics,
        phase=told.phase,
        progress=told.progress,
        notes=told.notes,
        written=read_run_notes(run),
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
    called = f"{seen.written.name} ({seen.id})" if seen.written.name else seen.id
    head = (
        f"<h2>{escape(kind)} {escape(called)}</h2>"
        f'<p>{state_html(seen.status.state)} <span class="muted">· {escape(subject(seen.job, seen.spec))}</span></p>'
    )
    links = [f'<a href="{run_link(seen.id)}">{text.LINK}</a>']
    if seen.trains:
        links.append(f'<a href="{compare_link([seen.id])}">{train_runs.COMPARE_TO}</a>')
    about = f"{_standing(seen)}{_next_steps(seen)}{written_html(seen.written)}<p>{' · '.join(links)}</p>"
    return f'<section class="card" aria-live="polite">{head}{about}</section>'


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


def compare_link(run_ids: Sequence[str], curve: str = "") -> str:
    """The address of a comparison, relative to the studio."""
    return "train?" + urlencode({"compare": ",".join(run_ids), **({"curve": curve} if curve else {})}, safe=",")


def written_html(written: RunNotes) -> str:
    """Tags and note of a run; empty where nobody has written any."""
    note = f'<p style="white-space:pre-line">{escape(written.text)}</p>' if written.text else ""
    return (f"<p>{tags_html(written.tags)}</p>" if written.tags else "") + note


def tags_html(tags: Sequence[str]) -> str:
    """Tags, each a link to the list of runs that have it."""
    return " ".join(f'<a class="tag" href="train?{urlencode({"tag": tag})}">{escape(tag)}</a>' for tag in tags)


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


def subject(job: str, spec: Mapping[str, Any]) -> str:
    """What a run works on: dataset and model, and what a second stage starts from, or question set and models."""
    if job == EVALUATION_JOB:
        return f"{question_set_name(spec)} · {', '.join(spec.get('models', ()))}"
    parts = [str(spec[field]) for field in ("dataset", "model") if field in spec]
    if "start" in spec:
        parts.append(text.ON_TOP_OF.format(start=spec["start"]))
    return " · ".join(parts)


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
    said = text.TRAINED.format(
        duration=took,
        steps=number(result.get("steps")),
        rows=number(result.get("rows")),
        loss=number(result["final_loss"]),
        memory=number(result.get("peak_memory_mb")),
    )
    if "reward_margin" not in result:
        return said
    accuracy = result.get("reward_accuracy")
    told = f"{accuracy:.0%}" if isinstance(accuracy, int | float) else text.NO_VALUE
    return f"{said} {text.PREFERRED.format(margin=number(result['reward_margin']), accuracy=told)}"


def _stopped(seen: Watched) -> str:
    if seen.status.started is None:
        return text.STOPPED_WAITING
    if not seen.trains:
        return text.STOPPED_EVALUATION
    if not seen.adapter:
        return text.STOPPED_NOTHING
    return stopped_with_best(seen.metrics, seen.spec) or text.STOPPED_KEPT


def _next_steps(seen: Watched) -> str:
    if seen.job == EVALUATION_JOB and seen.status.state is RunState.SUCCEEDED:
        return f'<p><a href="dashboard?{urlencode({"report": seen.id})}">{text.TO_REPORT}</a></p>'
    if seen.trains and seen.adapter and seen.status.state.finished:
        return (
            f'<p>{text.ADAPTER_READY} <a href="arena?{urlencode({"tuned": seen.id})}">{text.TO_ARENA}</a> · '
            f'<a href="dashboard">{text.TO_DASHBOARD}</a> · <a href="train?{urlencode({"export": seen.id})}">{text.TO_EXPORT}</a> · '
            f'<a href="train?{urlencode({"prefer": seen.id})}">{text.TO_PREFER}</a></p>'
        )
    return ""


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else plain_value(value)
