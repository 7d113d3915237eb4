"""What is wrong with one row of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """A row that was not imported. `row` counts from 0; `kind` is for programs, `message` is a sentence for people."""

    row: int
    kind: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in a manifest and on the command line."""
        return {"row": self.row, "kind": self.kind, "message": self.message}


class RowRejected(Exception):
    """Raised inside a reader by whatever finds a row unusable; the reader makes a `Problem` of it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
