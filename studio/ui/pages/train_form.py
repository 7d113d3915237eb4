"""The form of a new training: its inputs, what they amount to, and how a preset or an earlier run fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import gradio as gr

from studio.chat.catalog import CATALOG
from studio.errors import BadInput, StudioError
from studio.training.learning.phrasings import arrange
from studio.training.requests import training_spec
from studio.training.settings.presets import PRESETS, Preset, nearest_preset
from studio.training.settings.saved_presets import all_presets, preset_named
from studio.training.settings.setting_groups import GROUPS, PROCESSORS
from studio.training.settings.settings_file import LoadedSettings
from studio.training.settings.spec import TrainSpec, parse_spec
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.train_check import CheckSection
from studio.ui.pages.train_estimate import EstimateSection
from studio.ui.pages.train_inputs import FIELD_WIDTH, setting_inputs
from studio.ui.pages.train_processors import ProcessorsSection
from studio.ui.pages.train_settings import SettingsSection
from studio.ui.text import train as text
from studio.ui.text import train_settings as settings_text
from studio.ui.text.train_validation import NOTES
from studio.ui.views.train_form import (
    dataset_choices,
    filled_in,
    make_plan,
    plan_html,
    preset_html,
    problem_html,
    train_command,
)
from studio.workspace.datasets import list_datasets, read_rows
from studio.workspace.layout import Workspace

Updates = dict[Any, Any]
_ARRANGING = {"hold_out_phrasings", "rows_per_answer", "spliced_copies", "least_rows_per_answer"}


class FormSection:
    """The form. `settings` are its inputs by the names of `TrainSpec`, the base model first."""

    def __init__(self, studio: Studio) -> None:
        self._workspace = studio.workspace
        preset = PRESETS[0]
        values = preset.values()
        self.asked = gr.State(None)  # the training that the form asks for; None where it can't be started
        self.empty = gr.HTML(text.NO_DATASET, visible=False)
        with gr.Column() as self.body:
            gr.Markdown(text.SECTION_WHAT)
            with gr.Row():
                # Not bound to the choices: the workspace knows what was imported since, and answers with a sentence.
                self.dataset = gr.Dropdown(
                    [], label=text.DATASET, info=text.DATASET_INFO, allow_custom_value=True, min_width=FIELD_WIDTH
                )
                models = [(f"{model.title} ({model.licence})", model.name) for model in CATALOG]
                model = gr.Dropdown(models, value=values["model"], label=text.MODEL, info=text.MODEL_INFO, min_width=FIELD_WIDTH)
            self.preset = gr.Radio(self._preset_choices(), value=preset.name, label=text.PRESET, info=text.PRESET_INFO)
            self.sentence = gr.HTML(preset_html(preset))
            self.files = SettingsSection(studio, self)
            gr.Markdown(text.SECTION_MAIN)
            main, *others = GROUPS.items()
            self.settings: dict[str, Any] = {"model": model, **setting_inputs(main[1], values)}
            for group, names in others:
                with gr.Accordion(settings_text.GROUPS[group], open=False):
                    if group in NOTES:
                        gr.Markdown(NOTES[group])
                    self.settings |= setting_inputs(names, values)
                    if group == PROCESSORS:
                        self.processors = ProcessorsSection()
            self.plan = gr.HTML()
            self.command = gr.Code(
                language="shell", interactive=False, label=text.COMMAND, lines=1, wrap_lines=True, show_line_numbers=False, buttons=["copy"],
            )  # fmt: skip
            self.estimate = EstimateSection(studio.workspace)
            self.check = CheckSection(studio)
            self.start = gr.Button(text.START, variant="primary")

    @property
    def inputs(self) -> list[Any]:
        """Dataset, preset, then the settings in their order."""
        return [self.dataset, self.preset, *self.settings.values()]

    @property
    def outputs(self) -> list[Any]:
        """What filling the form changes."""
        return [*self.inputs, self.sentence, *self._planned, *self.files.outputs]

    @property
    def _planned(self) -> list[Any]:
        """What says what the form amounts to."""
        return [self.asked, self.plan, self.command, *self.processors.outputs]

    @property
    def opened(self) -> list[Any]:
        """What opening the page changes."""
        return [*self.outputs, self.empty, self.body, self.start, *self.files.opened]

    def wire(self) -> None:
        """A preset fills the form; every change shows what it amounts to."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        self.preset.input(
            plainly(self.choose_preset), [self.dataset, self.preset], self.outputs, api_name="train_preset", **quiet
        )
        # `input`, not `change`: what a preset fills in is one event, not one for each setting.
        changes = [self.dataset.input, *(component.input for component in self.settings.values())]
        gr.on(changes, plainly(self.show_plan), self.inputs, self._planned, api_name="train_plan", **quiet)
        self.files.wire()
        estimated = self.estimate.wire(self.asked)
        self.check.wire(estimated, self.asked, self.inputs, self.spec)

    def open(self, *, operator: bool, dataset: str | None) -> Updates:
        """The form as the page opens: on `dataset` where there is one of that id, else on the newest."""
        datasets = list_datasets(self._workspace)
        ids = [manifest.id for manifest in datasets]
        chosen = dataset if dataset in ids else next(iter(ids), None)
        return {
            self.empty: gr.HTML(visible=not datasets),
            self.body: gr.Column(visible=bool(datasets)),
            self.start: gr.Button(interactive=operator),
            **self.files.open(operator=operator),
            **(self.choose_preset(chosen, PRESETS[0].name) if datasets else {}),
            self.dataset: gr.Dropdown(dataset_choices(datasets), value=chosen),
        }

    def choose_preset(self, dataset: str | None, preset: str) -> Updates:
        """The form with the settings of a preset, one of the studio's or a saved one."""
        chosen = preset_named(self._workspace, preset)
        return self._filled(dataset, chosen, chosen.values())

    def load(self, dataset: str | None, loaded: LoadedSettings) -> Updates:
        """The form with the settings of a file, on the dataset that it names where that is here."""
        known = {manifest.id for manifest in list_datasets(self._workspace)}
        return self._filled(loaded.dataset if loaded.dataset in known else dataset, loaded.preset, loaded.values)

    def clone(self, spec: TrainSpec) -> Updates:
        """The form with the settings of an earlier training; without its dataset where that is gone, and nearest to a preset where its own is gone."""
        known = spec.dataset in {manifest.id for manifest in list_datasets(self._workspace)}
        if not known:
            gr.Warning(text.DATASET_GONE)
        values = spec.model_dump(include=set(self.settings))
        presets = {preset.name: preset for preset in all_presets(self._workspace)}
        preset = presets.get(spec.preset) or nearest_preset(values)
        return self._filled(spec.dataset if known else None, preset, values)

    def values(self, values: Sequence[Any]) -> dict[str, Any]:
        """The base model and every setting as the form has them, checked.

        Raises:
            BadInput: a setting is empty or out of range, or settings don't go together.
        """
        typed = filled_in(dict(zip(self.settings, values, strict=True)))
        return parse_spec({**typed, "dataset": ""}).model_dump(include=set(self.settings))

    def show_plan(self, dataset: str | None, preset: str, *values: Any) -> Updates:
        """What the form amounts to, or the one sentence about what is wrong with it."""
        try:
            spec = self.spec(dataset, preset, *values)
        except StudioError as error:
            hidden = gr.Code("", visible="hidden")
            return {self.asked: None, self.plan: problem_html(error.message), self.command: hidden, **self.processors.show(None)}
        plan = make_plan(spec, **_arranged(self._workspace, _arranging(spec)))
        command = train_command(spec.dataset, preset, self._changes(preset, values))
        return {
            self.asked: spec,
            self.plan: plan_html(spec, plan),
            self.command: gr.Code(command, visible=True),
            **self.processors.show(spec),
        }

    def spec(self, dataset: str | None, preset: str, *values: Any) -> TrainSpec:
        """The training that the form asks for.

        Raises:
            BadInput: a setting is empty or out of range.
            NotFound: the dataset does not exist.
        """
        if not dataset:
            raise BadInput(text.NO_DATASET_CHOSEN)
        return training_spec(self._workspace, dataset=dataset, preset=preset, changes=self._changes(preset, values))

    def _changes(self, preset: str, values: Sequence[Any]) -> dict[str, Any]:
        return preset_named(self._workspace, preset).differences(filled_in(dict(zip(self.settings, values, strict=True))))

    def _preset_choices(self) -> list[tuple[str, str]]:
        return [(preset.title, preset.name) for preset in all_presets(self._workspace)]

    def _filled(self, dataset: str | None, preset: Preset, values: Mapping[str, Any]) -> Updates:
        ordered = [values[name] for name in self.settings]
        return {
            self.dataset: dataset,
            self.preset: gr.Radio(self._preset_choices(), value=preset.name),
            self.sentence: preset_html(preset),
            **dict(zip(self.settings.values(), ordered, strict=True)),
            **self.show_plan(dataset, preset.name, *ordered),
            **self.files.chosen(preset),
        }


@lru_cache(maxsize=32)
def _arranged(workspace: Workspace, spec: TrainSpec) -> dict[str, int]:
    """How many rows of the dataset, which never changes, can be learned, and how many are held out, left out, and spliced from the others."""
    arranged = arrange(read_rows(workspace, spec.dataset), spec)
    held_out, left_out, spliced = len(arranged.held_out), arranged.left_out, len(arranged.begun)
    return {
        "rows": len(arranged.taken) + held_out + left_out,
        "held_out": held_out,
        "left_out": left_out,
        "spliced": spliced,
    }


def _arranging(spec: TrainSpec) -> TrainSpec:
    """The same for all trainings that arrange the rows alike."""
    return TrainSpec(dataset=spec.dataset, **spec.model_dump(include=_ARRANGING))
