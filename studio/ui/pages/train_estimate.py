"""What the training of the form will need: it follows every change of the settings."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.dataset.tokens.lengths import dataset_lengths
from studio.errors import StudioError
from studio.training.estimate.advice import advise, what_if
from studio.training.estimate.estimator import estimator_for
from studio.training.estimate.machine import GPU_CLASSES, HERE
from studio.training.settings.spec import TrainSpec
from studio.ui.messages import plainly
from studio.ui.text import train_estimate as text
from studio.ui.views.train_estimate import estimate_html
from studio.ui.views.train_form import problem_html
from studio.workspace.layout import Workspace


class EstimateSection:
    """The section. It shows nothing of a form that can't be started: the form says what is wrong with it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        gr.Markdown(f"## {text.TITLE}")
        machines = [(text.MACHINE_HERE, HERE), *((machine.title, machine.name) for machine in GPU_CLASSES)]
        self.machine = gr.Radio(machines, value=HERE, label=text.MACHINE, info=text.MACHINE_INFO)
        self.shown = gr.HTML(f'<p class="muted">{text.COUNTING}</p>')

    def wire(self, asked: gr.State) -> Any:
        """Estimate anew whenever `asked`, the training that the form asks for, changes, or another machine is chosen.

        Returns the event: the rows are counted once it has ended.
        """
        return gr.on(
            [asked.change, self.machine.input], plainly(self.show), [self.machine, asked], self.shown,
            api_name="train_estimate", api_visibility="private", show_progress="minimal", trigger_mode="always_last", concurrency_limit=2,
        )  # fmt: skip

    def show(self, machine: str, wanted: TrainSpec | None) -> str:
        """The section for the training that the form asks for; for None, where it can't be started, nothing."""
        if wanted is None:
            return ""
        try:
            estimator = estimator_for(self._workspace, wanted, lengths=dataset_lengths, machine=machine)
            estimate = estimator.estimate(wanted)
            return estimate_html(estimate, advise(estimator, estimate), what_if(estimator, wanted))
        except StudioError as error:
            return problem_html(error.message)
