"""The import of a LLaMA-Factory registry: the files that its `dataset_info.json` names, joined into one dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from studio.dataset.importing.file import ImportResult, write_findings
from studio.dataset.reading.dataset_info import Entry, read_entries
from studio.dataset.reading.problems import Problem
from studio.dataset.reading.rows import Part, Progress, read_parts, read_sources
from studio.dataset.reading.sources import open_sources
from studio.errors import BadInput, NotFound
from studio.workspace.datasets import Row
from studio.workspace.layout import Workspace

_ROWS_TO_KNOW_A_TEMPLATE = 20
_HEAD = 16_384  # bytes of a file in which a template shows a placeholder


@dataclass(frozen=True)
class Registry:
    """What a registry offers: the entries that can be imported, and why each of the others can't, in one sentence."""

    path: Path
    entries: Mapping[str, Entry]
    unsupported: Mapping[str, str]

    def choose(self, names: Sequence[str] | None) -> list[Entry]:
        """The named entries, each once; without names all whose file is there, but for templates, whose rows are to be filled in first.

        Raises:
            NotFound: there is no entry of that name.
            BadInput: the entry is not supported, or, without names, there is none that could be imported.
        """
        if names is not None:
            return [self._entry(name) for name in dict.fromkeys(names)]
        entries = [entry for entry in self.entries.values() if entry.path.is_file()]
        if not entries:
            raise BadInput(f"{self.path.name} names no file that lies beside it, so there is nothing to import.")
        return [entry for entry in entries if not _is_template(entry)] or entries

    def skipped(self, names: Sequence[str] | None) -> list[str]:
        """What `choose` leaves out without being told to, one sentence each."""
        if names is not None:
            return []
        absent = [
            f"{entry.name}: the file {entry.path.name} is not there."
            for entry in self.entries.values()
            if not entry.path.is_file()
        ]
        templates = [
            f"{entry.name}: its rows hold placeholders, so fill it in as a brand identity first."
            for entry in self.entries.values()
            if _is_template(entry)
        ]
        return [*self.unsupported.values(), *absent, *templates]

    def _entry(self, name: str) -> Entry:
        if name in self.unsupported:
            raise BadInput(self.unsupported[name])
        if name not in self.entries:
            known = ", ".join(list(self.entries)[:8]) or "none"
            raise NotFound(f"{self.path.name} has no entry {name[:80]!r}. It can import: {known}.")
        return self.entries[name]


def read_registry(path: Path) -> Registry:
    """Read a `dataset_info.json`.

    Raises:
        NotFound, BadInput: as `read_entries`.
    """
    return Registry(path, *read_entries(path))


def import_registry(
    workspace: Workspace,
    path: Path,
    names: Sequence[str] | None = None,
    *,
    name: str | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import entries of a registry, joined into one dataset in the registry's order or that of `names`.

    Args:
        workspace: where the dataset goes.
        path: the `dataset_info.json`.
        names: the entries to join; None takes all that can be imported, and the result's `skipped` says what was not.
        name: what to call the dataset; the entries' names where it is None.
        max_bytes: the largest file that is read, for each of the files.
        progress: called now and then with the bytes read and their total, over all files.

    Raises:
        NotFound: there is no such registry, entry or file.
        UploadTooLarge: a file is over the limit.
        BadInput: an entry is not supported, a file can't be read, or no row can be used.
    """
    registry = read_registry(path)
    entries = registry.choose(names)
    title = name or ("-".join(entry.name for entry in entries) if names else path.resolve().parent.name)
    findings = read_parts([_part(entry, max_bytes) for entry in entries], progress)
    return write_findings(workspace, findings, name=title, source=path.name, skipped=registry.skipped(names))


def _is_template(entry: Entry) -> bool:
    """Whether its rows are to be filled in first, as those of LLaMA-Factory's `identity.json`: most of its beginning holds placeholders."""
    if not entry.path.is_file():
        return False
    with entry.path.open("rb") as stream:
        if b"{{" not in stream.read(_HEAD):
            return False
    try:
        with open_sources(entry.path) as opened:
            beginning = list(islice(read_sources(opened.sources, shape=entry.shape), _ROWS_TO_KNOW_A_TEMPLATE))
    except BadInput:
        return False
    kinds = [finding.kind for finding in beginning if isinstance(finding, Problem)]
    return 2 * kinds.count("placeholder") > len(beginning)


def _part(entry: Entry, max_bytes: int | None) -> Part:
    size = entry.path.stat().st_size if entry.path.is_file() else 0
    return Part(entry.path.name, size, partial(_findings, entry, max_bytes))


def _findings(entry: Entry, max_bytes: int | None, progress: Progress | None) -> Iterator[Row | Problem]:
    with open_sources(entry.path, max_bytes=max_bytes) as opened:
        yield from islice(read_sources(opened.sources, shape=entry.shape, progress=progress), entry.limit)
