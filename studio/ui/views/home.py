"""What Home says: what the workspace holds so far, which of the five steps comes next, and how a run at work is doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape

from studio.arena.ranking import Ranking
from studio.dataset.import_spec import IMPORT_JOB
from studio.ui.text import home as text
from studio.ui.text.common import VISITOR_NOTICE
from studio.ui.views.bars import bar_html
from studio.ui.views.figures import count, duration, interval, share
from studio.ui.views.jobs import job_address
from studio.workspace.adapters import ADAPTER_JOBS, shipped_models, trained_models
from studio.workspace.datasets import Manifest, list_datasets
from studio.workspace.endings import Weight
from studio.workspace.history import history
from studio.workspace.layout import Workspace
from studio.workspace.reports import EVALUATION_JOB, ModelScore, list_reports, read_report
from studio.workspace.runs import Run, RunState, list_runs

STEP_KEYS = ("data", "train", "arena", "dashboard", "share")
_CARD = "display:flex;flex-direction:column;margin:0"
_HIGHLIGHT = "border:2px solid var(--link-text-color)"
_JOBS_OF_STEP = {"data": (IMPORT_JOB,), "train": ADAPTER_JOBS, "dashboard": (EVALUATION_JOB,)}


@dataclass(frozen=True)
class Work:
    """The run at work. `done` of `total` are units of its phase; `seconds_left` is None while nobody can say."""

    run: str
    job: str
    phase: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    waiting: int = 0

    @property
    def fraction(self) -> float:
        """How much of the phase is done, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True)
class SoFar:
    """What the workspace holds."""

    datasets: Sequence[Manifest] = ()
    tuned: Sequence[str] = ()
    shipped: bool = False
    training_failed: str | None = None
    votes: int = 0
    wins: int = 0
    decisive: int = 0
    report: str | None = None
    scores: Sequence[ModelScore] = ()
    open_links: int = 0
    work: Work | None = None


class StepState(StrEnum):
    """Where a step stands; the value is the key of its word."""

    DONE = "done"
    NEXT = "next"
    AT_WORK = "at work"
    LATER = "later"


@dataclass(frozen=True)
class Fact:
    """One line about a step. `role` is "base" or "tuned" where the line is about that model."""

    text: str
    role: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Step:
    """One of the five steps, ready to be shown. `following` marks the one to do next; `href` is relative to Home."""

    key: str
    state: StepState
    action: str
    href: str
    following: bool = False
    facts: Sequence[Fact] = field(default_factory=tuple)


def look_around(workspace: Workspace, *, rankings: Sequence[Ranking] = (), open_links: int = 0) -> SoFar:
    """What the workspace holds; votes and links come from the database and are handed in."""
    reports = list_reports(workspace)
    first = rankings[0] if rankings else None
    return SoFar(
        datasets=list_datasets(workspace),
        tuned=[model.run for model in trained_models(workspace)],
        shipped=bool(shipped_models(workspace)),
        training_failed=_why_the_newest_training_failed(workspace),
        votes=sum(ranking.votes for ranking in rankings),
        wins=first.wins if first else 0,
        decisive=first.decisive if first else 0,
        report=reports[0] if reports else None,
        scores=read_report(workspace, reports[0])["models"] if reports else (),
        open_links=open_links,
        work=work_in_progress(workspace),
    )


def work_in_progress(workspace: Workspace) -> Work | None:
    """The run at work, or else the one that is next in the queue; None when nothing is asked for. A light one only where it is alone."""
    found = [run for run in reversed(list_runs(workspace)) if not run.status.state.finished]
    if not found:
        return None
    unfinished = [run for run in found if run.weight is Weight.HEAVY] or found
    at_work = [run for run in unfinished if run.recorded.state is RunState.RUNNING]
    run = (at_work or unfinished)[0]
    phase, done, total, seconds_left = _progress(run, text.STARTING if at_work else text.WAITING_TO_START)
    return Work(run.id, run.job, phase, done, total, seconds_left, waiting=len(unfinished) - 1)


def steps(so_far: SoFar, *, operator: bool) -> list[Step]:
    """The five steps in order. The next one is the first that is not done and that the caller may do."""
    done = {
        "data": bool(so_far.datasets),
        "train": bool(so_far.tuned),
        "arena": so_far.votes > 0,
        "dashboard": so_far.report is not None,
        "share": so_far.open_links > 0,
    }
    following = _next(so_far, done, operator=operator)
    return [_step(key, so_far, done=done[key], following=key == following, operator=operator) for key in STEP_KEYS]


def visitor_html(*, key_opens: bool) -> str:
    """What a visitor may do here, and where an operator signs in when a key opens the studio."""
    sign_in = f'<p><a href="operator">{text.SIGN_IN}</a></p>' if key_opens else ""
    return f'<div class="card"><p>{VISITOR_NOTICE}</p>{sign_in}</div>'


def steps_html(listed: Sequence[Step]) -> str:
    """The steps as cards in an ordered list."""
    cards = "".join(_card(number, step) for number, step in enumerate(listed, start=1))
    return f'<ol class="cards" style="list-style:none;padding:0;margin:0">{cards}</ol>'


def work_html(work: Work | None) -> str:
    """The run at work with its bar and the time left; empty when there is none."""
    if work is None:
        return ""
    job = text.JOB_WORDS.get(work.job, text.OTHER_JOB)
    parts = [work.phase]
    if work.total:
        parts.append(text.PROGRESS.format(done=f"{work.done:,}", total=f"{work.total:,}"))
    if work.seconds_left is not None:
        parts.append(text.TIME_LEFT.format(time=duration(work.seconds_left)))
    waiting = f'<p class="muted">{text.ALSO_WAITING.format(count=work.waiting)}</p>' if work.waiting else ""
    return (
        f'<section class="card"><h2>{job} <a href="{escape(job_address(work.job, work.run), quote=True)}">{escape(work.run)}</a></h2>'
        f"<p>{escape(', '.join(part for part in parts if part))}</p>{_bar(work)}{waiting}</section>"
    )


def _next(so_far: SoFar, done: dict[str, bool], *, operator: bool) -> str | None:
    if operator:
        return next((key for key in STEP_KEYS if not done[key]), None)
    if so_far.tuned or so_far.shipped:
        return "arena"
    return "dashboard" if so_far.report else None


def _step(key: str, so_far: SoFar, *, done: bool, following: bool, operator: bool) -> Step:
    at_work = so_far.work is not None and so_far.work.job in _JOBS_OF_STEP.get(key, ())
    if at_work:
        state = StepState.AT_WORK
    elif following:
        state = StepState.NEXT
    else:
        state = StepState.DONE if done else StepState.LATER
    only_to_see = done or not (operator or following)
    action = text.WATCH if at_work else (text.STEP_VISITS if only_to_see else text.STEP_ACTIONS)[key]
    return Step(key, state, action, _href(key, so_far, at_work=at_work), following, _facts(key, so_far))


def _href(key: str, so_far: SoFar, *, at_work: bool) -> str:
    if at_work and so_far.work:
        return job_address(so_far.work.job, so_far.work.run)
    if key == "data" and so_far.datasets:
        return f"data?dataset={so_far.datasets[0].id}"
    if key in {"dashboard", "share"} and so_far.report:
        return f"{key}?report={so_far.report}"
    return key


def _facts(key: str, so_far: SoFar) -> list[Fact]:
    if key == "data" and so_far.datasets:
        newest = so_far.datasets[0]
        rejected = text.REJECTED.format(count=newest.rejected) if newest.rejected else ""
        named = text.NEWEST_DATASET.format(name=newest.name, rows=count(newest.rows, "row"))
        return [Fact(count(len(so_far.datasets), "dataset")), Fact(named, detail=rejected)]
    if key == "train":
        failed = [Fact(text.TRAINING_FAILED.format(why=so_far.training_failed))] if so_far.training_failed else []
        if not so_far.tuned:
            return failed
        return [Fact(count(len(so_far.tuned), "tuned model")), Fact(text.NEWEST_TUNED.format(run=so_far.tuned[0])), *failed]
    if key == "arena" and so_far.votes:
        preferred = text.PREFERRED.format(wins=so_far.wins, decisive=so_far.decisive) if so_far.decisive else ""
        return [Fact(count(so_far.votes, "vote"), detail=preferred)]
    if key == "arena" and so_far.shipped and not so_far.tuned:
        return [Fact(text.SHIPPED)]
    if key == "dashboard":
        return [_score_fact(score) for score in so_far.scores]
    if key == "share" and so_far.open_links:
        return [Fact(count(so_far.open_links, "open link"))]
    return []


def _score_fact(score: ModelScore) -> Fact:
    detail = text.INTERVAL.format(interval=interval(score["wilson"]))
    return Fact(share(score["passed"], score["items"]), role=score["role"], detail=detail)


def _card(number: int, step: Step) -> str:
    attributes = f'class="card" style="{_CARD}"'
    link = f'<a href="{escape(step.href, quote=True)}">{step.action}</a>'
    if step.following:
        attributes = f'class="card" style="{_CARD};{_HIGHLIGHT}" aria-current="step"'
        link = f"<strong>{link}</strong>"
    facts = "".join(_fact(fact) for fact in step.facts)
    return (
        f'<li {attributes}><div style="display:flex;justify-content:space-between;gap:.5rem">'
        f"<h2>{number}. {text.STEP_TITLES[step.key]}</h2>{_badge(step.state)}</div>"
        f'<p class="muted">{text.STEP_PURPOSES[step.key]}</p>{facts}'
        f'<p style="margin-top:auto;padding-top:.5rem">{link}</p></li>'
    )


def _badge(state: StepState) -> str:
    word = text.STATE_WORDS[state]
    if state is StepState.DONE:
        return f'<span class="passed">{word}</span>'
    return f'<span class="muted">{word}</span>' if state is StepState.LATER else f"<strong>{word}</strong>"


def _bar(work: Work) -> str:
    if not work.total:
        return ""
    return bar_html(text.PROGRESS_LABEL.format(run=work.run), round(work.fraction * 100), 100, decimals=0)


def _fact(fact: Fact) -> str:
    detail = f'<br><span class="muted">{escape(fact.detail)}</span>' if fact.detail else ""
    if fact.role in text.ROLE_WORDS:
        name = f'<span class="side-name">{text.ROLE_WORDS[fact.role]}</span>'
        return f'<p class="{fact.role} side" style="padding-left:.5rem">{name} {escape(fact.text)}{detail}</p>'
    return f'<p style="overflow-wrap:anywhere">{escape(fact.text)}{detail}</p>'


def _progress(run: Run, phase: str) -> tuple[str, int, int, float | None]:
    """The newest phase with its newest progress; what an earlier phase had done is not of interest any more."""
    told = history(run)
    if told.progress is None:
        return told.phase or phase, 0, 0, None
    return told.phase or phase, int(told.progress["done"]), int(told.progress["total"]), told.progress["seconds_left"]


def _why_the_newest_training_failed(workspace: Workspace) -> str | None:
    newest = next(iter(list_runs(workspace, *ADAPTER_JOBS)), None)
    if newest is None or (status := newest.status).state is not RunState.FAILED:
        return None
    return status.error or newest.id
