"""Where things lie. The only module that builds paths inside the workspace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from studio.errors import BadInput
from studio.settings import PROJECT_ROOT, Settings

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def plain_name(name: str, *, what: str) -> str:
    """`name` itself when it is safe as one path component.

    Raises:
        BadInput: it holds anything but letters, digits, `.`, `_` and `-`, or is too long.
    """
    if not _PLAIN_NAME.fullmatch(name):
        raise BadInput(f"{name[:80]!r} is no name for a {what}: use letters, digits, '.', '_' and '-', at most 100 of them.")
    return name


@dataclass(frozen=True)
class Workspace:
    """The folder that holds all that the studio keeps, and the project's own samples beside it."""

    home: Path
    database_url: str
    samples: Path = PROJECT_ROOT / "data"
    eval_sets: Path = PROJECT_ROOT / "eval_sets"

    @classmethod
    def from_settings(cls, settings: Settings) -> Workspace:
        """The workspace that the settings name; its folders are made."""
        home = settings.workspace_home
        workspace = cls(home=home, database_url=settings.database_url or f"sqlite:///{home / 'studio.db'}")
        kept = (workspace.models, workspace.datasets, workspace.runs, workspace.shares, workspace.presets, workspace.trash)
        for folder in (*kept, workspace.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        return workspace

    @property
    def models(self) -> Path:
        """Base models that were prepared here."""
        return self.home / "models"

    @property
    def datasets(self) -> Path:
        """One folder a dataset."""
        return self.home / "datasets"

    @property
    def runs(self) -> Path:
        """One folder a run."""
        return self.home / "runs"

    @property
    def shares(self) -> Path:
        """One file a snapshot."""
        return self.home / "shares"

    @property
    def presets(self) -> Path:
        """One file a training's settings that were saved under a name."""
        return self.home / "presets"

    @property
    def trash(self) -> Path:
        """Deleted datasets, runs and presets, for a while. Not in scratch: the server may hand out files of its working directory."""
        return self.home / "trash"

    @property
    def shipped_adapters(self) -> Path:
        """One folder an adapter that comes with the studio."""
        return self.samples / "adapters"

    @property
    def imported_models(self) -> Path:
        """One folder a tuned model that was brought in from elsewhere."""
        return self.home / "imported"

    @property
    def scratch(self) -> Path:
        """Uploads and whatever else may be lost; the app's working directory."""
        return self.home / "scratch"

    @property
    def queue_lock(self) -> Path:
        """Held while the job queue is changed."""
        return self.runs / ".queue.lock"

    @property
    def demo_file(self) -> Path:
        """What `demo` has done so far."""
        return self.home / "demo.json"

    @property
    def identity_file(self) -> Path:
        """The brand identity form as it was left."""
        return self.home / "identity.json"

    @property
    def calibration_file(self) -> Path:
        """What trainings measured on this machine."""
        return self.home / "calibration.json"

    def model(self, name: str) -> Path:
        """The folder of a prepared model."""
        return self.models / plain_name(name, what="model")

    def dataset(self, dataset_id: str) -> Path:
        """The folder of a dataset."""
        return self.datasets / plain_name(dataset_id, what="dataset")

    def examination(self, dataset_id: str) -> Path:
        """What the checks found in a dataset."""
        return self.dataset(dataset_id) / "examination.json"

    def trashed(self, token: str) -> Path:
        """The folder of what was deleted, by the token of its deletion."""
        return self.trash / plain_name(token, what="deletion")

    def export(self, name: str) -> Path:
        """Where a file is written for somebody to fetch; the server may hand out what lies in scratch."""
        return self.scratch / "exports" / plain_name(name, what="export")

    def imported_model(self, name: str) -> Path:
        """The folder of an imported model."""
        return self.imported_models / plain_name(name, what="model")

    def run(self, run_id: str) -> Path:
        """The folder of a run."""
        return self.runs / plain_name(run_id, what="run")

    def preset(self, name: str) -> Path:
        """The file of saved settings."""
        return self.presets / f"{plain_name(name, what='preset')}.yaml"

    def share(self, digest: str) -> Path:
        """The file of a snapshot, named by its content digest."""
        return self.shares / f"{plain_name(digest, what='snapshot')}.json"
