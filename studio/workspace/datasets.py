"""Datasets on disk: a folder with `manifest.json` and `rows.jsonl`, immutable, named by what it contains."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio.errors import BadInput, NotFound
from studio.workspace.clock import timestamp
from studio.workspace.files import read_json_lines, write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.manifest import ANSWERS, MANIFEST_FILE, QUESTIONS, Manifest, RemovedRow, manifest_in

__all__ = [
    "ANSWERS", "QUESTIONS", "Manifest", "RemovedRow", "Row", "list_datasets", "read_manifest", "read_removed", "read_rows", "write_dataset",
]  # fmt: skip

_ROWS_FILE = "rows.jsonl"
_REMOVED_FILE = "removed.jsonl"


@dataclass(frozen=True, init=False)
class Row:
    """One training conversation. `messages` are `{"role", "content"}` in the order spoken; the last is the assistant's.

    In a list of questions (`Manifest.kind`) it is the customer's, and there is nothing to train yet.
    In preference data that answer is the better one and `rejected` the worse, or `label` says whether the answer is a good one.
    """

    messages: Sequence[Mapping[str, str]]
    source: str
    family: str | None = None
    industry: str | None = None
    intent: str | None = None
    rejected: str | None = None
    label: bool | None = None

    def __init__(
        self,
        messages: Sequence[Mapping[str, str]],
        source: str,
        family: str | None = None,
        industry: str | None = None,
        intent: str | None = None,
        rejected: str | None = None,
        label: bool | None = None,
    ) -> None:
        fields = self.__dict__  # the `__init__` of a frozen dataclass calls `object.__setattr__` for each: three times as long
        fields["messages"], fields["source"] = messages, source
        fields["family"], fields["industry"], fields["intent"] = family, industry, intent
        fields["rejected"], fields["label"] = rejected, label

    @property
    def question(self) -> str:
        """The customer's last message."""
        return next((turn["content"] for turn in reversed(self.messages) if turn["role"] == "user"), "")

    @property
    def answer(self) -> str:
        """The answer that is trained; empty where the row ends with a question."""
        return self.messages[-1]["content"] if self.messages[-1]["role"] == "assistant" else ""


def write_dataset(
    workspace: Workspace,
    rows: Iterable[Row],
    *,
    name: str,
    source: str,
    problems: Sequence[Mapping[str, Any]] = (),
    parents: Sequence[str] = (),
    kind: str = ANSWERS,
    removed: Iterable[RemovedRow] = (),
    licence: str | None = None,
    recipe: Mapping[str, Any] | None = None,
) -> Manifest:
    """Write the rows as a new dataset; the same rows under the same name are the same dataset, written once.

    `problems` and `removed` are looked at after the last row, so that they may fill while the rows are made; the others are in `Manifest`.

    Raises:
        BadInput: there is no row to write.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "dataset"
    building = Path(tempfile.mkdtemp(dir=workspace.datasets, prefix=".building-"))
    try:
        count, fingerprint = _write_rows(building / _ROWS_FILE, rows)
        if count == 0:
            raise BadInput(f"{source} holds no usable row, so no dataset was made.")
        manifest = Manifest(
            id=f"{slug}-{fingerprint[:12]}", name=name, fingerprint=fingerprint, rows=count, created=timestamp(),
            source=source, rejected=len({problem["row"] for problem in problems}), parents=tuple(parents), problems=tuple(problems),
            kind=kind,
            parent_fingerprints=_fingerprints(workspace, parents), removed=_write_removed(building / _REMOVED_FILE, removed),
            licence=licence, recipe=recipe,
        )  # fmt: skip
        write_json_atomically(building / MANIFEST_FILE, asdict(manifest))
        folder = workspace.dataset(manifest.id)
        if folder.exists():
            return read_manifest(workspace, manifest.id)
        building.rename(folder)
        return manifest
    finally:
        shutil.rmtree(building, ignore_errors=True)


def list_datasets(workspace: Workspace) -> list[Manifest]:
    """The datasets on disk, newest first."""
    manifests = [manifest_in(folder) for folder in workspace.datasets.iterdir() if (folder / MANIFEST_FILE).exists()]
    return sorted(manifests, key=lambda manifest: (manifest.created, manifest.id), reverse=True)


def read_manifest(workspace: Workspace, dataset_id: str) -> Manifest:
    """The manifest of a dataset.

    Raises:
        NotFound: there is no dataset of that id.
    """
    folder = workspace.dataset(dataset_id)
    if not (folder / MANIFEST_FILE).exists():
        known = ", ".join(manifest.id for manifest in list_datasets(workspace)[:5]) or "none yet"
        raise NotFound(f"There is no dataset {dataset_id!r}. Known: {known}.")
    return manifest_in(folder)


def read_rows(workspace: Workspace, dataset_id: str) -> Iterator[Row]:
    """The rows of a dataset, in order.

    Raises:
        BadInput: a line of its file is damaged; the sentence names the row.
    """
    read_manifest(workspace, dataset_id)
    number = 0
    try:
        with (workspace.dataset(dataset_id) / _ROWS_FILE).open(encoding="utf-8") as stream:
            for line in stream:
                number += 1
                yield Row(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"Row {number:,} of dataset {dataset_id} is damaged on the disk: {error}. Import the data again."
        ) from error


def read_removed(workspace: Workspace, dataset_id: str) -> Iterator[RemovedRow]:
    """The rows of its parents that a dataset does not have."""
    read_manifest(workspace, dataset_id)
    return (RemovedRow(**value) for value in read_json_lines(workspace.dataset(dataset_id) / _REMOVED_FILE))


def _write_rows(path: Path, rows: Iterable[Row]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            said = _line(_said(row))
            stream.write(f'{said[:-2]}, "source": {_to_json(row.source)}}}\n')
            digest.update(said.encode())
            count += 1
    return count, digest.hexdigest()


def _write_removed(path: Path, removed: Iterable[RemovedRow]) -> dict[str, int]:
    """Write the list, if there is one; how many by reason."""
    counts: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as stream:
        for row in removed:
            stream.write(_line({key: value for key, value in asdict(row).items() if value is not None}))
            counts[row.reason] += 1
    if not counts:
        path.unlink()
    return dict(counts)


def _fingerprints(workspace: Workspace, parents: Sequence[str]) -> dict[str, str]:
    """What the parents contain; of one that is not here any more its id says it in short."""
    folders = {parent: workspace.dataset(parent) for parent in parents}
    return {parent: manifest_in(folder).fingerprint for parent, folder in folders.items() if (folder / MANIFEST_FILE).exists()}


def _said(row: Row) -> dict[str, Any]:
    """The row but for its source: the same rows are the same dataset, whichever file they came in. Keys in order, the source's is the last.

    What only preference data have is left out of others.
    """
    said: dict[str, Any] = {"family": row.family, "industry": row.industry, "intent": row.intent}
    if row.label is not None:
        said["label"] = row.label
    said["messages"] = row.messages
    if row.rejected is not None:
        said["rejected"] = row.rejected
    return said


def _line(fields: Mapping[str, Any]) -> str:
    return _to_json(fields) + "\n"


_to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
