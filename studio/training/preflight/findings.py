"""What a check finds: an error, which blocks a training, or a warning, which explains what will come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from studio.errors import BadInput


class Level(StrEnum):
    """What a finding means for the training."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One sentence or two: what, where, and what to change. `check` is the name of the check that found it."""

    level: Level
    check: str
    sentence: str


@dataclass(frozen=True)
class Preflight:
    """What was found. `checks` are the names of the checks that were made; `missing` says why another one was not, by its name."""

    findings: Sequence[Finding]
    checks: Sequence[str]
    missing: Sequence[tuple[str, str]] = ()

    @property
    def errors(self) -> Sequence[Finding]:
        """The findings that block the training."""
        return [finding for finding in self.findings if finding.level is Level.ERROR]

    @property
    def warnings(self) -> Sequence[Finding]:
        """The findings that only explain."""
        return [finding for finding in self.findings if finding.level is Level.WARNING]

    @property
    def blocks(self) -> bool:
        """Whether the training must not start."""
        return bool(self.errors)

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "blocks": self.blocks,
            "findings": [asdict(finding) for finding in self.findings],
            "checks": list(self.checks),
            "not_checked": dict(self.missing),
        }


def error(check: str, sentence: str) -> Finding:
    """A finding that blocks."""
    return Finding(Level.ERROR, check, sentence)


def warning(check: str, sentence: str) -> Finding:
    """A finding that explains."""
    return Finding(Level.WARNING, check, sentence)


def refuse(findings: Iterable[Finding]) -> None:
    """Let only findings pass that explain.

    Raises:
        BadInput: one blocks; with the sentences of all that do.
    """
    if blocking := [finding.sentence for finding in findings if finding.level is Level.ERROR]:
        raise BadInput(" ".join(blocking))
