"""A LLaMA-Factory registry, `dataset_info.json`: which files lie beside it and which key of them holds what.

    {"airline": {"file_name": "airline.json"},
     "orca": {"file_name": "orca.json", "columns": {"prompt": "question", "response": "response", "system": "system_prompt"}}}

As in LLaMA-Factory (`data/parser.py`), an entry that names columns has only those; one that names none has the usual ones of its
formatting. All options that concern text are known: alpaca, sharegpt and openai formatting, tags, ranking, KTO verdicts, the first
`num_samples`. Entries that need more than text in a file beside the registry are reported, each with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.dataset.reading.shapes import ALPACA, Columns, Conversation, Preference, Shape
from studio.dataset.reading.textfile import read_text
from studio.errors import BadInput

FILE_NAME = "dataset_info.json"
_MAX_REGISTRY_BYTES = 5 * 1024 * 1024
_COLUMNS = ("prompt", "query", "response", "system", "history", "messages", "chosen", "rejected", "kto_tag")
_TAGS: Mapping[str, tuple[str, str]] = {  # LLaMA-Factory's name of a tag: sharegpt's and openai's value of it
    "role_tag": ("from", "role"),
    "content_tag": ("value", "content"),
    "user_tag": ("human", "user"),
    "assistant_tag": ("gpt", "assistant"),
    "system_tag": ("system", "system"),
    "observation_tag": ("observation", "tool"),
    "function_tag": ("function_call", "function"),
}
_ROLES = {"user_tag": "user", "assistant_tag": "assistant", "system_tag": "system", "observation_tag": "", "function_tag": ""}
_HUBS = ("hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name")
_HARMLESS = {"file_name", "formatting", "columns", "tags", "ranking", "num_samples", "file_sha1", "split", "subset", *_HUBS}


@dataclass(frozen=True)
class Entry:
    """One file that can be imported: what its records mean, and how many of them to take (None: all)."""

    name: str
    path: Path
    shape: Shape
    limit: int | None = None


class _RawEntry(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    file_name: str | None = None
    formatting: str = "alpaca"
    ranking: bool = False
    num_samples: int | None = None
    columns: dict[str, str | None] | None = None
    tags: dict[str, str | None] | None = None

    def why_unsupported(self, folder: Path) -> str | None:
        """The reason as the rest of a sentence, or None."""
        if self.formatting not in {"alpaca", "sharegpt", "openai"}:
            return f"the formatting {self.formatting[:40]!r} is not known; alpaca, sharegpt and openai are."
        if not self.file_name:
            return "it lies on a hub or is made by a script, and only files beside the registry are read."
        if "\0" in self.file_name or not (folder / self.file_name).resolve().is_relative_to(folder.resolve()):
            return f"its file {self.file_name[:80]!r} lies outside the registry's folder, and such files are not read."
        if unknown := sorted(column for column in self.columns or {} if column not in _COLUMNS):
            return f"the columns {', '.join(unknown)[:80]} hold more than text, which is not supported."
        if unknown := sorted(tag for tag in self.tags or {} if tag not in _TAGS):
            return f"the tags {', '.join(unknown)[:80]} are not known."
        if unknown := sorted(option for option in self.model_extra or {} if option not in _HARMLESS):
            return f"the options {', '.join(unknown)[:80]} are not supported yet."
        if self.ranking and not (self._column("chosen") and self._column("rejected")):
            return "it is a ranking, but its columns name no 'chosen' or no 'rejected'."
        if self.formatting == "alpaca" and self.columns is not None and not self._has_alpaca_columns():
            return "its columns name no 'prompt' or no 'response', so its rows have no question or no answer."
        return None

    def shape(self) -> Shape:
        """What a record means."""
        if self.formatting != "alpaca":
            return self._judged(self._conversation(), answer="")
        columns = self._alpaca_columns()
        return self._judged(columns.prompt, answer=columns.response) if self.ranking or self._column("kto_tag") else columns

    def _judged(self, prompt: str | Conversation, *, answer: str) -> Shape:
        if self.ranking:
            return Preference(prompt, str(self._column("chosen")), str(self._column("rejected")))
        if label := self._column("kto_tag"):
            return Preference(prompt, answer, label=label)
        return prompt if isinstance(prompt, Conversation) else ALPACA

    def _conversation(self) -> Conversation:
        tags = {tag: (self.tags or {}).get(tag) or usual[self.formatting == "openai"] for tag, usual in _TAGS.items()}
        return Conversation(
            turns=self._column("messages") or ("messages" if self.formatting == "openai" else "conversations"),
            speaker=tags["role_tag"],
            text=tags["content_tag"],
            roles={tags[tag].lower(): role for tag, role in _ROLES.items()},
            system=self._column("system"),
        )

    def _alpaca_columns(self) -> Columns:
        if self.columns is None:
            return ALPACA
        return Columns(
            prompt=self._column("prompt") or "",
            query=self._column("query"),
            response=self._column("response") or "",
            system=self._column("system"),
            history=self._column("history"),
        )

    def _has_alpaca_columns(self) -> bool:
        return bool(self._column("prompt") and (self._column("response") or self.ranking))

    def _column(self, name: str) -> str | None:
        return (self.columns or {}).get(name)


def read_entries(path: Path) -> tuple[dict[str, Entry], dict[str, str]]:
    """The entries of a `dataset_info.json` that can be imported, and why each of the others can't. The files that it names are not opened.

    Raises:
        NotFound: there is no such file.
        BadInput: it is no JSON object of entries.
    """
    text = read_text(path, max_bytes=_MAX_REGISTRY_BYTES)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path.name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except (RecursionError, ValueError) as error:
        raise BadInput(f"{path.name} is no registry of datasets: it is nested too deeply or holds an endless number.") from error
    if not isinstance(content, dict):
        raise BadInput(f"{path.name} is no registry of datasets: an object that maps names to entries is needed.")
    entries: dict[str, Entry] = {}
    unsupported: dict[str, str] = {}
    for name, value in content.items():
        try:
            raw = _RawEntry.model_validate(value)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the entry"
            unsupported[name] = f"{name}: {where} is not as LLaMA-Factory writes it ({error.errors()[0]['msg']})."
            continue
        if reason := raw.why_unsupported(path.parent):
            unsupported[name] = f"{name}: {reason}"
        else:
            entries[name] = Entry(name, path.parent / str(raw.file_name), raw.shape(), raw.num_samples)
    return entries, unsupported
