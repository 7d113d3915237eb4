"""The check before a training: by itself whenever the form changes, as far as it is quick, and in full when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import gradio as gr

from studio.chat.catalog import find_model, is_prepared
from studio.dataset.tokens.lengths import dataset_lengths, known_lengths
from studio.errors import BadInput, StudioError
from studio.training.preflight.checking import check_training
from studio.training.preflight.device import DeviceFacts, as_it_is_now, ask_device_elsewhere
from studio.training.preflight.findings import Preflight, refuse
from studio.training.settings.spec import TrainSpec
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import train_check as text
from studio.ui.views.train_check import check_html
from studio.ui.views.train_form import problem_html
from studio.workspace.datasets import read_manifest

SpecOfForm = Callable[..., TrainSpec]


class CheckSection:
    """What was found, and the button that looks at everything. The device is asked by the button alone: it takes some seconds."""

    def __init__(self, studio: Studio) -> None:
        self._settings, self._workspace = studio.settings, studio.workspace
        self._facts: DeviceFacts | None = None
        self.result = gr.HTML()
        self.button = gr.Button(text.CHECK)

    def wire(self, counted: Any, asked: gr.State, inputs: Sequence[Any], spec: SpecOfForm) -> None:
        """Connect the events.

        Args:
            counted: an event of every change of the form, after which it is known how long the rows are.
            asked: the training that the form asks for.
            inputs: those of the form.
            spec: makes the training of their values, or says what is wrong with them.
        """
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}

        def check(request: gr.Request, progress: gr.Progress = gr.Progress(), *values: Any) -> gr.HTML:
            require_operator(self._settings, request, to="check a training")
            return self.check(spec(*values), progress)

        counted.then(plainly(self.look), asked, self.result, api_name="train_check_changed", **quiet)
        self.button.click(
            plainly(check), inputs, self.result, api_name="train_check", api_visibility="private", show_progress_on=self.result
        )

    def look(self, request: gr.Request, wanted: TrainSpec | None) -> gr.HTML:
        """What can be said at once; nothing where the form itself is at fault, which its plan says, and nothing to a visitor, who starts none."""
        if wanted is None or not identify(self._settings, request).operator:
            return gr.HTML("", visible=False)
        try:
            return gr.HTML(check_html(self._known(wanted)), visible=True)
        except StudioError as problem:
            return gr.HTML(problem_html(problem.message), visible=True)

    def check(self, spec: TrainSpec, progress: gr.Progress) -> gr.HTML:
        """Everything: the device is asked, and all rows are counted."""
        progress(0.0, desc=text.ASKING)
        self._facts = ask_device_elsewhere()
        self._count(spec, progress)
        found = check_training(self._workspace, spec, lengths=dataset_lengths, facts=self._facts)
        return gr.HTML(check_html(found), visible=True)

    def passed(self, spec: TrainSpec) -> TrainSpec:
        """The spec itself, which may start.

        Raises:
            BadInput: something blocks it.
        """
        refuse(self._known(spec).findings)
        return spec

    def _known(self, spec: TrainSpec) -> Preflight:
        """What follows from what is known: of rows that were counted before, and of a device that was asked before."""
        model = find_model(spec.model)
        counted = is_prepared(self._workspace, model) and known_lengths(self._workspace, spec.dataset, model) is not None
        facts = None if self._facts is None else as_it_is_now(self._facts)
        return check_training(self._workspace, spec, lengths=dataset_lengths if counted else None, facts=facts)

    def _count(self, spec: TrainSpec, progress: gr.Progress) -> None:
        """Count the rows, and show how far it is; what a row has against it the check itself says."""
        model, rows = find_model(spec.model), read_manifest(self._workspace, spec.dataset).rows
        if is_prepared(self._workspace, model):
            with suppress(BadInput):
                dataset_lengths(
                    self._workspace,
                    spec.dataset,
                    model,
                    progress=lambda done: progress((done, rows), desc=text.MEASURING, unit="rows"),
                )
