"""What is known about a tuned model: which weights, on which base, trained on what and how, and how it scored.

It is gathered from what lies on disk: the run's folder or the model's manifest, the dataset's manifest and notes, the eval reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.chat.catalog import CatalogModel, find_model, packaged_weights, weights_digest
from studio.errors import BadInput
from studio.training.exporting.manifest import ModelManifest, QuestionSet, Score, known_settings, read_model_manifest
from studio.workspace.adapters import TunedModel, find_tuned
from studio.workspace.datasets import read_manifest
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace
from studio.workspace.manifest import MANIFEST_FILE, Manifest
from studio.workspace.notes import Notes, read_notes
from studio.workspace.reports import ModelScore, Report, list_reports, read_report
from studio.workspace.runs import find_run

_NO_SETTINGS = frozenset({"job", "dataset", "model", "weight", "preset"})
_MEASURED = ("steps", "seconds", "final_loss", "peak_memory_mb", "trained_tokens")


@dataclass(frozen=True)
class Data:
    """The dataset that a model was trained on, as it lies here."""

    manifest: Manifest
    notes: Notes
    personal_data: int | None
    """How often the checks found personal data; None where nobody has looked."""

    @property
    def licence(self) -> str:
        """The licence that somebody wrote down; empty where nobody did."""
        return self.notes.licence or self.manifest.licence or ""

    @property
    def source(self) -> str:
        """Where its rows come from."""
        return self.notes.source or self.manifest.source


@dataclass(frozen=True)
class Provenance:
    """A tuned model and what is known about it. `data` is None where its dataset is not here (any more)."""

    tuned: TunedModel
    base: CatalogModel
    made: ModelManifest
    data: Data | None

    @property
    def name(self) -> str:
        """The model's name: a run's id, or that of an imported or a shipped model."""
        return self.tuned.run

    @property
    def adapter(self) -> Path:
        """The folder of its LoRA."""
        return Path(self.tuned.adapter)

    @property
    def base_is_requantised(self) -> bool:
        """Whether its base came out of the package's 4-bit file, whose weights are not quite those on the Hub."""
        return self.base.embedded and packaged_weights() is not None

    @property
    def warning(self) -> str | None:
        """What whoever is about to publish it should know of its training data; None where the checks found nothing personal in them."""
        found = None if self.data is None else self.data.personal_data
        if found is None:
            return "Nobody has looked for personal data in what it was trained on."
        if found:
            return f"The checks found personal data in what it was trained on {found:,} times, and a model can repeat it."
        return None


def provenance_of(workspace: Workspace, name: str) -> Provenance:
    """All that is known about a tuned model.

    Raises:
        NotFound: there is no model of that name.
        BadInput: it was imported as a whole model, so that there is no adapter to export.
    """
    tuned = find_tuned(workspace, name)
    folder = Path(tuned.adapter)
    if not (folder / "adapter_config.json").exists():
        raise BadInput(f"{name} was imported as a merged model, so there is no adapter of it to export. Its folder is {folder}.")
    base = find_model(tuned.base_model)
    made = _made_here(workspace, tuned, base) or read_model_manifest(folder)
    if made is None:
        raise BadInput(f"{folder} has no manifest.json, so nothing is known about {name}. Import it again.")
    digest = weights_digest(folder)
    scores = _fullest([*made.scores, *_measured(workspace, name, digest)])
    made = made.model_copy(update={"digest": digest, "scores": scores, "kind": "adapter", "agreement": None})
    return Provenance(tuned, base, made, _data(workspace, tuned.dataset))


def _made_here(workspace: Workspace, tuned: TunedModel, base: CatalogModel) -> ModelManifest | None:
    """What the run's folder says; None for a model that no run here has left."""
    if tuned.shipped or tuned.imported:
        return None
    run = find_run(workspace, tuned.run)
    spec, result = run.spec, run.recorded.result
    data = _data(workspace, tuned.dataset)
    return ModelManifest(
        base_model=base.name,
        hub_id=base.hub_id,
        licence=base.licence,
        dataset=tuned.dataset,
        dataset_fingerprint=data.manifest.fingerprint if data else "",
        rows=data.manifest.rows if data else None,
        settings=known_settings({key: value for key, value in spec.items() if key not in _NO_SETTINGS}),
        training={key: result[key] for key in _MEASURED if isinstance(result.get(key), int | float)},
    )


def _data(workspace: Workspace, dataset: str) -> Data | None:
    if not dataset or not (workspace.dataset(dataset) / MANIFEST_FILE).exists():
        return None
    path = workspace.examination(dataset)
    found = read_json(path) if path.exists() else None
    personal = None if found is None else int(found.get("counts", {}).get("personal_data", 0))
    return Data(read_manifest(workspace, dataset), read_notes(workspace, dataset), personal)


def _measured(workspace: Workspace, name: str, digest: str) -> list[Score]:
    """The scores of these very weights, the newest last."""
    scores: list[Score] = []
    for report_id in reversed(list_reports(workspace)):
        report = read_report(workspace, report_id)
        models = {model["model"]: model for model in report["models"]}
        tuned = models.get(name)
        if tuned is not None and tuned["digest"].endswith(digest[:32]):
            scores.append(_score(report, tuned, models))
    return scores


def _fullest(scores: Sequence[Score]) -> tuple[Score, ...]:
    """One score a question set: of the most items, because a quick look asks only some, and of those the newest."""
    chosen: dict[str, Score] = {}
    for score in scores:
        asked = score.question_set.fingerprint or score.question_set.name
        if asked not in chosen or score.items >= chosen[asked].items:
            chosen[asked] = score
    return tuple(chosen.values())


def _score(report: Report, tuned: ModelScore, models: Mapping[str, ModelScore]) -> Score:
    asked, base = report["question_set"], models.get("base")
    return Score(
        question_set=QuestionSet(name=asked["name"], fingerprint=asked["fingerprint"], items=asked["items"]),
        passed=tuned["passed"],
        items=tuned["items"],
        wilson=(tuned["wilson"][0], tuned["wilson"][1]),
        base_passed=None if base is None else base["passed"],
    )
