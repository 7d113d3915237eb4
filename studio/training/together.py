"""What processes that train together must do alike: rank 0 decides, and the others take its word. Where there is one process, nothing of this happens.

Each looks at its own clock and at the run's folder in its own moment. If one stopped a step before the others, these would wait for it for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from torch import distributed

Found = TypeVar("Found")


def agreed(find: Callable[[], Found]) -> Found:
    """What `find` returns in rank 0, in all of them. All must come here."""
    if not _several():
        return find()
    held: list[Any] = [find() if distributed.get_rank() == 0 else None]
    distributed.broadcast_object_list(held, src=0)
    found: Found = held[0]
    return found


def total(value: float) -> float:
    """The sum of what each of them has, in all of them. All must come here."""
    if not _several():
        return value
    values: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(values, value)
    return float(sum(values))


def _several() -> bool:
    return bool(distributed.is_initialized() and distributed.get_world_size() > 1)
