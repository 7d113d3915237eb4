"""How far something is, for whoever shows it; and the place where it can be ended: what a `Progress` raises ends the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from typing import Protocol, TypeVar

Progress = Callable[[int, int], None]
"""Called with what is done and what is to do, in units of its own."""

BETWEEN_REPORTS = 500
"""So many rows are done from one report to the next: some milliseconds."""

_Value = TypeVar("_Value", covariant=True)


class _Values(Sized, Protocol[_Value]):
    def __iter__(self) -> Iterator[_Value]: ...


def reporting(values: _Values[_Value], progress: Progress | None) -> Iterator[_Value]:
    """The values, while `progress` is told how many of them are done; at the end that all are."""
    for number, value in enumerate(values):
        if progress and number % BETWEEN_REPORTS == 0:
            progress(number, len(values))
        yield value
    if progress:
        progress(len(values), len(values))


def part_of(progress: Progress | None, *, before: int, size: int, total: int) -> Progress | None:
    """Reports of one part, in whatever units, as reports of the whole: the part begins at `before` of `total` and is `size` long."""
    if progress is None:
        return None
    return lambda done, of: progress(before + size * done // max(of, 1), total)
