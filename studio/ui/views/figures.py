"""Measured figures as every page shows them: a share never without its count, an estimate never without its interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime


def share(count: int, total: int) -> str:
    """`259/280 = 92.5%`; a dash instead of a percentage of nothing."""
    return f"{count}/{total} = {count / total:.1%}" if total else f"{count}/{total} = –"


def interval(bounds: Sequence[float]) -> str:
    """Fractions as `88.8% to 95.0%`."""
    low, high = bounds
    return f"{low:.1%} to {high:.1%}"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 item`, `1,250 items`. `plural` is for nouns that take more than an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(value: str | datetime) -> str:
    """A moment, or its ISO 8601 text, to the minute and in UTC: `22 Nov 2026, 17:40 UTC`."""
    when = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def duration(seconds: float) -> str:
    """`42 s`, `3 min 20 s` or `1 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def probability(p: float) -> str:
    """`p = 0.625`, or `p < 0.001` where more digits would feign precision."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
