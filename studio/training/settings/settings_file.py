"""Settings of a training as a YAML file: the studio's own, and LLaMA-Factory's.

The studio's file names a preset and, under the names of `TrainSpec`, what differs from it; those that it writes name every setting, so
that they mean the same when a preset changes. `dataset` may be in it too.

    preset: t4-quarter-hour
    learning_rate: 2.0e-5
    lora_rank: 32
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from studio.chat.catalog import find_model
from studio.errors import BadInput
from studio.training.settings import flat_yaml
from studio.training.settings.llamafactory import is_llamafactory, translate
from studio.training.settings.presets import PRESETS, Preset, find_preset, nearest_preset
from studio.training.settings.setting_groups import GROUPS
from studio.training.settings.spec import SETTABLE, parse_spec

_HEADER = (
    "# Settings of a training with Firstline Studio.\n# Start it with: python -m studio train --settings THIS_FILE --dataset ID\n"
)
_OWN_KEYS = SETTABLE | {"preset", "model", "dataset"}


@dataclass(frozen=True)
class LoadedSettings:
    """What a file asks for: a preset, every value as it is with the file's changes, perhaps a dataset, and what to say about it."""

    preset: Preset
    values: Mapping[str, Any]
    dataset: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def changes(self) -> dict[str, Any]:
        """The values that differ from the preset's."""
        return self.preset.differences(self.values)


def read_settings_file(path: Path) -> LoadedSettings:
    """The settings in a file of this studio or of LLaMA-Factory.

    Raises:
        BadInput: it can't be read, names something unknown, or holds a value that can't be used.
        NotFound: it names a preset that does not exist.
    """
    return read_settings(flat_yaml.read_text(path), name=path.name)


def read_settings(text: str, *, name: str) -> LoadedSettings:
    """The same of a text; `name` is what sentences call it."""
    values = flat_yaml.parse(text, name=name)
    if is_llamafactory(values):
        translation = translate(values, name=name)
        settings = _checked(translation.settings, name, translation.sources)
        return LoadedSettings(nearest_preset(settings), settings, remarks=translation.sentences())
    _check_names(values, name)
    preset = find_preset(str(values.get("preset") or PRESETS[0].name))
    own = {key: value for key, value in values.items() if key not in {"preset", "dataset"}}
    dataset = values.get("dataset")
    return LoadedSettings(preset, _checked({**preset.settings, **own}, name), str(dataset) if dataset else None)


def settings_yaml(values: Mapping[str, Any], *, preset: str, dataset: str | None = None) -> str:
    """The base model and all settings as a file of this studio.

    Args:
        values: `model` and every setting by name.
        preset: the name of the preset they came from, one of those that come with the studio.
        dataset: the id of a dataset to train on.
    """
    named = {"preset": preset, "model": values["model"], **({"dataset": dataset} if dataset else {})}
    parts = [_HEADER, _lines(named)]
    for group, names in GROUPS.items():
        parts.append(f"\n# {group.capitalize()}\n" + _lines({name: values[name] for name in names}))
    return "".join(parts)


def _lines(values: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, default_flow_style=False))


def _check_names(values: Mapping[str, Any], name: str) -> None:
    for key in values:
        if key in _OWN_KEYS:
            continue
        close = get_close_matches(key, _OWN_KEYS, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(sorted(_OWN_KEYS))}."
        raise BadInput(f"{name}: there is no training setting {key[:80]!r}. {hint}")


def _checked(settings: Mapping[str, Any], name: str, sources: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Every value, checked and in its own type.

    Raises:
        BadInput: one can't be used, or there is no such model; where the file calls it otherwise, the sentence says so.
    """
    try:
        spec = parse_spec({**settings, "dataset": ""})
        return {**spec.model_dump(exclude={"job", "dataset", "preset"}), "model": find_model(spec.model).name}
    except BadInput as error:
        setting = error.message.partition(" = ")[0]
        source = (sources or {}).get(setting, setting)
        called = f" In the file it is {source}." if source != setting else ""
        raise BadInput(f"{name}: {error.message}{called}") from error
