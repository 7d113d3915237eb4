"""What people write about a run: a name, tags, and a text. The run's id stays what it is, and so do the links to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studio.errors import BadInput
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.runs import Run

_NOTES_FILE = "notes.json"
_LONGEST_NAME, _LONGEST_TAG, _LONGEST_TEXT = 80, 30, 10_000  # characters
_MOST_TAGS = 20
_SEARCHED = ("dataset", "model", "preset")


@dataclass(frozen=True)
class RunNotes:
    """Empty: nobody has written anything. Tags are in lower case, each once, in the order they were given."""

    name: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""


def read_run_notes(run: Run) -> RunNotes:
    """What was written about a run."""
    path = run.folder / _NOTES_FILE
    if not path.exists():
        return RunNotes()
    value = read_json(path)
    return RunNotes(value["name"], tuple(value["tags"]), value["text"])


def write_run_notes(run: Run, *, name: str, tags: Iterable[str], text: str) -> RunNotes:
    """Replace what was written about a run. Returns it as it is kept.

    Raises:
        BadInput: the name, a tag or the text is too long, or there are too many tags.
    """
    kept = RunNotes(" ".join(name.split()), _clean_tags(tags), text.strip())
    _check_length("name", kept.name, _LONGEST_NAME)
    _check_length("text", kept.text, _LONGEST_TEXT)
    for tag in kept.tags:
        _check_length(f"tag {tag[:_LONGEST_TAG]!r}", tag, _LONGEST_TAG)
    if len(kept.tags) > _MOST_TAGS:
        raise BadInput(f"There are {len(kept.tags)} tags; a run has at most {_MOST_TAGS}. Leave some out.")
    write_json_atomically(run.folder / _NOTES_FILE, asdict(kept))
    return kept


def is_meant(run_id: str, spec: Mapping[str, Any], notes: RunNotes, *, words: str = "", tag: str = "") -> bool:
    """Whether every word stands in the run's id, name, tags, text, dataset, model or preset, in any case, and it has the tag, where one is given."""
    said = [run_id, notes.name, *notes.tags, notes.text, *(str(spec.get(name, "")) for name in _SEARCHED)]
    where = "\n".join(said).lower()
    return (not tag or tag.strip().lower() in notes.tags) and all(word in where for word in words.lower().split())


def split_tags(typed: str) -> list[str]:
    """Tags as people type them: separated by commas."""
    return typed.replace("，", ",").split(",")


def _clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    cleaned = (" ".join(tag.lower().split()) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def _check_length(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise BadInput(f"The {what} has {len(text):,} characters; at most {longest:,} are kept. Shorten it.")
