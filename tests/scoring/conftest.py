"""Items to judge, each a variation of one sound item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.scoring.items import Item

_SOUND: dict[str, Any] = {
    "id": "airline-03a",
    "family": "airline-03",
    "industry": "airline",
    "intent": "refund_cancelled_flight",
    "question": "My flight was cancelled. Do I get my money back?",
    "answer": "You get a full refund within seven working days.",
    "points": [
        {"say": "full refund", "any": ["full refund", "refunded in full"]},
        {"say": "within 7 working days", "any": ["7 working days"]},
    ],
    "forbidden": ["only a voucher"],
    "severity": "high",
    "policy_version": "2026-10",
}

Fields = Callable[..., dict[str, Any]]
MakeItem = Callable[..., Item]


@pytest.fixture
def fields() -> Fields:
    """The fields of a sound item; a change to None leaves the field out."""
    return lambda **changes: {name: value for name, value in (_SOUND | changes).items() if value is not None}


@pytest.fixture
def make_item(fields: Fields) -> MakeItem:
    return lambda **changes: Item.model_validate(fields(**changes))
