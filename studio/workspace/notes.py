"""What people write about a dataset: its licence, its source, its languages, and a text for its card.

None of it is content, so it lies beside the manifest and can be changed; the dataset stays what it is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from studio.errors import BadInput
from studio.workspace.datasets import read_manifest
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace

_NOTES_FILE = "notes.json"
_LONGEST = {"licence": 100, "source": 500, "languages": 100, "text": 10_000}  # characters


@dataclass(frozen=True)
class Notes:
    """Empty: nobody has said anything. `languages` are codes, separated by commas (`en, zh`)."""

    licence: str = ""
    source: str = ""
    languages: str = ""
    text: str = ""


def read_notes(workspace: Workspace, dataset_id: str) -> Notes:
    """What was written about a dataset."""
    path = workspace.dataset(dataset_id) / _NOTES_FILE
    return Notes(**read_json(path)) if path.exists() else Notes()


def write_notes(workspace: Workspace, dataset_id: str, notes: Notes) -> None:
    """Replace what was written about a dataset.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: a note is too long.
    """
    read_manifest(workspace, dataset_id)
    cleaned = {name: value.strip() for name, value in asdict(notes).items()}
    for name, value in cleaned.items():
        if len(value) > _LONGEST[name]:
            raise BadInput(f"The {name} has {len(value):,} characters; at most {_LONGEST[name]:,} are kept. Shorten it.")
    write_json_atomically(workspace.dataset(dataset_id) / _NOTES_FILE, cleaned)
