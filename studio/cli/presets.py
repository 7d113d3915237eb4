"""`presets`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from studio.cli.output import print_json, print_table
from studio.cli.workspace import Json, open_workspace
from studio.training.settings.saved_presets import all_presets, preset_named
from studio.training.settings.settings_file import settings_yaml


def presets(
    yaml: Annotated[
        str | None, typer.Option(metavar="NAME", help="Print the settings of this one as a file for `train --settings`.")
    ] = None,
    json_: Json = False,
) -> None:
    """List what a training can start from: the studio's own settings, and those that were saved."""
    _, workspace, _ = open_workspace()
    if yaml is not None:
        preset = preset_named(workspace, yaml)
        content = settings_yaml(preset.values(), preset=preset.base or preset.name)
        if json_:
            print_json({"preset": preset.name, "yaml": content})
        else:
            sys.stdout.write(content)
        return
    found = all_presets(workspace)
    if json_:
        listed = [
            {
                "name": preset.name,
                "title": preset.title,
                "sentence": preset.sentence,
                "saved": preset.base is not None,
                "settings": preset.values(),
            }
            for preset in found
        ]
        print_json({"presets": listed})
        return
    print_table("", ["preset", "what it is", "model"], [[p.name, p.sentence, str(p.values()["model"])] for p in found])
