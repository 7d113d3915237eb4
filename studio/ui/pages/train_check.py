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
from studio.training.preflight.lengths import CUT_ROWS
from studio.training.spec import TrainSpec
from studio.ui.access import identify, require_operator
from studio.ui.messages import plainly
from studio.ui.text import train_check as text
from studio.ui.views.train_check import check_html, too_many_html
from studio.ui.views.train_form import problem_html
from studio.workspace.datasets import read_manifest
from studio.workspace.layout import Workspace

_QUICK_ROWS = 2_000  # counted at once; more take longer than a change of a setting should


class Form(Protocol):
    """The form whose training is checked."""

    @property
    def inputs(self) -> list[Any]:
        """Its inputs, in the order that `spec` takes them."""

    @property
    def changes(self) -> Sequence[Any]:
        """The events by which somebody changes one."""

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
                spec = form.spec(*values)
            except StudioError:
                return gr.HTML("", visible=False)
            return gr.HTML(self._look(spec), visible=True)

        @plainly
        def check(request: gr.Request, progress: gr.Progress = gr.Progress(), *values: Any) -> Any:
            """Everything: all rows are counted, and the device is asked. Gradio puts what it brings first, so `values` are the whole form's."""
            require_operator(settings, request, to="check a training")
            spec = form.spec(*values)
            progress(0.0, desc=text.ASKING)
            self._facts = ask_device_elsewhere()
            found = check_training(self._workspace, spec, measure=lambda: self._count(spec, progress), facts=self._facts)
            return gr.HTML(check_html(found), visible=True)

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
        refuse(self._check(spec).findings)
        return spec

    def _look(self, spec: TrainSpec) -> str:
        try:
            found = self._check(spec)
        except StudioError as problem:
            return problem_html(problem.message)
        rows = read_manifest(self._workspace, spec.dataset).rows
        too_many = rows > _QUICK_ROWS and CUT_ROWS in dict(found.missing) and is_prepared(self._workspace, find_model(spec.model))
        return check_html(found) + (too_many_html(rows) if too_many else "")

    def _check(self, spec: TrainSpec) -> Preflight:
        facts = None if self._facts is None else as_it_is_now(self._facts)
        return check_training(self._workspace, spec, measure=lambda: self._known(spec), facts=facts)

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
