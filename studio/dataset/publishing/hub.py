"""A dataset to the Hugging Face Hub: its rows as Parquet (or as whatever is asked for) and its card, in one commit.

Where it goes is said first (`destination_of`), then it goes (`push`).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from studio.dataset.checks.examined import read_examination
from studio.dataset.deriving.lineage import part_of
from studio.dataset.publishing.card import render_card
from studio.dataset.publishing.exporting import ExportFormat, data_file, export_dataset
from studio.hub import Repository, Told, repository_name, require_token, upload
from studio.settings import Settings
from studio.workspace.datasets import Manifest, read_manifest
from studio.workspace.layout import Workspace


@dataclass(frozen=True)
class Destination:
    """Where a dataset will go. `personal_data` is how often the stored examination found some; None: nobody has looked."""

    dataset: Manifest
    repository: Repository
    file: str
    export_format: ExportFormat
    personal_data: int | None

    @property
    def url(self) -> str:
        """The repository's address."""
        return self.repository.url

    @property
    def in_words(self) -> str:
        """What will happen, to be read before it does."""
        what = f"{self.dataset.rows:,} rows of {self.dataset.name}, as {self.file}, and the card"
        goes = f"{what} go to {self.url}: {self.repository.in_words}."
        return goes if self._warning is None else f"{goes} {self._warning}"

    @property
    def _warning(self) -> str | None:
        if self.personal_data:
            return f"The checks found personal data {self.personal_data:,} times."
        return "Nobody has looked for personal data in it yet." if self.personal_data is None else None


def destination_of(
    workspace: Workspace,
    settings: Settings,
    dataset_id: str,
    repo: str,
    *,
    export_format: ExportFormat = ExportFormat.PARQUET,
    public: bool = False,
    update: bool = False,
) -> Destination:
    """Where it would go; the network is not touched.

    Args:
        workspace: where the dataset is.
        settings: the Hub's address.
        dataset_id: which.
        repo: `owner/name`.
        export_format: of the rows.
        public: whether everybody may read it; else only the owner.
        update: write to a repository that exists, instead of making one.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: `repo` is no name of a repository.
    """
    manifest = read_manifest(workspace, dataset_id)
    name = repository_name(repo, example="acme/support-answers")
    examination = read_examination(workspace, dataset_id)
    personal = None if examination is None else examination.counts.get("personal_data", 0)
    repository = Repository("dataset", name, settings.hub_url.rstrip("/"), public, update)
    return Destination(manifest, repository, data_file(part_of(manifest), export_format), export_format, personal)


def push(workspace: Workspace, settings: Settings, destination: Destination, *, told: Told | None = None) -> str:
    """Write the rows and the card, make the repository, upload both in one commit. Returns the repository's address.

    Raises:
        BadInput: no token is set, the repository exists (or does not, for an update), or a row can't be exported.
        EngineError: the Hub can't be reached or refuses.
    """
    token, dataset = require_token(settings.hub_token), destination.dataset
    with tempfile.TemporaryDirectory(prefix="studio-push-") as folder:
        if told:
            told(0.1, "Writing the rows")
        rows = Path(folder) / Path(destination.file).name
        export_dataset(workspace, dataset.id, rows, destination.export_format)
        card = render_card(workspace, dataset.id, data_file=destination.file)
        files: dict[str, Path | bytes] = {destination.file: rows, "README.md": card.encode()}
        message = f"{dataset.name}: {dataset.rows:,} rows, {dataset.id}"
        return upload(destination.repository, token, files, message=message, told=told)
