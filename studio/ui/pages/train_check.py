"""The check before a training: by itself whenever dataset or settings change and it is quick, and in full when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import gradio as gr

from studio.chat.catalog import find_model, is_prepared
from studio.dataset.tokens.lengths import Lengths, dataset_lengths, known_lengths
from studio.errors import StudioError
from studio.settings import Settings
from studio.training.preflight.checking import check_training
from studio.training.preflight.device import DeviceFacts, as_it_is_now, ask_device_elsewhere
from studio.training.preflight.findings import Preflight, refuse
from studio.training.spec import TrainSpec
from studio.ui.access import identify, require_operator
from studio.ui.messages import plainly
from studio.ui.text import train_check as text
from studio.ui.views.train_check import check_html, too_many_html
from studio.workspace.datasets import read_manifest
from studio.workspace.layout import Workspace

_QUICK_ROWS = 2_000  # counted at once; more take longer than a change of a setting should


class Form(Protocol):
    """The form whose training is checked."""

    inputs: list[Any]
    changes: Sequence[Any]

    def spec(self, dataset: str | None, preset: str, *values: Any) -> TrainSpec:
        """The training that its inputs ask for."""


class CheckSection:
    """What was found, and the button that looks at everything. The device is asked once, by the button: it takes some seconds."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._facts: DeviceFacts | None = None
        self.result = gr.HTML()
        self.button = gr.Button(text.CHECK)

    def wire(self, settings: Settings, form: Form, *, filled_by: Mapping[str, Any]) -> None:
        """Look whenever the form changes, and after each of the events that fill it in, which have a name."""
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}

        @plainly
        def look(request: gr.Request, *values: Any) -> Any:
            """What can be said at once; nothing where the form itself is at fault, which its plan says."""
            if not identify(settings, request).operator:
                return gr.HTML("", visible=False)
            try:
                return gr.HTML(self._look(form.spec(*values)), visible=True)
            except StudioError:
                return gr.HTML("", visible=False)

        @plainly
        def check(request: gr.Request, progress: gr.Progress = gr.Progress(), *values: Any) -> Any:
            """Everything: all rows are counted, and the device is asked. Gradio puts what it brings first, so `values` are the whole form's."""
            require_operator(settings, request, to="check a training")
            spec = form.spec(*values)
            measured = self._count(spec, progress)
            progress(1.0, desc=text.ASKING)
            self._facts = ask_device_elsewhere()
            return gr.HTML(check_html(check_training(self._workspace, spec, measured=measured, facts=self._facts)), visible=True)

        gr.on(list(form.changes), look, form.inputs, self.result, api_name="train_check_changed", **quiet)
        for name, event in filled_by.items():
            event.success(look, form.inputs, self.result, api_name=f"train_check_after_{name}", **quiet)
        self.button.click(
            check, form.inputs, self.result, api_name="train_check", api_visibility="private", show_progress_on=self.result
        )

    def passed(self, spec: TrainSpec) -> TrainSpec:
        """The spec itself, which may start.

        Raises:
            BadInput: something blocks it.
        """
        refuse(self._check(spec, self._known(spec)).findings)
        return spec

    def _look(self, spec: TrainSpec) -> str:
        measured, rows = self._known(spec), read_manifest(self._workspace, spec.dataset).rows
        if measured is None and rows > _QUICK_ROWS:
            return check_html(self._check(spec, None)) + too_many_html(rows)
        return check_html(self._check(spec, measured))

    def _check(self, spec: TrainSpec, measured: Lengths | None) -> Preflight:
        facts = None if self._facts is None else as_it_is_now(self._facts)
        return check_training(self._workspace, spec, measured=measured, facts=facts)

    def _known(self, spec: TrainSpec) -> Lengths | None:
        """How long the rows are, where that is known or quickly counted."""
        model = find_model(spec.model)
        if not is_prepared(self._workspace, model):
            return None
        if read_manifest(self._workspace, spec.dataset).rows <= _QUICK_ROWS:
            return dataset_lengths(self._workspace, spec.dataset, model)
        return known_lengths(self._workspace, spec.dataset, model)

    def _count(self, spec: TrainSpec, progress: gr.Progress) -> Lengths | None:
        model, rows = find_model(spec.model), read_manifest(self._workspace, spec.dataset).rows
        if not is_prepared(self._workspace, model):
            return None
        return dataset_lengths(
            self._workspace, spec.dataset, model, progress=lambda done: progress((done, rows), desc=text.MEASURING, unit="rows")
        )
