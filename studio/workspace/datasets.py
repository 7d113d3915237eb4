"""Datasets on disk: a folder with `manifest.json` and `rows.jsonl`, immutable, named by what it contains."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from studio.errors import BadInput, NotFound
from studio.workspace.clock import now, timestamp
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, list_runs

TRASH_DAYS = 7
ANSWERS: Final = "answers"
QUESTIONS: Final = "questions"


@dataclass(frozen=True)
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

    @property
    def question(self) -> str:
        """The customer's last message."""
        return next((turn["content"] for turn in reversed(self.messages) if turn["role"] == "user"), "")

    @property
    def answer(self) -> str:
        """The answer that is trained; empty where the row ends with a question."""
        return self.messages[-1]["content"] if self.messages[-1]["role"] == "assistant" else ""


@dataclass(frozen=True)
class Manifest:
    """What a dataset is and where it came from. The fingerprint is the SHA-256 of what the rows say, wherever they came from.

    `kind` is "answers" for training rows, or "questions" for a list of questions without answers, which can't be trained.
    """

    id: str
    name: str
    fingerprint: str
    rows: int
    created: str
    source: str
    rejected: int = 0
    parents: Sequence[str] = ()
    problems: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    kind: str = ANSWERS


def write_dataset(
    workspace: Workspace,
    rows: Iterable[Row],
    *,
    name: str,
    source: str,
    problems: Sequence[Mapping[str, Any]] = (),
    parents: Sequence[str] = (),
    kind: str = ANSWERS,
) -> Manifest:
    """Write the rows as a new dataset; the same rows under the same name are the same dataset, written once.

    Raises:
        BadInput: there is no row to write.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "dataset"
    building = Path(tempfile.mkdtemp(dir=workspace.datasets, prefix=".building-"))
    try:
        count, fingerprint = _write_rows(building / "rows.jsonl", rows)
        if count == 0:
            raise BadInput(f"{source} holds no usable row, so no dataset was made.")
        manifest = Manifest(
            id=f"{slug}-{fingerprint[:12]}", name=name, fingerprint=fingerprint, rows=count, created=timestamp(),
            source=source, rejected=len({problem["row"] for problem in problems}), parents=tuple(parents), problems=tuple(problems),
            kind=kind,
        )  # fmt: skip
        write_json_atomically(building / "manifest.json", asdict(manifest))
        folder = workspace.dataset(manifest.id)
        if folder.exists():
            return read_manifest(workspace, manifest.id)
        building.rename(folder)
        return manifest
    finally:
        shutil.rmtree(building, ignore_errors=True)


def list_datasets(workspace: Workspace) -> list[Manifest]:
    """The datasets on disk, newest first."""
    manifests = [_manifest(folder) for folder in workspace.datasets.iterdir() if (folder / "manifest.json").exists()]
    return sorted(manifests, key=lambda manifest: (manifest.created, manifest.id), reverse=True)


def read_manifest(workspace: Workspace, dataset_id: str) -> Manifest:
    """The manifest of a dataset.

    Raises:
        NotFound: there is no dataset of that id.
    """
    folder = workspace.dataset(dataset_id)
    if not (folder / "manifest.json").exists():
        known = ", ".join(manifest.id for manifest in list_datasets(workspace)[:5]) or "none yet"
        raise NotFound(f"There is no dataset {dataset_id!r}. Known: {known}.")
    return _manifest(folder)


def read_rows(workspace: Workspace, dataset_id: str) -> Iterator[Row]:
    """The rows of a dataset, in order."""
    read_manifest(workspace, dataset_id)
    with (workspace.dataset(dataset_id) / "rows.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            yield Row(**json.loads(line))


def delete_dataset(workspace: Workspace, dataset_id: str) -> str:
    """Move a dataset into the trash, where it stays for `TRASH_DAYS`. Returns the token that `restore_dataset` takes.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: a run that waits or works needs it.
    """
    read_manifest(workspace, dataset_id)
    if run := _run_that_needs(workspace, dataset_id):
        raise BadInput(f"Run {run.id} needs the dataset {dataset_id}, so it stays. Stop the run or let it finish, then delete.")
    _empty_old_trash(workspace)
    token = f"{dataset_id}.{secrets.token_hex(4)}"
    trashed = workspace.trashed(token)
    workspace.dataset(dataset_id).rename(trashed)
    os.utime(trashed)  # a folder's own time doesn't change when it is moved, and the days count from here
    return token


def restore_dataset(workspace: Workspace, token: str) -> Manifest:
    """Put a deleted dataset back where it was. If it was imported again meanwhile, that one stays: they are the same.

    Raises:
        NotFound: nothing was deleted under that token, or it has left the trash.
    """
    trashed = workspace.trashed(token)
    if not (trashed / "manifest.json").exists():
        raise NotFound(f"This dataset is not in the trash any more: it stays there for {TRASH_DAYS} days. Import its file again.")
    manifest = _manifest(trashed)
    if not workspace.dataset(manifest.id).exists():
        trashed.rename(workspace.dataset(manifest.id))
    else:
        shutil.rmtree(trashed)
    return manifest


def list_deleted(workspace: Workspace) -> dict[str, Manifest]:
    """The datasets in the trash by the token that restores them, the last deleted first."""
    folders = [folder for folder in workspace.trash.iterdir() if (folder / "manifest.json").exists()]
    folders.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    return {folder.name: _manifest(folder) for folder in folders}


def _run_that_needs(workspace: Workspace, dataset_id: str) -> Run | None:
    runs = (run for run in list_runs(workspace) if run.spec.get("dataset") == dataset_id)
    return next((run for run in runs if not run.status.state.finished), None)


def _empty_old_trash(workspace: Workspace) -> None:
    oldest = now().timestamp() - TRASH_DAYS * 24 * 3600
    for folder in workspace.trash.iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _manifest(folder: Path) -> Manifest:
    value = read_json(folder / "manifest.json")
    return Manifest(**{**value, "parents": tuple(value["parents"]), "problems": tuple(value["problems"])})


def _write_rows(path: Path, rows: Iterable[Row]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            said = _line(_said(row))
            stream.write(f'{said[:-2]}, "source": {_to_json(row.source)}}}\n')
            digest.update(said.encode())
            count += 1
    return count, digest.hexdigest()


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
