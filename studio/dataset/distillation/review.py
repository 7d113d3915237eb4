"""What a person decides about candidates: approve, edit, drop, and take that back. Every decision is written down at once.

    decisions.jsonl   {"t": ..., "changes": [{"id": ..., "verdict": ..., "question": ..., "answer": ...}]} or {"t": ..., "undo": true}

Nothing is ever rewritten: an undo is a line that takes the last one back.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.grounding import faults
from studio.dataset.distillation.store import CandidateStore
from studio.dataset.reading.problems import Problem, RowRejected
from studio.dataset.reading.row_checks import check_row
from studio.errors import BadInput, NotFound
from studio.workspace.clock import timestamp
from studio.workspace.datasets import Manifest, Row, write_dataset
from studio.workspace.files import append_json_line, end_torn_line, read_json_lines
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run


class Standing(StrEnum):
    """Where a candidate stands. `REJECTED`: something speaks against it, and nobody has decided yet."""

    UNDECIDED = "undecided"
    APPROVED = "approved"
    DROPPED = "dropped"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Entry:
    """A candidate as it stands: `question` and `answer` are as last edited."""

    id: str
    candidate: Candidate
    passage: Passage
    standing: Standing
    question: str
    answer: str

    @property
    def edited(self) -> bool:
        """Whether a person changed it."""
        return (self.question, self.answer) != (self.candidate.question, self.candidate.answer)


@dataclass(frozen=True)
class Review:
    """All candidates of a run with what was decided. Read once; `read_review` again after a decision."""

    run: Run
    entries: Sequence[Entry]
    undoable: bool

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many stand where."""
        return Counter(entry.standing for entry in self.entries)

    def standing(self, *standings: Standing) -> list[Entry]:
        """Those that stand there, in the documents' order; all of them where none is named."""
        return [entry for entry in self.entries if not standings or entry.standing in standings]

    def entry(self, name: str) -> Entry:
        """The candidate of that id.

        Raises:
            NotFound: there is none.
        """
        for entry in self.entries:
            if entry.id == name:
                return entry
        raise NotFound("This candidate is not there any more. Load the page again.")


def read_review(run: Run) -> Review:
    """Candidates and decisions, as they are now."""
    store = CandidateStore(run)
    passages, changes = store.passages(), _changes(run)
    latest: dict[str, dict[str, Any]] = {}
    for change in (change for line in changes for change in line):
        latest.setdefault(change["id"], {}).update({key: value for key, value in change.items() if value is not None})
    entries = [
        _entry(name, candidate, passages[candidate.passage], latest.get(name, {}))
        for name, candidate in store.candidates().items()
        if candidate.passage in passages
    ]
    place = {name: number for number, name in enumerate(passages)}
    return Review(run, sorted(entries, key=lambda entry: place[entry.passage.id]), bool(changes))


def decide(run: Run, names: Sequence[str], standing: Standing) -> None:
    """Approve, drop, or leave open again: one decision, however many candidates it is about.

    Raises:
        NotFound: one of them does not exist.
        BadInput: one to be approved has no question or no answer.
    """
    review = read_review(run)
    entries = [review.entry(name) for name in names]
    if standing is Standing.APPROVED and any(not entry.question.strip() or not entry.answer.strip() for entry in entries):
        raise BadInput("A row needs a question and an answer. Write what is missing, then approve.")
    _write(run, [{"id": entry.id, "verdict": standing.value} for entry in entries if entry.standing is not standing])


def edit(run: Run, name: str, question: str, answer: str) -> bool:
    """Keep an edited question and answer. Returns whether they differ from what was kept."""
    entry = read_review(run).entry(name)
    question, answer = question.strip(), answer.strip()
    if (question, answer) == (entry.question, entry.answer):
        return False
    _write(run, [{"id": name, "question": question, "answer": answer}])
    return True


def undo(run: Run) -> None:
    """Take the last decision or edit back.

    Raises:
        BadInput: there is none.
    """
    if not _changes(run):
        raise BadInput("There is no decision to take back.")
    _append(run, {"undo": True})


def objections(entry: Entry) -> Sequence[str]:
    """What speaks against a candidate as it stands: the reasons it came with, or, once it was edited, what the passage does not support."""
    if not entry.edited:
        return entry.candidate.reasons
    return tuple(faults(entry.question, entry.answer, entry.passage))


def row_of(entry: Entry) -> Row:
    """A candidate as a training row. Rows with the same answer from one document are one family."""
    document = re.sub(r"[^a-z0-9]+", "-", entry.passage.document.lower()).strip("-")[:40] or "manual"
    digest = hashlib.sha256(entry.answer.encode()).hexdigest()[:8]
    messages = [{"role": "user", "content": entry.question}, {"role": "assistant", "content": entry.answer}]
    return Row(messages=messages, source=entry.passage.document, family=f"{document}-{digest}")


def make_dataset(workspace: Workspace, run: Run, *, name: str = "") -> Manifest:
    """The approved rows as a new dataset; its manifest says which candidates were left out, and why.

    Raises:
        BadInput: none was approved.
    """
    review = read_review(run)
    if not review.standing(Standing.APPROVED):
        raise BadInput("No row is approved yet. Approve some first.")
    documents = list(dict.fromkeys(document["name"] for document in run.spec["documents"]))
    shown = ", ".join(documents[:3]) + (f" and {len(documents) - 3} more" if len(documents) > 3 else "")
    problems: list[dict[str, Any]] = []
    rows = list(_rows(review, problems))
    return write_dataset(
        workspace, rows, name=name.strip() or run.spec["name"], source=shown, problems=problems, parents=(run.id,)
    )  # fmt: skip


def _rows(review: Review, problems: list[dict[str, Any]]) -> Iterator[Row]:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(review.entries):
        problem = _why_left_out(number, entry)
        if problem is None and (entry.question, entry.answer) in seen:
            problem = Problem(number, "duplicate", "Another approved row has the same question and answer.")
        if problem is None:
            seen.add((entry.question, entry.answer))
            yield row_of(entry)
        else:
            problems.append(problem.to_json())


def _why_left_out(number: int, entry: Entry) -> Problem | None:
    asked = f"“{entry.question or entry.answer[:80]}”"
    if entry.standing is Standing.DROPPED:
        return Problem(number, "dropped", f"{asked} was dropped by a person.")
    if entry.standing is Standing.REJECTED:
        return Problem(number, "rejected", f"{asked}: {' '.join(entry.candidate.reasons)}")
    if entry.standing is Standing.UNDECIDED:
        return Problem(number, "undecided", f"{asked} was not decided on.")
    try:
        check_row(row_of(entry))
    except RowRejected as rejected:
        return Problem(number, rejected.kind, f"{asked}: {rejected.message}")
    return None


def _entry(name: str, candidate: Candidate, passage: Passage, decided: Mapping[str, Any]) -> Entry:
    open_standing = Standing.UNDECIDED if candidate.grounded else Standing.REJECTED
    verdict = Standing(decided.get("verdict", open_standing))
    return Entry(
        id=name,
        candidate=candidate,
        passage=passage,
        standing=open_standing if verdict in {Standing.UNDECIDED, Standing.REJECTED} else verdict,
        question=decided.get("question", candidate.question),
        answer=decided.get("answer", candidate.answer),
    )


def _changes(run: Run) -> list[list[dict[str, Any]]]:
    """The decisions that were not taken back, oldest first."""
    kept: list[list[dict[str, Any]]] = []
    for line in read_json_lines(run.folder / "decisions.jsonl"):
        if not line.get("undo"):
            kept.append(line["changes"])
        elif kept:
            kept.pop()
    return kept


def _write(run: Run, changes: Sequence[Mapping[str, Any]]) -> None:
    if changes:
        _append(run, {"changes": list(changes)})


def _append(run: Run, line: Mapping[str, Any]) -> None:
    path = run.folder / "decisions.jsonl"
    end_torn_line(path)
    append_json_line(path, {"t": timestamp(), **line})
