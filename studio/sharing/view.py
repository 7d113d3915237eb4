"""What the public page says about a snapshot, as plain values: numbers already in words.

The template lays them out and decides nothing. Fractions come in as [0, 1]; percentages have one decimal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from studio.charts import model_labels
from studio.sharing.groups import Group, item_groups
from studio.sharing.snapshots import Snapshot
from studio.workspace.reports import Comparison, IndustryScore, ModelScore, QuestionSetInfo, Report, Score

_SIGNIFICANT = 0.05
_SHORT_DIGEST = 12  # characters of a digest that a person compares

_FLOOR_WORDS: Mapping[str, str] = {
    "empty": "An empty answer",
    "refusal": "A refusal",
    "contact support": "“Please contact support”",
    "echo": "The question, echoed",
}
_REDACTION_WORDS: Mapping[str, tuple[str, str]] = {
    "e-mail": ("e-mail address", "e-mail addresses"),
    "phone number": ("phone number", "phone numbers"),
    "payment card": ("payment card", "payment cards"),
    "IBAN": ("IBAN", "IBANs"),
    "secret": ("key or password", "keys or passwords"),
    "path": ("file path", "file paths"),
}


@dataclass(frozen=True)
class Figure:
    """k of n in words: `value` is "11/12 = 91.7%", `interval` is "64.6–98.5%"."""

    value: str
    percent: str
    count: str
    interval: str


@dataclass(frozen=True)
class ModelView:
    """One model's figures. `role` is "base" or "tuned" and picks the colour."""

    label: str
    role: str
    base_model: str
    digest: str
    figure: Figure
    by_family: str
    weighted: str
    worst: str
    failed: int
    errored: int
    words: str
    seconds: str


@dataclass(frozen=True)
class IndustryRow:
    """One industry: its number of items, and a figure for each model (None where the model has none)."""

    name: str
    items: int
    figures: Sequence[Figure | None]


@dataclass(frozen=True)
class PageView:
    """Everything the page says."""

    title: str
    summary: str
    date: str
    date_iso: str
    items: int
    question_set: str
    fingerprint: str
    decoding: str
    models: Sequence[ModelView]
    verdict: str
    mcnemar: str
    industries: Sequence[IndustryRow]
    floors: Sequence[tuple[str, Figure]]
    groups: Sequence[Group]
    redacted: str
    digest: str


def page_view(snapshot: Snapshot) -> PageView:
    """The page of a snapshot."""
    report = snapshot.report
    labels = model_labels(report["models"])
    moment = datetime.fromisoformat(snapshot.created).astimezone(UTC)
    models = [_model(model, labels) for model in report["models"]]
    return PageView(
        title=snapshot.title,
        summary="; ".join(f"{model.label}: {model.figure.value} (Wilson 95%: {model.figure.interval})" for model in models),
        date=f"{moment.day} {moment:%B %Y, %H:%M} UTC",
        date_iso=moment.isoformat(timespec="seconds"),
        items=report["question_set"]["items"],
        question_set=_questions(report["question_set"]),
        fingerprint=_short(report["question_set"]["fingerprint"]),
        decoding=_decoding(report["decoding"]),
        models=models,
        verdict=_verdict(report["comparison"], labels),
        mcnemar=_mcnemar(report["comparison"]),
        industries=_industries(report["models"]),
        floors=[(_floor_words(name), _floor(passed, report)) for name, passed in report["floors"].items()],
        groups=item_groups(report, labels),
        redacted=_redacted(snapshot.redactions),
        digest=snapshot.digest,
    )


def _questions(asked: QuestionSetInfo) -> str:
    """The set's name, and about which brand it asked."""
    filled = ", ".join(f"{name} {value}" for name, value in asked.get("fill", {}).items())
    return f"{asked['name']} ({filled})" if filled else asked["name"]


def _figure(score: Score) -> Figure:
    count, percent = f"{score['passed']}/{score['items']}", f"{score['accuracy']:.1%}"
    return Figure(value=f"{count} = {percent}", percent=percent, count=count, interval=_range(score["wilson"]))


def _range(interval: Sequence[float]) -> str:
    low, high = interval
    return f"{low * 100:.1f}–{high * 100:.1f}%"


def _model(model: ModelScore, labels: Mapping[str, str]) -> ModelView:
    worst = min(model["by_industry"], key=lambda score: (score["accuracy"], score["industry"]), default=None)
    return ModelView(
        label=labels[model["model"]],
        role=model["role"],
        base_model=model["base_model"],
        digest=_short(model["digest"]),
        figure=_figure(model),
        by_family=_range(model["family_bootstrap"]),
        weighted=f"{model['weighted_accuracy']:.1%}",
        worst=f"{worst['industry']}: {_figure(worst).value}" if worst else "no industries named",
        failed=model["failed"],
        errored=model["errored"],
        words=f"{model['mean_answer_words']:.0f} words",
        seconds=f"{model['seconds']:,.0f} s",
    )


def _short(digest: str) -> str:
    """The beginning of a digest, without the name of its algorithm."""
    return digest.rsplit(":", 1)[-1][:_SHORT_DIGEST]


def _decoding(decoding: Mapping[str, object]) -> str:
    settings = {key: value for key, value in decoding.items() if value is not None}
    greedy = settings.get("do_sample") is False or settings.get("temperature") == 0
    parts = [
        f"{key} = {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()
    ]
    return ", ".join((["greedy"] if greedy else []) + parts) or "not recorded"


def _verdict(comparison: Comparison | None, labels: Mapping[str, str]) -> str:
    """The finding in one sentence that claims no more than the test allows."""
    if comparison is None:
        alone = len(labels) == 1
        return (
            "One model was measured; there is nothing to compare it with." if alone else "The models were not compared pairwise."
        )
    fixed, broken = len(comparison["fixed"]), len(comparison["broken"])
    base, tuned = _noun(labels[comparison["base"]]), _noun(labels[comparison["tuned"]])
    if comparison["mcnemar_p"] >= _SIGNIFICANT or fixed == broken:
        return f"On these questions {base} and {tuned} can’t be told apart with confidence."
    direction = "more" if fixed > broken else "less"
    return f"On these questions {tuned} is right {direction} often than {base}, by more than chance explains."


def _noun(label: str) -> str:
    return f"the {label.lower()} model" if label in {"Base", "Tuned"} else label


def _mcnemar(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    fixed, broken, p = len(comparison["fixed"]), len(comparison["broken"]), comparison["mcnemar_p"]
    changed = f"Tuning fixed {_plural(fixed, 'item')} and broke {broken}"
    if fixed + broken == 0:
        return "Tuning fixed no item and broke none, so there is no difference to test (exact McNemar p = 1)."
    chance = f"If tuning made no difference, a split at least this uneven would come up with a probability {_probability(p)}"
    return f"{changed}. {chance} (exact McNemar test, two-sided: p {_equation(p)})."


def _probability(p: float) -> str:
    return "below 1 in 1,000" if p < 0.001 else f"of {p:.1%}"


def _equation(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _industries(models: Sequence[ModelScore]) -> list[IndustryRow]:
    by_model: list[dict[str, IndustryScore]] = [{score["industry"]: score for score in model["by_industry"]} for model in models]
    names = sorted({name for scores in by_model for name in scores})
    rows = []
    for name in names:
        scores = [found.get(name) for found in by_model]
        items = max(score["items"] for score in scores if score)
        rows.append(IndustryRow(name, items, [_figure(score) if score else None for score in scores]))
    return rows


def _floor_words(name: str) -> str:
    plain = name.replace("_", " ")
    return _FLOOR_WORDS.get(plain, plain.capitalize())


def _floor(passed: int, report: Report) -> Figure:
    items = report["question_set"]["items"]
    percent = f"{passed / items:.1%}" if items else "0.0%"
    return Figure(value=f"{passed}/{items} = {percent}", percent=percent, count=f"{passed}/{items}", interval="")


def _redacted(redactions: Mapping[str, int]) -> str:
    """What was replaced, in words; empty when nothing was."""
    parts = [_plural(count, *_REDACTION_WORDS.get(kind, (kind, kind))) for kind, count in redactions.items()]
    return ", ".join(parts)


def _plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
