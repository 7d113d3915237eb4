"""Train: fill in a form, start, and watch it learn. What is seen comes from the run folders alone, so that it survives everything."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.evaluation.requests import evaluation_spec, request_evaluation
from studio.training.requests import request_training
from studio.training.spec import parse_spec
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.train_export import ExportSection
from studio.ui.pages.train_form import FormSection
from studio.ui.pages.train_run import RunSection
from studio.ui.text import train as text
from studio.ui.text import train_export as export_text
from studio.ui.text.common import VISITOR_NOTICE
from studio.workspace.runs import find_run

Updates = dict[Any, Any]

_HIGH_FREQUENCY = "high_frequency"
_FORM, _RUNS, _EXPORT = "new", "runs", "export"
_REDRAW = "() => { window.dispatchEvent(new Event('resize')) }"  # a curve that was drawn out of sight has no width yet


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as blocks:
        _TrainPage(studio).wire(blocks)
    return blocks


class _TrainPage:
    """The tabs, and what leads from one to the other."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        gr.Markdown(text.INTRO)
        self.notice = gr.Markdown(VISITOR_NOTICE, visible=False)
        with gr.Tabs() as self.tabs:
            with gr.Tab(text.TAB_NEW, id=_FORM):
                self.form = FormSection(studio.workspace)
            with gr.Tab(text.TAB_RUNS, id=_RUNS) as self.runs_tab:
                self.view = RunSection(studio)
            with gr.Tab(export_text.TAB, id=_EXPORT):
                self.exports = ExportSection(studio)

    def wire(self, blocks: gr.Blocks) -> None:
        """All events of the page."""
        form, view = self.form, self.view
        private: dict[str, Any] = {"api_visibility": "private"}
        opened = [self.tabs, self.notice, view.run, *form.opened, *view.outputs, *self.exports.outputs]
        blocks.load(plainly(self.open), None, opened, api_name="train_open", show_progress="hidden", **private)
        self.runs_tab.select(None, js=_REDRAW, api_name="train_redraw", **private)
        form.wire()
        view.wire()
        self.exports.wire()
        watched = [view.run, self.tabs]
        started = form.start.click(plainly(self.start), form.inputs, watched, api_name="train_start", **private)
        view.show_after(started, "train_start")
        evaluated = view.evaluate.click(plainly(self.evaluate), view.run, watched, api_name="train_evaluate", **private)
        view.show_after(evaluated, "train_evaluate")
        view.again.click(plainly(self.again), view.run, [self.tabs, *form.outputs], api_name="train_again", **private)

    def open(self, request: gr.Request) -> Updates:
        """Everything, as the page is opened: `?run=` names the run to watch, `?dataset=` the dataset to train on, `?export=` a tuned model or an export."""
        run, dataset = request.query_params.get("run"), request.query_params.get("dataset")
        exported = request.query_params.get("export")
        default, at_work = self.view.default()
        operator = identify(self._studio.settings, request).operator
        tab = _RUNS if run or (at_work and not dataset) else _FORM
        return {
            self.notice: gr.Markdown(visible=not operator),
            self.tabs: gr.Tabs(selected=_EXPORT if exported is not None else tab),
            **self.form.open(operator=operator, dataset=dataset),
            **self.view.refresh(request, run or default, ""),
            self.view.run: run or default,
            **self.exports.open(operator=operator, asked=exported),
        }

    def start(self, request: gr.Request, dataset: str | None, preset: str, *values: Any) -> Updates:
        """Put the training of the form into the queue, and watch it."""
        require_operator(self._studio.settings, request, to="start a training")
        run = request_training(self._studio.queue, self.form.spec(dataset, preset, *values))
        self.view.announce(run.id, text.STARTED)
        return {self.view.run: run.id, self.tabs: gr.Tabs(selected=_RUNS)}

    def evaluate(self, request: gr.Request, run_id: str) -> Updates:
        """Put the evaluation of the base model and of the run's into the queue, and watch it."""
        require_operator(self._studio.settings, request, to="start an evaluation")
        workspace = self._studio.workspace
        base_model = parse_spec(find_run(workspace, run_id).spec).model
        spec = evaluation_spec(workspace, question_set=_HIGH_FREQUENCY, models=("base", run_id), base_model=base_model)
        run = request_evaluation(self._studio.queue, spec)
        self.view.announce(run.id, text.EVALUATION_STARTED)
        return {self.view.run: run.id, self.tabs: gr.Tabs(selected=_RUNS)}

    def again(self, run_id: str) -> Updates:
        """Fill the form with the settings of a run."""
        filled = self.form.clone(parse_spec(find_run(self._studio.workspace, run_id).spec))
        gr.Info(text.FILLED.format(run=run_id))
        return {self.tabs: gr.Tabs(selected=_FORM), **filled}
