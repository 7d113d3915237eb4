"""What was taken out of a text, and the function with which a rule takes something out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SEEN = 60  # characters before a match that tell what it is


@dataclass(frozen=True)
class Found:
    """One thing that was replaced: its kind, as in the placeholder, the text that stood there, and whether that was an assistant's turn."""

    kind: str
    original: str
    in_answer: bool = False

    @property
    def thing(self) -> str:
        """What two spellings of one thing share; a secret has one spelling."""
        if self.kind == "secret":
            return self.original.strip("\"'")
        return self.original.casefold() if self.kind == "e-mail" else re.sub(r"[\W_]", "", self.original).casefold()


Take = Callable[[str, str, str], str]
"""`take(kind, original, before)` gives what stands there from now on; `before` is the end of the text in front of it."""


def in_front_of(match: re.Match[str]) -> str:
    """The end of the text in front of a match."""
    return match.string[max(0, match.start() - _SEEN) : match.start()]
