"""Answers and verdicts to a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.chat.messages import Decoding
from studio.evaluation.spec import Contestant
from studio.evaluation.statistics import family_bootstrap, mcnemar_p, wilson_interval
from studio.scoring.floors import floor_scores
from studio.scoring.items import Item, QuestionSet
from studio.scoring.verdict import Outcome, Verdict
from studio.workspace.clock import timestamp
from studio.workspace.reports import (
    SCHEMA,
    Comparison,
    IndustryScore,
    ItemResult,
    ModelScore,
    QuestionSetInfo,
    Report,
    ReportItem,
    Score,
)


@dataclass(frozen=True)
class Answers:
    """What one model answered: answers and verdicts in the order of the items, and how long it took in seconds."""

    contestant: Contestant
    digest: str
    answers: Sequence[str]
    verdicts: Sequence[Verdict]
    seconds: float

    @property
    def passed(self) -> list[bool]:
        """One flag an item."""
        return [verdict.passed for verdict in self.verdicts]


def build_report(
    report_id: str,
    question_set: QuestionSet,
    items: Sequence[Item],
    models: Sequence[Answers],
    *,
    base_model: str,
    decoding: Decoding,
    fill: Mapping[str, str] | None = None,
) -> Report:
    """The report of these answers; `fill` is what filled the set's placeholders. With a base and a tuned model among them, they are compared pairwise."""
    return Report(
        schema=SCHEMA,
        id=report_id,
        created=timestamp(),
        question_set=_about(question_set, len(items), fill or {}),
        decoding=dict(decoding.to_json()),
        models=[_model_score(items, model, base_model) for model in models],
        floors=floor_scores(items),
        comparison=_first_comparison(items, models),
        items=[_report_item(index, item, models) for index, item in enumerate(items)],
    )


def _about(question_set: QuestionSet, items: int, fill: Mapping[str, str]) -> QuestionSetInfo:
    about = QuestionSetInfo(name=question_set.name, fingerprint=question_set.fingerprint, items=items)
    if fill:
        about["fill"] = dict(fill)
    return about


def compare(items: Sequence[Item], base: Answers, tuned: Answers) -> Comparison:
    """The two models item by item: what the tuned one fixed, and what it broke."""
    pairs = list(zip(items, base.passed, tuned.passed, strict=True))
    fixed = [item.id for item, before, after in pairs if after and not before]
    broken = [item.id for item, before, after in pairs if before and not after]
    return Comparison(
        base=base.contestant.name,
        tuned=tuned.contestant.name,
        fixed=fixed,
        broken=broken,
        both_passed=sum(before and after for _, before, after in pairs),
        both_failed=sum(not before and not after for _, before, after in pairs),
        mcnemar_p=mcnemar_p(len(fixed), len(broken)),
    )


def score(passed: Sequence[bool]) -> Score:
    """k of n with its Wilson interval."""
    count, total = sum(passed), len(passed)
    return Score(passed=count, items=total, accuracy=count / total if total else 0.0, wilson=list(wilson_interval(count, total)))


def _first_comparison(items: Sequence[Item], models: Sequence[Answers]) -> Comparison | None:
    base = next((model for model in models if model.contestant.role == "base"), None)
    tuned = next((model for model in models if model.contestant.role == "tuned"), None)
    return compare(items, base, tuned) if base and tuned else None


def _model_score(items: Sequence[Item], model: Answers, base_model: str) -> ModelScore:
    outcomes = [verdict.outcome for verdict in model.verdicts]
    words = [len(answer.split()) for answer in model.answers]
    return ModelScore(
        **score(model.passed),
        model=model.contestant.name,
        role=model.contestant.role,
        base_model=base_model,
        digest=model.digest,
        failed=outcomes.count(Outcome.FAILED),
        errored=outcomes.count(Outcome.ERRORED),
        weighted_accuracy=_weighted(items, model.passed),
        family_bootstrap=list(family_bootstrap([item.family for item in items], model.passed)),
        by_industry=_by_industry(items, model.passed),
        mean_answer_words=sum(words) / len(words) if words else 0.0,
        seconds=model.seconds,
    )


def _weighted(items: Sequence[Item], passed: Sequence[bool]) -> float:
    weights = [item.weight if item.weight is not None else 1.0 for item in items]
    total = sum(weights)
    return sum(weight for weight, outcome in zip(weights, passed, strict=True) if outcome) / total if total else 0.0


def _by_industry(items: Sequence[Item], passed: Sequence[bool]) -> list[IndustryScore]:
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for item, outcome in zip(items, passed, strict=True):
        outcomes[item.industry].append(outcome)
    return [IndustryScore(**score(outcomes[industry]), industry=industry) for industry in sorted(outcomes)]


def _report_item(index: int, item: Item, models: Sequence[Answers]) -> ReportItem:
    results: Mapping[str, ItemResult] = {
        model.contestant.name: _item_result(model.answers[index], model.verdicts[index]) for model in models
    }
    return ReportItem(
        id=item.id,
        family=item.family,
        industry=item.industry,
        intent=item.intent,
        question=item.conversation[-1]["content"],
        reference=item.answer,
        severity=item.severity,
        weight=item.weight,
        results=dict(results),
    )


def _item_result(answer: str, verdict: Verdict) -> ItemResult:
    return ItemResult(
        answer=answer,
        outcome=verdict.outcome.value,
        missed=list(verdict.missed),
        claimed=list(verdict.claimed),
        handover_wrong=verdict.handover_wrong,
        reason=verdict.reason,
    )
