"""The inputs of a form's settings, as their specs describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from studio.ui.views.train_form import Setting, describe_setting

FIELD_WIDTH = 200
"""Pixels that a field has at least."""

_IN_A_ROW = 4
_LONGEST_TEXT = 1000  # characters


def setting_inputs(
    names: Sequence[str], values: Mapping[str, Any], describe: Callable[[str], Setting] = describe_setting
) -> dict[str, Any]:
    """The inputs of the settings by name, in rows of equal columns."""
    inputs = {}
    for start in range(0, len(names), _IN_A_ROW):
        row = names[start : start + _IN_A_ROW]
        with gr.Row():
            for name in row:
                with gr.Column(min_width=FIELD_WIDTH):
                    inputs[name] = _input(describe(name), values[name])
            for _ in range(_IN_A_ROW - len(row)):
                gr.Column(min_width=FIELD_WIDTH)
    return inputs


def _input(setting: Setting, value: Any) -> Any:
    """The input of a setting. Numbers have no bounds here: a value out of range is answered by the spec's own sentence."""
    common: dict[str, Any] = {"label": setting.label, "info": setting.info, "value": value}
    if setting.kind == "boolean":
        return gr.Checkbox(**common)
    if setting.choices:
        return gr.Dropdown(list(setting.choices), **common)
    if setting.kind == "string":
        return gr.Textbox(**common, max_length=_LONGEST_TEXT)
    return gr.Number(**common, step=setting.step)
