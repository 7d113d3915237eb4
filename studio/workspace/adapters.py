"""The tuned models: what training runs have left, what was imported, and what ships with the studio."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.errors import NotFound
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace
from studio.workspace.runs import list_runs

TRAINING_JOB: Final = "training.sft"
"""The job that fine-tunes on answers."""

PREFERENCE_JOB: Final = "training.preference"
"""The job that goes on from there with judged answers."""

ADAPTER_JOBS: Final = (TRAINING_JOB, PREFERENCE_JOB)
"""The jobs whose runs leave an adapter: all that is a training."""

MODEL_MANIFEST: Final = "manifest.json"
"""Beside the weights of a model that was imported or ships with the studio: what it is and how it was made."""


@dataclass(frozen=True)
class TunedModel:
    """An adapter by the run that left it. One that was imported, or ships with the studio, has its folder's name for a run.

    `adapter` is the folder of a LoRA, or of a whole model that was imported: the engine takes both.
    """

    run: str
    base_model: str
    dataset: str
    adapter: str
    shipped: bool = False
    imported: bool = False


def tuned_models(workspace: Workspace) -> list[TunedModel]:
    """All of them: of training runs, newest first, then the imported ones, then those that ship with the studio."""
    return [*trained_models(workspace), *imported_models(workspace), *shipped_models(workspace)]


def trained_models(workspace: Workspace) -> list[TunedModel]:
    """The adapters that training runs have left, newest first."""
    runs = [run for run in list_runs(workspace, *ADAPTER_JOBS) if _is_adapter(run.folder / "adapter")]
    return [TunedModel(run.id, run.spec["model"], run.spec["dataset"], str(run.folder / "adapter")) for run in runs]


def imported_models(workspace: Workspace) -> list[TunedModel]:
    """The adapters and whole models that were imported, by name; each has a `manifest.json` as the shipped ones do."""
    folders = sorted(path.parent for path in workspace.imported_models.glob(f"[!.]*/{MODEL_MANIFEST}"))
    return [_described(folder, imported=True) for folder in folders]


def shipped_models(workspace: Workspace) -> list[TunedModel]:
    """The adapters that lie among the samples, by name; each has a `manifest.json` that says how it was made."""
    folders = sorted(folder for folder in workspace.shipped_adapters.glob("*") if _is_adapter(folder))
    return [_described(folder, shipped=True) for folder in folders]


def find_tuned(workspace: Workspace, name: str) -> TunedModel:
    """The adapter of that run, or the imported or shipped model of that name.

    Raises:
        NotFound: there is no such run, or it left no adapter.
    """
    tuned = tuned_models(workspace)
    for model in tuned:
        if model.run == name:
            return model
    known = ", ".join(model.run for model in tuned[:5]) or "none yet"
    raise NotFound(f"There is no tuned model {name!r}. Known: base, {known}.")


def _described(folder: Path, *, shipped: bool = False, imported: bool = False) -> TunedModel:
    made = read_json(folder / MODEL_MANIFEST)
    return TunedModel(folder.name, made["base_model"], made["dataset"], str(folder), shipped=shipped, imported=imported)


def _is_adapter(folder: Path) -> bool:
    return (folder / "adapter_config.json").exists()
