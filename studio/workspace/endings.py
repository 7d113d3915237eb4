"""Why a process ended without its result, in sentences for people, and what to do: a heavy job and a light one have different remedies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much of the machine a job needs, as its spec says: `"weight": "light"`. A spec that says nothing is heavy."""

    HEAVY = "heavy"
    LIGHT = "light"


@dataclass(frozen=True)
class Endings:
    """The sentences of one weight."""

    disk_full: str
    out_of_memory: str
    killed: str
    ended: str


ENDINGS: Mapping[Weight, Endings] = {
    Weight.HEAVY: Endings(
        disk_full="The disk is full. Free some space, then resume the run: it goes on from its last checkpoint.",
        out_of_memory=(
            "The machine ran out of memory. Use a smaller batch with more accumulation, shorter rows, or 4 bit, and start again."
        ),
        killed=(
            "The process was killed from outside, most often because the machine ran out of memory. "
            "Resume it, or use a smaller batch with more accumulation."
        ),
        ended="The process was told to end from outside. Resume the run to go on from its last checkpoint.",
    ),
    Weight.LIGHT: Endings(
        disk_full="The disk is full. Free some space, then try again.",
        out_of_memory="The machine ran out of memory. Split the file, and take one part after the other.",
        killed=(
            "The process was killed from outside, most often because the machine ran out of memory. "
            "Try again; where it happens again, split the file."
        ),
        ended="The process was told to end from outside. Try again.",
    ),
}
