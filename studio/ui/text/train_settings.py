"""The sentences of the Train page about settings: their groups, and saving, loading and exporting them."""

from __future__ import annotations

from collections.abc import Mapping

GROUPS: Mapping[str, str] = {
    "adapter": "Adapter",
    "schedule": "Schedule",
    "batch and length": "Batch and length",
    "validation": "Validation",
    "memory and number format": "Memory and number format",
    "processors": "Processors",
    "saving": "Saving",
    "other": "Other settings",
}
"""The titles of the groups of settings, but for the main ones."""

TITLE = "Save, load or export settings"
NAME = "Name"
NAME_INFO = "These settings, as they stand below, become a preset of that name."
SAVE = "Save as a preset"
LOAD = "Load a YAML file"
LOAD_INFO = (
    "A file that was written here, or LLaMA-Factory's YAML of a supervised fine-tuning: what it asks for is filled in below, and what has "
    "no counterpart here is said."
)
EXPORT = "Write as YAML"
DOWNLOAD_NAME = "training-settings.yaml"
DELETE = "Delete the preset {name}"
UNDO = "Undo: bring it back"
SAVED = "Saved as {name}. It is chosen, and stands among the presets."
DELETED = "{name} was deleted. It stays in the trash for {days} days."
RESTORED = "{name} is back."
LOADED = "The settings of {file} are filled in below."
LOADED_CHANGES = "They start from “{preset}”, and {count} of them differ from it."
LOADED_AS_PRESET = "They are those of “{preset}”."
MAY_CHANGE = "change saved settings"
MAY_LOAD = "load settings"
MAY_EXPORT = "export settings"
NOTHING_DELETED = "Nothing was deleted on this page since it was opened."
