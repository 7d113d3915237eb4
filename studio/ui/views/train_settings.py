"""What the Train page says about settings that were saved, loaded or deleted."""

from __future__ import annotations

from html import escape

from studio.training.settings.presets import Preset
from studio.training.settings.settings_file import LoadedSettings
from studio.ui.text import train_settings as text
from studio.workspace.trash import TRASH_DAYS


def saved_html(preset: Preset) -> str:
    """Settings are kept under a name."""
    return _sentences(text.SAVED.format(name=preset.name))


def deleted_html(name: str) -> str:
    """Saved settings are gone, for now."""
    return _sentences(text.DELETED.format(name=name, days=TRASH_DAYS))


def restored_html(preset: Preset) -> str:
    """They are back."""
    return _sentences(text.RESTORED.format(name=preset.name))


def loaded_html(loaded: LoadedSettings, file: str) -> str:
    """What became of a settings file: a sentence each."""
    changes = len(loaded.changes)
    start = text.LOADED_CHANGES if changes else text.LOADED_AS_PRESET
    return _sentences(text.LOADED.format(file=file), start.format(preset=loaded.preset.title, count=changes), *loaded.remarks)


def _sentences(first: str, *others: str) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in others)
    return f'<section class="card" role="status"><p>{escape(first)}</p>{f"<ul>{items}</ul>" if items else ""}</section>'
