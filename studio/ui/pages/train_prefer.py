"""The form of a preference training, the second stage: what it learns from, what it goes on from, and how."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import gradio as gr

from studio.errors import BadInput, StudioError
from studio.training.preferring.judged import judged_in
from studio.training.preferring.presets import PREFERENCE_PRESETS, find_preference_preset
from studio.training.preferring.requests import check_preference, preference_spec
from studio.training.preferring.spec import BASE, GROUPS, PreferenceSpec
from studio.training.preferring.starting import starting_points
from studio.training.preflight.findings import refuse
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.train_inputs import FIELD_WIDTH, setting_inputs
from studio.ui.text import train as form_text
from studio.ui.text import train_prefer as text
from studio.ui.views.train_form import dataset_choices, filled_in, problem_html
from studio.ui.views.train_prefer import (
    describe_preference_setting,
    prefer_command,
    preference_plan_html,
    start_choices,
)
from studio.workspace.datasets import Manifest, list_datasets, read_rows
from studio.workspace.layout import Workspace

Updates = dict[Any, Any]

_LOOKED_AT = 100  # rows from a dataset's beginning, to offer it or not


class PreferSection:
    """The form. `settings` are its inputs by the names of `PreferenceSpec`."""

    def __init__(self, studio: Studio) -> None:
        self._workspace = studio.workspace
        preset = PREFERENCE_PRESETS[0]
        values = preset.values()
        gr.Markdown(text.INTRO)
        self.empty = gr.HTML(text.EMPTY, visible=False)
        with gr.Column() as self.body:
            with gr.Row():
                # Not bound to the choices: the workspace knows what is there, and answers with a sentence.
                self.dataset = gr.Dropdown(
                    [], label=text.DATASET, info=text.DATASET_INFO, allow_custom_value=True, min_width=FIELD_WIDTH
                )
                self.start = gr.Dropdown(
                    [], label=text.START, info=text.START_INFO, allow_custom_value=True, min_width=FIELD_WIDTH
                )
            methods = [(words, method) for method, words in text.METHODS.items()]
            self.method = gr.Radio(methods, value="dpo", label=text.METHOD, info=text.METHOD_INFO)
            presets = [(one.title, one.name) for one in PREFERENCE_PRESETS]
            self.preset = gr.Radio(presets, value=preset.name, label=text.PRESET, info=text.PRESET_INFO)
            self.sentence = gr.Markdown(preset.sentence, elem_classes="muted")
            gr.Markdown(form_text.SECTION_MAIN)
            main, *others = GROUPS.items()
            self.settings = setting_inputs(main[1], values, describe_preference_setting)
            for group, names in others:
                with gr.Accordion(text.GROUPS[group], open=False):
                    self.settings |= setting_inputs(names, values, describe_preference_setting)
            self.plan = gr.HTML()
            self.command = gr.Code(
                language="shell", interactive=False, label=text.COMMAND, lines=1, wrap_lines=True, show_line_numbers=False, buttons=["copy"],
            )  # fmt: skip
            self.begin = gr.Button(text.BEGIN, variant="primary")

    @property
    def inputs(self) -> list[Any]:
        """Dataset, start, method, preset, then the settings in their order."""
        return [self.dataset, self.start, self.method, self.preset, *self.settings.values()]

    @property
    def outputs(self) -> list[Any]:
        """What filling the form changes."""
        return [*self.inputs, self.sentence, self.plan, self.command]

    @property
    def opened(self) -> list[Any]:
        """What opening the page changes."""
        return [*self.outputs, self.empty, self.body, self.begin]

    def wire(self) -> None:
        """A preset fills the form; every change shows what it amounts to."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        chosen = [self.dataset, self.start, self.method, self.preset]
        self.preset.input(plainly(self.choose_preset), chosen, self.outputs, api_name="train_prefer_preset", **quiet)
        changes = [component.input for component in (self.dataset, self.start, self.method, *self.settings.values())]
        gr.on(changes, plainly(self.show_plan), self.inputs, [self.plan, self.command], api_name="train_prefer_plan", **quiet)

    def open(self, *, operator: bool, start: str | None = None) -> Updates:
        """The form as the page opens: on the newest judged answers, going on from `start` or the newest tuned model."""
        datasets = [manifest for manifest in list_datasets(self._workspace) if _is_judged(self._workspace, manifest)]
        models = starting_points(self._workspace)
        names = [model.run for model in models]
        if start and start not in names:
            gr.Warning(text.NO_SUCH_START.format(run=start))
        chosen = start if start in names else next(iter(names), BASE)
        dataset = next((manifest.id for manifest in datasets), None)
        filled = self.choose_preset(dataset, chosen, self._method_for(dataset), PREFERENCE_PRESETS[0].name) if datasets else {}
        return {
            **filled,
            self.empty: gr.HTML(visible=not datasets),
            self.body: gr.Column(visible=bool(datasets)),
            self.begin: gr.Button(interactive=operator),
            self.dataset: gr.Dropdown(dataset_choices(datasets), value=dataset),
            self.start: gr.Dropdown(start_choices(models), value=chosen),
        }

    def choose_preset(self, dataset: str | None, start: str | None, method: str, preset: str) -> Updates:
        """The form with the settings of a preset."""
        values = find_preference_preset(preset).values()
        return self._filled(dataset, start, method, preset, [values[name] for name in self.settings])

    def clone(self, spec: PreferenceSpec) -> Updates:
        """The form with the settings of an earlier preference training; without its dataset where that is gone."""
        known = spec.dataset in {manifest.id for manifest in list_datasets(self._workspace)}
        if not known:
            gr.Warning(text.DATASET_GONE)
        presets = {preset.name for preset in PREFERENCE_PRESETS}
        preset = spec.preset if spec.preset in presets else PREFERENCE_PRESETS[0].name
        values = [getattr(spec, name) for name in self.settings]
        return self._filled(spec.dataset if known else None, spec.start, spec.method, preset, values)

    def show_plan(self, dataset: str | None, start: str | None, method: str, preset: str, *values: Any) -> Updates:
        """What the form amounts to, or the one sentence about what is wrong with it."""
        try:
            spec = self.spec(dataset, start, method, preset, *values)
        except StudioError as error:
            return {self.plan: problem_html(error.message), self.command: gr.Code(visible=False)}
        command = prefer_command(spec, self._changes(preset, values))
        plan = preference_plan_html(spec, judged_in(self._workspace, spec.dataset))
        return {self.plan: plan, self.command: gr.Code(command, visible=True)}

    def spec(self, dataset: str | None, start: str | None, method: str, preset: str, *values: Any) -> PreferenceSpec:
        """The training that the form asks for.

        Raises:
            BadInput: a setting is empty or out of range, or dataset, start and method don't go together.
            NotFound: the dataset or the start does not exist.
        """
        if not dataset:
            raise BadInput(text.NO_DATASET)
        if not start:
            raise BadInput(text.NO_START)
        changes = {**self._changes(preset, values), "start": start, "method": method}
        return preference_spec(self._workspace, dataset=dataset, preset=preset, changes=changes)

    def passed(self, spec: PreferenceSpec) -> PreferenceSpec:
        """The spec itself, which may start.

        Raises:
            BadInput: something blocks it.
        """
        refuse(check_preference(self._workspace, spec).findings)
        return spec

    def _changes(self, preset: str, values: Sequence[Any]) -> dict[str, Any]:
        return find_preference_preset(preset).differences(filled_in(dict(zip(self.settings, values, strict=True))))

    def _method_for(self, dataset: str | None) -> str:
        """What the newest dataset is made for: pairs for DPO, single answers for KTO."""
        return "dpo" if dataset is None or judged_in(self._workspace, dataset).pairs else "kto"

    def _filled(self, dataset: str | None, start: str | None, method: str, preset: str, ordered: Sequence[Any]) -> Updates:
        return {
            self.dataset: dataset,
            self.start: start,
            self.method: method,
            self.preset: preset,
            self.sentence: find_preference_preset(preset).sentence,
            **dict(zip(self.settings.values(), ordered, strict=True)),
            **self.show_plan(dataset, start, method, preset, *ordered),
        }


def _is_judged(workspace: Workspace, manifest: Manifest) -> bool:
    """Whether the dataset's first rows hold a judged answer. One that is damaged is offered nowhere."""
    try:
        rows = islice(read_rows(workspace, manifest.id), _LOOKED_AT)
        return any(row.rejected is not None or row.label is not None for row in rows)
    except StudioError:
        return False
