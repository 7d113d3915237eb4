"""Passages and candidates in a run's folder. A candidate's id is made of what it says, so that a run that is resumed adds nothing twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from studio.dataset.distillation.candidates import Candidate, Passage
from studio.workspace.files import append_json_line, end_torn_line, read_json_lines
from studio.workspace.runs import Run


@dataclass(frozen=True)
class Count:
    """How many candidates there are, and how many of them something speaks against."""

    candidates: int
    rejected: int


def candidate_id(candidate: Candidate) -> str:
    """Twelve hexadecimal digits."""
    content = json.dumps([candidate.passage, candidate.origin, candidate.question, candidate.answer])
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class CandidateStore:
    """The candidates of one run; one process writes, any may read."""

    run: Run

    def add(self, passages: Sequence[Passage], candidates: Iterable[Candidate]) -> None:
        """Append those that are not there yet."""
        for file in (self._passages, self._candidates):
            end_torn_line(file)
        for passage in passages:
            if passage.id not in self._known:
                self._known.add(passage.id)
                append_json_line(self._passages, asdict(passage))
        for candidate in candidates:
            name = candidate_id(candidate)
            if name not in self._known:
                self._known.add(name)
                append_json_line(self._candidates, asdict(candidate))

    def passages(self) -> dict[str, Passage]:
        """The passages by their id."""
        found = (_passage(value) for value in read_json_lines(self._passages))
        return {passage.id: passage for passage in found}

    def candidates(self) -> dict[str, Candidate]:
        """The candidates by their id, in the order in which they were made."""
        found = (_candidate(value) for value in read_json_lines(self._candidates))
        return {candidate_id(candidate): candidate for candidate in found}

    def count(self) -> Count:
        """How many there are."""
        found = self.candidates().values()
        return Count(len(found), sum(not candidate.grounded for candidate in found))

    @property
    def _passages(self) -> Path:
        return self.run.folder / "passages.jsonl"

    @property
    def _candidates(self) -> Path:
        return self.run.folder / "candidates.jsonl"

    @cached_property
    def _known(self) -> set[str]:
        return {*self.passages(), *self.candidates()}


def _passage(value: Mapping[str, Any]) -> Passage:
    return Passage(**{**value, "headings": tuple(value["headings"])})


def _candidate(value: Mapping[str, Any]) -> Candidate:
    return Candidate(**{**value, "reasons": tuple(value["reasons"])})
