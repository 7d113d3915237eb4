"""Settings that were saved under a name: presets of one's own, a YAML file each in the workspace."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from studio.errors import BadInput, NotFound
from studio.training.settings.presets import PRESETS, Preset, nearest_preset
from studio.training.settings.settings_file import read_settings_file, settings_yaml
from studio.workspace.files import write_text_atomically
from studio.workspace.layout import Workspace
from studio.workspace.trash import TRASH_DAYS, empty_old_trash

logger = logging.getLogger("studio.training")

_BUILT_IN = frozenset(preset.name for preset in PRESETS)


def all_presets(workspace: Workspace) -> tuple[Preset, ...]:
    """The studio's presets, then the saved ones by name. A saved file that can't be read is left out, and the log says why."""
    saved = []
    for path in sorted(workspace.presets.glob("*.yaml")):
        try:
            saved.append(_read(workspace, path.stem))
        except BadInput as error:
            logger.warning("A saved preset is left out. %s", error.message)
    return (*PRESETS, *saved)


def preset_named(workspace: Workspace, name: str) -> Preset:
    """The preset of that name, one of the studio's or one that was saved.

    Raises:
        NotFound: there is none; the sentence lists those that exist.
        BadInput: its file can't be read.
    """
    for preset in PRESETS:
        if preset.name == name:
            return preset
    if name in _saved_names(workspace):
        return _read(workspace, name)
    known = [preset.name for preset in PRESETS] + _saved_names(workspace)
    raise NotFound(f"There is no preset {name!r}. Known: {', '.join(known)}.")


def save_preset(workspace: Workspace, name: str, values: Mapping[str, Any]) -> Preset:
    """Keep the settings under a name; spaces in it become hyphens.

    Args:
        workspace: where.
        name: as it was typed.
        values: `model` and every setting by name.

    Raises:
        BadInput: the name can't be used, or is taken.
    """
    plain = "-".join(name.split())
    if not plain:
        raise BadInput("These settings have no name yet: write one, then save.")
    path = workspace.preset(plain)
    if plain in _BUILT_IN:
        raise BadInput(f"{plain} is a preset of the studio's own: choose another name.")
    if path.exists():
        raise BadInput(f"There are settings named {plain} already: choose another name, or delete those first.")
    write_text_atomically(path, settings_yaml(values, preset=nearest_preset(values).name))
    return _read(workspace, plain)


def delete_preset(workspace: Workspace, name: str) -> str:
    """Move saved settings into the trash, where they stay for `TRASH_DAYS`. Returns the token that `restore_preset` takes.

    Raises:
        NotFound: nothing is saved under that name.
    """
    if name not in _saved_names(workspace):
        raise NotFound(f"No settings are saved under the name {name!r}.")
    empty_old_trash(workspace)
    token = f"preset.{secrets.token_hex(8)}"
    path, trashed = workspace.preset(name), workspace.trashed(token)
    trashed.mkdir()
    path.rename(trashed / path.name)
    return token


def restore_preset(workspace: Workspace, token: str) -> Preset:
    """Put deleted settings back.

    Raises:
        NotFound: nothing was deleted under that token, or it has left the trash.
        BadInput: others were saved under their name meanwhile.
    """
    trashed = workspace.trashed(token)
    deleted = next(trashed.glob("*.yaml"), None)
    if deleted is None:
        raise NotFound(f"These settings are not in the trash any more: they stay there for {TRASH_DAYS} days.")
    path = workspace.preset(deleted.stem)
    if path.exists():
        raise BadInput(f"There are other settings named {deleted.stem} now: delete those first.")
    deleted.rename(path)
    trashed.rmdir()
    return _read(workspace, path.stem)


def _saved_names(workspace: Workspace) -> list[str]:
    return sorted(path.stem for path in workspace.presets.glob("*.yaml"))


def _read(workspace: Workspace, name: str) -> Preset:
    loaded = read_settings_file(workspace.preset(name))
    return Preset(name, name, f"Saved here; made from “{loaded.preset.title}”.", loaded.values, base=loaded.preset.name)
