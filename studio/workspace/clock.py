"""Time as it is written down."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def timestamp() -> str:
    """This moment in ISO 8601, to the millisecond, in UTC."""
    return now().isoformat(timespec="milliseconds")
