"""A tuned model from elsewhere, or an export that comes back: a PEFT adapter's folder, or a merged model's, becomes one of the tuned models.

Taken is what can be served as it was meant: safetensors, no code, a plain LoRA that fits a base model of the catalog, or all weights of such
a model. Of the configuration only what is understood is kept. The folder appears whole or not at all.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from studio.chat.catalog import CATALOG, CatalogModel, find_model, is_prepared, weights_digest
from studio.errors import BadInput, NotFound
from studio.training.exporting.headers import differing_shapes, size_of_weights, tensors_of
from studio.training.exporting.lora import CONFIG_FILE, WEIGHTS_FILE, read_lora
from studio.training.exporting.manifest import ModelManifest, read_model_manifest, write_model_manifest
from studio.training.exporting.portable import TEMPLATE_FILE, copy_config, copy_tokenizer
from studio.training.exporting.room import check_room
from studio.workspace.adapters import find_tuned
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace, plain_name

_PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib"})
_TIED = "lm_head.weight"  # may be written, or left out where it is the embedding's own weight
_INDEX = "model.safetensors.index.json"
_AROUND = 20_000_000  # bytes of what lies around the weights


@dataclass(frozen=True)
class Imported:
    """A model that is here now. `notes` are sentences that whoever imported it should know."""

    name: str
    kind: str
    base_model: str
    digest: str
    notes: tuple[str, ...]


def import_model(workspace: Workspace, folder: Path, *, name: str = "", base_model: str | None = None) -> Imported:
    """Bring a folder in, under a name of its own; Arena, chat and Dashboard have it at once.

    Args:
        workspace: where it goes.
        folder: a PEFT adapter (`adapter_config.json`), or a whole model (`config.json`).
        name: what to call it; the folder's name by default.
        base_model: the base model's catalog name, for a folder that does not say it.

    Raises:
        BadInput: the folder holds pickles or code, an adapter for another base, no plain LoRA, or nothing that can be used.
        NotFound: there is no base model of that name.
    """
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}. Name the folder with the adapter or the model.")
    _refuse_pickles(folder)
    kind = _kind(folder)
    made = read_model_manifest(folder)
    base = _base(folder, _claimed(folder, kind, made), base_model)
    name = _free_name(workspace, name or _slug(folder.name))
    _check_weights(workspace, folder, kind, base)
    check_room(workspace.imported_models, size_of_weights(folder) + _AROUND)
    target = workspace.imported_model(name)
    building = target.with_name(f".{name}")
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir(parents=True)
        _copy(folder, building, kind, base)
        digest = weights_digest(building)
        written = made or ModelManifest(base_model=base.name, hub_id=base.hub_id, licence=base.licence)
        write_model_manifest(building, written, kind=kind, base_model=base.name, hub_id=base.hub_id, digest=digest)
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Imported(name, kind, base.name, digest, tuple(_notes(workspace, base, made, kind, digest)))


def _refuse_pickles(folder: Path) -> None:
    pickle = next((path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _PICKLES), None)
    if pickle is not None:
        raise BadInput(
            f"{pickle.relative_to(folder)} may be a pickle, which can run code when it is opened, so nothing was imported. "
            "Save the model as safetensors (save_pretrained does), and import that folder."
        )


def _kind(folder: Path) -> str:
    if (folder / CONFIG_FILE).is_file():
        return "adapter"
    if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")):
        return "merged"
    raise BadInput(
        f"{folder.name} holds neither a PEFT adapter ({CONFIG_FILE}) nor a model (config.json and safetensors). "
        "Name the folder that the files lie in."
    )


def _claimed(folder: Path, kind: str, made: ModelManifest | None) -> str | None:
    """The base model that the folder says it is made of: by its manifest, its adapter's configuration, or its card's header."""
    if kind == "adapter" and (claimed := read_lora(folder).claimed_base):
        return claimed
    return made.hub_id if made else _base_of_card(folder / "README.md")


def _base_of_card(card: Path) -> str | None:
    if not card.is_file():
        return None
    import yaml
    from huggingface_hub import metadata_load

    try:
        claimed = (metadata_load(card) or {}).get("base_model")
    except (ValueError, OSError, yaml.YAMLError):
        return None
    return claimed if isinstance(claimed, str) else None


def _base(folder: Path, claimed: str | None, asked: str | None) -> CatalogModel:
    wanted = find_model(asked) if asked else None
    if claimed is None and wanted is None:
        raise BadInput(f"{folder.name} does not say which base model it is for: name it with --base-model.")
    said = _in_catalog(claimed) if claimed else wanted
    if said is None:
        known = ", ".join(model.hub_id for model in CATALOG)
        raise BadInput(f"{folder.name} was made for the base model {claimed}, which is not among those here: {known}.")
    if wanted is not None and wanted != said:
        raise BadInput(f"{folder.name} was made for the base model {said.hub_id}, not for {wanted.hub_id}.")
    return said


def _in_catalog(claimed: str) -> CatalogModel | None:
    """By Hub id or catalog name; a path, which PEFT writes where the base lay on a disk, by its last part."""
    for name in (claimed, PurePath(claimed).name):
        try:
            return find_model(name)
        except NotFound:
            continue
    return None


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60] or "imported"


def _free_name(workspace: Workspace, name: str) -> str:
    plain_name(name, what="model")
    try:
        find_tuned(workspace, name)
    except NotFound:
        if name != "base" and not workspace.run(name).exists():
            return name
    raise BadInput(f"There is a model {name} already. Give this one another name with --name.")


def _check_weights(workspace: Workspace, folder: Path, kind: str, base: CatalogModel) -> None:
    """Whether the weights fit the base model. Where that one is not on this machine yet, its shapes aren't known."""
    theirs = tensors_of(workspace.model(base.name)) if is_prepared(workspace, base) else None
    if kind == "adapter":
        lora = read_lora(folder)
        if theirs is not None and (misfit := lora.misfit(theirs)):
            raise BadInput(
                f"The adapter does not fit {base.hub_id}, which has no {misfit} of that shape: it was made for another base model."
            )
        return
    _check_whole(folder)
    if theirs is None:
        return
    wanted = {name: tensor for name, tensor in theirs.items() if name != _TIED}
    if misfit := differing_shapes(wanted, tensors_of(folder)):
        raise BadInput(f"The model in {folder.name} is no {base.hub_id}: it has no {misfit} of that shape.")


def _check_whole(folder: Path) -> None:
    config: Any = _json(folder / "config.json")
    tokenizer: Any = _json(folder / "tokenizer_config.json")
    if "auto_map" in config or "auto_map" in tokenizer:
        raise BadInput(f"The model in {folder.name} brings code of its own (auto_map), which is not run here.")
    if not (folder / TEMPLATE_FILE).is_file() and not tokenizer.get("chat_template"):
        raise BadInput(f"The model in {folder.name} has no chat template, so it can't hold a conversation.")


def _json(path: Path) -> Mapping[str, Any]:
    try:
        value = read_json(path)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{path.name} is missing or no JSON. Save the model with its tokenizer, and import that folder."
        ) from error
    if not isinstance(value, dict):
        raise BadInput(f"{path.name} holds no JSON object. Save the model with its tokenizer, and import that folder.")
    return value


def _copy(folder: Path, target: Path, kind: str, base: CatalogModel) -> None:
    if kind == "adapter":
        shutil.copyfile(folder / WEIGHTS_FILE, target / WEIGHTS_FILE)
        write_json_atomically(target / CONFIG_FILE, read_lora(folder).portable_config(base.hub_id))
        return
    for file in sorted(folder.glob("*.safetensors")):
        shutil.copyfile(file, target / file.name)
    if (folder / _INDEX).is_file():
        shutil.copyfile(folder / _INDEX, target / _INDEX)
    copy_config(folder, target)
    copy_tokenizer(folder, target)


def _notes(workspace: Workspace, base: CatalogModel, made: ModelManifest | None, kind: str, digest: str) -> list[str]:
    notes = []
    if made is None:
        notes.append("Nothing is known about what it was trained on: it came without a manifest.json.")
    elif made.digest and made.digest != digest:
        notes.append("Its weights are not those that its manifest.json describes: its scores may be another model's.")
    if kind == "adapter" and not is_prepared(workspace, base):
        notes.append(f"{base.hub_id} is not on this machine yet, so whether the adapter fits it shows when it is first asked.")
    elif kind == "adapter" and made and made.base_digest and made.base_digest != weights_digest(workspace.model(base.name)):
        notes.append(f"It was made on other weights of {base.hub_id} than those on this machine: its answers may differ.")
    return notes
