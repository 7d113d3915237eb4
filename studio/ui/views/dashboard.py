"""The Dashboard's HTML: reports, headline figures, the comparison, floors, and a running evaluation. All text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from studio.charts import model_labels
from studio.evaluation.comparison import RunComparison
from studio.ui.text import dashboard as text
from studio.ui.views.bars import bar_html
from studio.ui.views.figures import count, duration, interval, moment, probability, share
from studio.workspace.reports import Comparison, ModelScore, Report
from studio.workspace.runs import RunState, Status

_HEADLINE_SET = "high_frequency"
_SIGNIFICANT = 0.05
_SHORT_DIGEST = 12  # characters of a fingerprint that a person compares
_MANY_CHANGED = 60  # item ids listed in full


@dataclass(frozen=True)
class ReportSummary:
    """A report in one line of the list: `scores` are k/n by role, in the order measured."""

    id: str
    created: str
    question_set: str
    fingerprint: str
    scores: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, report: Report) -> ReportSummary:
        """The summary of a report."""
        scores: dict[str, list[str]] = {"base": [], "tuned": []}
        for model in report["models"]:
            scores.setdefault(model["role"], []).append(share(model["passed"], model["items"]))
        questions = report["question_set"]
        return cls(report["id"], report["created"], questions["name"], questions["fingerprint"], scores)

    @property
    def title(self) -> str:
        """As it is named in a choice: when, which questions, the tuned score (or the base's)."""
        best = self.scores.get("tuned") or self.scores.get("base") or []
        return f"{moment(self.created)} · {self.question_set} · {', '.join(best)}"


def question_sets(names: Iterable[str]) -> list[str]:
    """The question sets as they are offered: the one that makes the headline first, the others in the alphabet's order."""
    return sorted(names, key=lambda name: (name != _HEADLINE_SET, name))


def empty() -> str:
    """What the page is for, while there is no report."""
    return (
        f'<div class="card"><h2>{escape(text.EMPTY_TITLE)}</h2><p>{escape(text.EMPTY)}</p>'
        f'<p><a href="train">{escape(text.EMPTY_LINK)}</a></p></div>'
    )


def notice(sentence: str) -> str:
    """Something that is not as asked for, said where it matters."""
    return f'<div class="card" role="alert"><p>{escape(sentence)}</p></div>'


def report_list(summaries: Sequence[ReportSummary], *, opened: str | None, total: int) -> str:
    """The reports as a table of links; the opened one is named and not linked."""
    rows = []
    for summary in summaries:
        scores = [" · ".join(summary.scores.get(role, [])) or "–" for role in ("base", "tuned")]
        link = f"<strong>{escape(text.OPENED)}</strong>" if summary.id == opened else _report_link(summary.id)
        rows.append([moment(summary.created), escape(summary.question_set), *map(escape, scores), link])
    older = text.SHOWING_NEWEST.format(shown=len(summaries), total=total) if total > len(summaries) else ""
    return table(text.REPORTS, text.REPORT_COLUMNS, rows) + (f'<p class="muted">{escape(older)}</p>' if older else "")


def headline(report: Report) -> str:
    """What the opened report is about, with a card for each model."""
    questions = report["question_set"]
    title = text.REPORT_TITLE.format(name=questions["name"], when=moment(report["created"]))
    about = text.ABOUT.format(
        items=count(questions["items"], "question"),
        decoding=text.GREEDY if report["decoding"].get("temperature", 0) == 0 else text.SAMPLED,
        fingerprint=questions["fingerprint"][:_SHORT_DIGEST],
        report=report["id"],
    )
    if filled := questions.get("fill"):
        about += " " + text.FILLED.format(values=", ".join(f"{name} = {value}" for name, value in filled.items()))
    labels = model_labels(report["models"])
    cards = "".join(_model_card(model, labels[model["model"]]) for model in report["models"])
    return f'<h2>{escape(title)}</h2><p class="muted">{escape(about)}</p><div class="cards">{cards}</div>'


def comparison(found: Comparison | None) -> str:
    """Base against tuned, pairwise, in plain words."""
    if found is None:
        return f'<h2>{escape(text.COMPARISON)}</h2><p class="muted">{escape(text.NOT_COMPARED)}</p>'
    fixed, broken = len(found["fixed"]), len(found["broken"])
    counts = _counts(fixed, broken, found["both_passed"], found["both_failed"])
    sentence = mcnemar_words(text.TUNING, fixed, broken, found["mcnemar_p"])
    return f"<h2>{escape(text.COMPARISON)}</h2>{counts}<p>{escape(sentence)}</p>"


def mcnemar_words(subject: str, fixed: int, broken: int, p: float) -> str:
    """The exact McNemar test as sentences that claim no more than it allows."""
    if fixed + broken == 0:
        return text.NO_DIFFERENCE.format(subject=subject)
    changed = text.CHANGED.format(subject=subject, fixed=count(fixed, "item"), broken=broken)
    chance = text.CHANCE.format(chance="below 0.1%" if p < 0.001 else f"{p:.1%}", p=probability(p))
    verdict = text.UNCLEAR if p >= _SIGNIFICANT else text.BETTER if fixed > broken else text.WORSE
    return f"{changed} {chance} {verdict}"


def run_against_run(found: RunComparison) -> str:
    """Two reports' tuned models, pairwise, with the ids of what changed."""
    title = text.AGAINST_TITLE.format(earlier=found.earlier_model, later=found.later_model)
    shared = text.AGAINST_SHARED.format(
        items=count(found.items, "item"),
        before=share(found.earlier_passed, found.items),
        after=share(found.later_passed, found.items),
    )
    fixed, broken = len(found.fixed), len(found.broken)
    sentence = mcnemar_words(text.AGAINST_SUBJECT, fixed, broken, found.mcnemar_p)
    lists = _changed(text.FIXED, "passed", found.fixed) + _changed(text.BROKEN, "failed", found.broken)
    return (
        f"<h3>{escape(title)}</h3><p>{escape(shared)}</p>"
        f"{_counts(fixed, broken, found.both_passed, found.both_failed)}<p>{escape(sentence)}</p>{lists}"
    )


def floors(report: Report) -> str:
    """What answers that know nothing score on the same items."""
    total = report["question_set"]["items"]
    entries = "".join(
        f"<li>{escape(text.FLOOR_NAMES.get(name, name))}: {share(passed, total)}</li>"
        for name, passed in report["floors"].items()
    )
    return f"<h2>{escape(text.FLOORS)}</h2><p>{escape(text.FLOORS_NOTE)}</p><ul>{entries}</ul>"


def industry_table(report: Report) -> str:
    """The chart's numbers: k of n and its interval, by industry and model."""
    labels = model_labels(report["models"])
    names = sorted({score["industry"] for model in report["models"] for score in model["by_industry"]})
    rows = []
    for name in names:
        cells = []
        for model in report["models"]:
            score = next((score for score in model["by_industry"] if score["industry"] == name), None)
            cells.append(f"{share(score['passed'], score['items'])}<br>({interval(score['wilson'])})" if score else "–")
        rows.append([escape(name), *cells])
    return table(text.CHART_LABEL, (text.INDUSTRY, *(labels[model["model"]] for model in report["models"])), rows)


def share_link(report_id: str) -> str:
    """The way to the Share page for this report."""
    return f'<p><a href="share?report={quote(report_id)}">{escape(text.SHARE)}</a></p>'


def evaluation_progress(run: str, status: Status, last: Mapping[str, Mapping[str, Any]], *, ahead: int = 0) -> str:
    """Where an evaluation stands.

    Args:
        run: its id.
        status: its state.
        last: its latest events by kind, `phase` and `progress` among them.
        ahead: how many runs go before it while it waits.
    """
    if status.state is RunState.QUEUED:
        return _announced(text.QUEUED.format(run=run, ahead=count(ahead, "run")))
    if status.state is RunState.FAILED:
        return _announced(text.FAILED.format(run=run, error=status.error or ""))
    if status.state is RunState.STOPPED:
        return _announced(text.STOPPED.format(run=run))
    if status.state is RunState.SUCCEEDED:
        link = f'<a href="dashboard?report={quote(run)}">{escape(text.FINISHED_LINK)}</a>'
        return f'<p role="status" aria-live="polite">{escape(text.FINISHED.format(run=run))} {link}</p>'
    return _running(run, last)


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls on its own in a narrow window; cells are HTML already, columns and caption are text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="studio-scroll" style="contain:inline-size" role="region" aria-label="{escape(caption)}" tabindex="0">'
        '<table class="studio-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _report_link(report_id: str) -> str:
    return f'<a href="dashboard?report={quote(report_id)}">{escape(text.OPEN_REPORT.format(report=report_id))}</a>'


def _model_card(model: ModelScore, label: str) -> str:
    worst = min(model["by_industry"], key=lambda score: (score["accuracy"], score["industry"]), default=None)
    facts = {
        text.WILSON: interval(model["wilson"]),
        text.FAMILIES: interval(model["family_bootstrap"]),
        text.WEIGHTED: f"{model['weighted_accuracy']:.1%}",
        text.WORST: f"{worst['industry']}: {share(worst['passed'], worst['items'])}" if worst else text.NO_INDUSTRY,
        text.ERRORED: str(model["errored"]),
        text.WORDS: f"{model['mean_answer_words']:.0f} words",
        text.SECONDS: duration(model["seconds"]),
    }
    listed = "".join(f"<p>{escape(name)}: {escape(value)}</p>" for name, value in facts.items())
    role = "base" if model["role"] == "base" else "tuned"
    name = "" if model["model"] == "base" else f'<p class="muted">{escape(model["model"])}</p>'
    return (
        f'<section class="card side {role}"><h3 class="side-name">{escape(label)}</h3>{name}'
        f'<p class="big">{share(model["passed"], model["items"])}</p><p>{escape(text.RIGHT)}</p>{listed}</section>'
    )


def _counts(fixed: int, broken: int, both_passed: int, both_failed: int) -> str:
    cells = (
        ("passed", text.FIXED, fixed),
        ("failed", text.BROKEN, broken),
        ("", text.BOTH_PASSED, both_passed),
        ("", text.BOTH_FAILED, both_failed),
    )
    cards = "".join(
        f'<div class="card"><p class="big">{items}</p><p class="{mark}">{escape(name)}</p></div>' for mark, name, items in cells
    )
    return f'<div class="cards" style="margin-bottom:.75rem">{cards}</div>'


def _changed(name: str, mark: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    listed = ", ".join(escape(item) for item in items[:_MANY_CHANGED]) + (" …" if len(items) > _MANY_CHANGED else "")
    return f'<p><strong class="{mark}">{escape(name)}</strong> ({len(items)}): {listed}</p>'


def _running(run: str, last: Mapping[str, Mapping[str, Any]]) -> str:
    phase, progress = last.get("phase"), last.get("progress")
    if phase is None:
        return _announced(text.STARTING.format(run=run))
    name = str(phase["name"])
    if progress is None or progress.get("phase") != name:
        return _announced(text.PHASE.format(run=run, phase=name))
    done, total, left = int(progress["done"]), int(progress["total"]), progress.get("seconds_left")
    sentence = text.RUNNING.format(run=run, phase=name, done=done, total=total)
    remaining = f" {text.TIME_LEFT.format(time=duration(left))}" if left is not None and done < total else ""
    return f'<p role="status">{escape(sentence + remaining)}</p>{bar_html(sentence, done, total)}'


def _announced(sentence: str) -> str:
    return f'<p role="status" aria-live="polite">{escape(sentence)}</p>'
