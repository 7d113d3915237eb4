"""What the teacher has answered so far: append-only JSONL in the run folder, so that a restart asks only for what is missing.

    {"request": digest, "passage": id, "model": name, "text": reply, "prompt_tokens": n, "completion_tokens": n}
    {"request": digest, "passage": id, "model": name, "error": sentence}

A request's digest covers the model and all that it is asked (the passage, the prompt's words, languages, phrasings), so a changed passage or prompt
is asked anew. A failed passage is written down and asked again next time. The replies are kept as they came: what is made of them may improve.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from studio.chat.messages import Message
from studio.workspace.files import append_json_line, end_torn_line, read_json_lines


class Entry(BaseModel):
    """One line. `text` is the teacher's reply, None where it gave none; `error` then says why."""

    request: str
    passage: str
    model: str
    text: str | None = None
    error: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class Usage:
    """What the teacher has read and written, as far as its server counts."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


def request_digest(model: str, messages: Sequence[Message]) -> str:
    """SHA-256 in hex of who is asked and what."""
    return hashlib.sha256(json.dumps([model, [dict(message) for message in messages]]).encode()).hexdigest()


@dataclass(frozen=True)
class Ledger:
    """The file. Several threads may write; one process."""

    path: Path

    def answered(self) -> dict[str, Entry]:
        """The entries with a reply, by the request's digest; the latest of each."""
        return {entry.request: entry for entry in self._entries() if entry.text is not None}

    def usage(self) -> Usage:
        """All that was ever asked, repeated requests included."""
        entries = list(self._entries())
        return Usage(
            len(entries), sum(entry.prompt_tokens for entry in entries), sum(entry.completion_tokens for entry in entries)
        )

    def open(self) -> None:
        """Make ready for writing: end a line that a killed writer left torn, so that the next one stands by itself."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        end_torn_line(self.path)

    def append(self, entry: Entry) -> None:
        """Write one line."""
        append_json_line(self.path, entry.model_dump(exclude_none=True))

    def _entries(self) -> Iterator[Entry]:
        for line in read_json_lines(self.path):
            try:
                yield Entry.model_validate(line)
            except ValidationError:
                continue
