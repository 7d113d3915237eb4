"""What answers that know nothing score. A question set on which one of them scores measures nothing there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from studio.scoring.items import Item
from studio.scoring.verdict import judge


def empty(_: Item) -> str:
    """Nothing at all."""
    return ""


def refusal(_: Item) -> str:
    """A polite refusal."""
    return "I'm sorry, but I can't help with that."


def contact_support(_: Item) -> str:
    """The answer that fits every question."""
    return "Please contact our support team, and they will be happy to help you."


def echo(item: Item) -> str:
    """The customer's own words."""
    return item.conversation[-1]["content"]


FLOORS: Mapping[str, Callable[[Item], str]] = MappingProxyType(
    {"empty": empty, "refusal": refusal, "contact support": contact_support, "echo": echo}
)
"""Each floor's name and what it answers to an item."""


def floor_scores(items: Sequence[Item]) -> dict[str, int]:
    """How many of the items each floor passes, by the floor's name."""
    return {name: sum(judge(item, answer(item)).passed for item in items) for name, answer in FLOORS.items()}
