"""The items of a report in the groups that the public page shows: fixed, broken, still failing, right before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.charts import OUTCOMES
from studio.workspace.reports import ItemResult, ModelScore, Report, ReportItem


@dataclass(frozen=True)
class AnswerView:
    """One model's answer to one item. `outcome` is passed, failed or errored, `word` the same for people."""

    label: str
    role: str
    answer: str
    outcome: str
    word: str
    reason: str
    missed: Sequence[str]
    claimed: Sequence[str]
    handover_wrong: bool


@dataclass(frozen=True)
class ItemView:
    """One item with every model's answer. `anchor` is its id in the page."""

    anchor: str
    id: str
    question: str
    reference: str
    facts: Sequence[str]
    answers: Sequence[AnswerView]


@dataclass(frozen=True)
class Group:
    """Items that belong together. `quiet` groups hold nothing to act on and start folded."""

    anchor: str
    title: str
    note: str
    items: Sequence[ItemView]
    quiet: bool = False


def item_groups(report: Report, labels: Mapping[str, str]) -> list[Group]:
    """The items in groups, each item in exactly one; `labels` are the models' labels by name."""
    items = {item["id"]: _item(item, labels, report["models"], number) for number, item in enumerate(report["items"], start=1)}
    comparison = report["comparison"]
    if comparison is None:
        return _groups_by_outcome(report, items)
    fixed, broken = set(comparison["fixed"]), set(comparison["broken"])
    same = [item for item in report["items"] if item["id"] not in fixed | broken]
    failing = {item["id"] for item in same if not _passed(item, comparison["tuned"])}
    right = {item["id"] for item in same} - failing
    return [
        Group("fixed", "Fixed", "Base was wrong, tuned is right.", _pick(items, fixed)),
        Group("broken", "Broken", "Base was right, tuned is wrong.", _pick(items, broken)),
        Group("still-failing", "Still failing", "Neither is right.", _pick(items, failing)),
        Group("right-both", "Right before and after", "Both are right.", _pick(items, right), quiet=True),
    ]


def _groups_by_outcome(report: Report, items: Mapping[str, ItemView]) -> list[Group]:
    """Without a comparison: what not every model got right, and the rest."""
    right = {item["id"] for item in report["items"] if all(result["outcome"] == "passed" for result in item["results"].values())}
    return [
        Group("failing", "Failing", "Not right.", _pick(items, set(items) - right)),
        Group("right", "Right", "Every point is stated.", _pick(items, right), quiet=True),
    ]


def _pick(items: Mapping[str, ItemView], ids: set[str]) -> list[ItemView]:
    return [view for item_id, view in items.items() if item_id in ids]


def _passed(item: ReportItem, model: str) -> bool:
    return model in item["results"] and item["results"][model]["outcome"] == "passed"


def _item(item: ReportItem, labels: Mapping[str, str], models: Sequence[ModelScore], number: int) -> ItemView:
    facts = [item["industry"], item["intent"].replace("_", " "), f"{item['severity']} severity" if item["severity"] else ""]
    if item["weight"] is not None:
        facts.append(f"{item['weight']:.2%} of traffic")
    answers = [
        _answer(item["results"][model["model"]], labels[model["model"]], model["role"])
        for model in models
        if model["model"] in item["results"]
    ]
    return ItemView(
        anchor=f"item-{number}",
        id=item["id"],
        question=item["question"],
        reference=item["reference"],
        facts=[fact for fact in facts if fact],
        answers=answers,
    )


def _answer(result: ItemResult, label: str, role: str) -> AnswerView:
    mark = OUTCOMES.get(result["outcome"], OUTCOMES["errored"])
    return AnswerView(
        label=label,
        role=role,
        answer=result["answer"],
        outcome=result["outcome"] if result["outcome"] in OUTCOMES else "errored",
        word=mark.word,
        reason=result["reason"],
        missed=result["missed"],
        claimed=result["claimed"],
        handover_wrong=result["handover_wrong"],
    )
