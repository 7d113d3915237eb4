"""Is a question set fair: can its items be passed, and only by the right answers?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from studio.scoring.floors import floor_scores
from studio.scoring.items import Item
from studio.scoring.verdict import judge

MAX_FLOOR = 0.02
"""The share of the items that an answer which knows nothing may pass."""


def check_question_set(items: Sequence[Item]) -> list[str]:
    """What is wrong with the set, one sentence a fault; empty when it is sound.

    Takes time with the square of the set's size: each item meets the reference answers of all other families.
    """
    checks = (_repeated_ids, _without_points, _failed_references, _strangers, _floors)
    return [fault for check in checks for fault in check(items)]


def _repeated_ids(items: Sequence[Item]) -> Iterator[str]:
    for item_id, times in Counter(item.id for item in items).items():
        if times > 1:
            yield f"The id '{item_id}' is used {times} times; give each item its own."


def _without_points(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        if not item.points:
            yield f"{item.id} has no point, so that it accepts any answer; add at least one."


def _failed_references(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        verdict = judge(item, item.answer)
        if not verdict.passed:
            yield f"{item.id} fails its own reference answer: {verdict.reason}"


def _strangers(items: Sequence[Item]) -> Iterator[str]:
    """The references of other families that pass; one answer used by several items of a family is tried once."""
    references = {(item.family, item.answer): item.id for item in reversed(items)}
    for item in items:
        for (family, answer), item_id in references.items():
            if family != item.family and judge(item, answer).passed:
                yield f"{item.id} passes the reference answer of {item_id}, another family; name its facts exactly."


def _floors(items: Sequence[Item]) -> Iterator[str]:
    allowed = int(MAX_FLOOR * len(items))
    for name, passed in floor_scores(items).items():
        if passed > allowed:
            yield f"The floor '{name}' passes {passed} of {len(items)} items, over the {allowed} allowed; tighten them."
