"""Which items of a question set are asked."""

from __future__ import annotations

from collections.abc import Sequence

from studio.errors import BadInput
from studio.scoring.items import Item


def of_industries(items: Sequence[Item], industries: Sequence[str]) -> list[Item]:
    """The items of these industries, or all items where none is named.

    Raises:
        BadInput: no item is of any of them.
    """
    chosen = [item for item in items if not industries or item.industry in industries]
    if not chosen:
        known = ", ".join(sorted({item.industry for item in items}))
        raise BadInput(f"The question set has no item of {', '.join(industries)}. It has: {known}.")
    return chosen


def spread(items: Sequence[Item], limit: int | None) -> list[Item]:
    """`limit` items evenly spread over the set, so that every industry keeps its share; all of them without a limit."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[index * len(items) // limit] for index in range(limit)]
