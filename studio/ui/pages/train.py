"""Train: fill in a form, start, and watch it learn. What is seen comes from the run folders alone, so that it survives everything."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.evaluation.requests import evaluation_spec, request_evaluation
from studio.training.preferring.requests import preference_settings_of, request_preference
from studio.training.requests import request_training, settings_of
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.train_compare import CompareSection
from studio.ui.pages.train_export import ExportSection
from studio.ui.pages.train_form import FormSection
from studio.ui.pages.train_prefer import PreferSection
from studio.ui.pages.train_run import RunSection
from studio.ui.text import train as text
from studio.ui.text import train_export as export_text
from studio.ui.text import train_prefer as prefer_text
from studio.ui.text import train_runs
from studio.ui.text.common import VISITOR_NOTICE
from studio.workspace.adapters import PREFERENCE_JOB, find_tuned
from studio.workspace.history import Followers
from studio.workspace.runs import find_run

Updates = dict[Any, Any]

_HIGH_FREQUENCY = "high_frequency"
_FORM, _PREFER, _RUNS, _COMPARE, _EXPORT = "new", "prefer", "runs", "compare", "export"
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
        followers = Followers()
        gr.Markdown(text.INTRO)
        self.notice = gr.Markdown(VISITOR_NOTICE, visible=False)
        with gr.Tabs() as self.tabs:
            with gr.Tab(text.TAB_NEW, id=_FORM):
                self.form = FormSection(studio)
            with gr.Tab(prefer_text.TAB, id=_PREFER):
                self.prefer = PreferSection(studio)
            with gr.Tab(text.TAB_RUNS, id=_RUNS) as self.runs_tab:
                self.view = RunSection(studio, followers)
            with gr.Tab(train_runs.TAB_COMPARE, id=_COMPARE) as self.compare_tab:
                self.compare = CompareSection(studio, followers)
            with gr.Tab(export_text.TAB, id=_EXPORT):
                self.exports = ExportSection(studio)

    def wire(self, blocks: gr.Blocks) -> None:
        """All events of the page."""
        form, view = self.form, self.view
        private: dict[str, Any] = {"api_visibility": "private"}
        opened = [self.tabs, self.notice, view.run, *form.opened, *self.prefer.opened, *view.opened]
        opened += [*self.compare.opened, *self.exports.outputs]
        blocks.load(plainly(self.open), None, opened, api_name="train_open", show_progress="hidden", **private)
        self.runs_tab.select(None, js=_REDRAW, api_name="train_redraw", **private)
        self.compare_tab.select(None, js=_REDRAW, api_name="train_redraw_compared", **private)
        form.wire()
        self.prefer.wire()
        view.wire()
        self.compare.wire(self.compare_tab)
        self.exports.wire()
        watched = [view.run, self.tabs]
        started = form.start.click(plainly(self.start), form.inputs, watched, api_name="train_start", **private)
        view.show_after(started, "train_start")
        preferred = self.prefer.begin.click(
            plainly(self.start_preference), self.prefer.inputs, watched, api_name="train_prefer_start", **private
        )
        view.show_after(preferred, "train_prefer_start")
        evaluated = view.evaluate.click(plainly(self.evaluate), view.run, watched, api_name="train_evaluate", **private)
        view.show_after(evaluated, "train_evaluate")
        view.again.click(
            plainly(self.again), view.run, [self.tabs, *form.outputs, *self.prefer.outputs], api_name="train_again", **private
        )

    def open(self, request: gr.Request) -> Updates:
        """Everything, as the page is opened.

        Its address may name the run to watch (`?run=`), the dataset to train on (`?dataset=`), a run to train like (`?like=`), runs to compare
        (`?compare=`), a tuned model or an export (`?export=`), the tuned model to go on from with judged answers (`?prefer=`), and what narrows
        the list (`?q=`, `?tag=`).
        """
        asked = request.query_params
        run, dataset, like, compared = (asked.get(name) for name in ("run", "dataset", "like", "compare"))
        exported, preferred = asked.get("export"), asked.get("prefer")
        words, tag = asked.get("q", ""), asked.get("tag", "")
        default, at_work = self.view.default()
        operator = identify(self._studio.settings, request).operator
        form = self.form.open(operator=operator, dataset=dataset) | self.prefer.open(operator=operator, start=preferred)
        if like:
            form |= self._like(like)
        shows_runs = run or words or tag or (at_work and not dataset and not like)
        tab = _COMPARE if compared else _RUNS if shows_runs else _FORM
        return {
            self.notice: gr.Markdown(visible=not operator),
            self.tabs: gr.Tabs(selected=_EXPORT if exported is not None else _PREFER if preferred is not None else tab),
            **form,
            **self.view.open(request, run or default, words=words, tag=tag),
            **self.compare.open(compared, asked.get("curve")),
            **self.exports.open(operator=operator, asked=exported),
        }

    def start(self, request: gr.Request, dataset: str | None, preset: str, *values: Any) -> Updates:
        """Put the training of the form into the queue, and watch it."""
        require_operator(self._studio.settings, request, to="start a training")
        run = request_training(self._studio.queue, self.form.check.passed(self.form.spec(dataset, preset, *values)))
        self.view.announce(run.id, text.STARTED)
        return {self.view.run: run.id, self.tabs: gr.Tabs(selected=_RUNS)}

    def start_preference(
        self, request: gr.Request, dataset: str | None, start: str | None, method: str, preset: str, *values: Any
    ) -> Updates:
        """Put the preference training of the form into the queue, and watch it."""
        require_operator(self._studio.settings, request, to="start a training")
        spec = self.prefer.passed(self.prefer.spec(dataset, start, method, preset, *values))
        run = request_preference(self._studio.queue, spec)
        self.view.announce(run.id, prefer_text.STARTED)
        return {self.view.run: run.id, self.tabs: gr.Tabs(selected=_RUNS)}

    def evaluate(self, request: gr.Request, run_id: str) -> Updates:
        """Put the evaluation of the base model and of the run's into the queue, and watch it."""
        require_operator(self._studio.settings, request, to="start an evaluation")
        workspace = self._studio.workspace
        base_model = find_tuned(workspace, run_id).base_model
        spec = evaluation_spec(workspace, question_set=_HIGH_FREQUENCY, models=("base", run_id), base_model=base_model)
        run = request_evaluation(self._studio.queue, spec)
        self.view.announce(run.id, text.EVALUATION_STARTED)
        return {self.view.run: run.id, self.tabs: gr.Tabs(selected=_RUNS)}

    def again(self, run_id: str) -> Updates:
        """Fill the form with the settings of a run, that of its stage."""
        filled = self._filled(run_id)
        gr.Info(text.FILLED.format(run=run_id))
        return filled

    def _like(self, run_id: str) -> Updates:
        """The form as that run was asked for; as it is, with a word about it, where there is no such training."""
        try:
            return self._filled(run_id)
        except StudioError as error:
            gr.Warning(error.message)
            return {}

    def _filled(self, run_id: str) -> Updates:
        run = find_run(self._studio.workspace, run_id)
        if run.job == PREFERENCE_JOB:
            return {**self.prefer.clone(preference_settings_of(run)), self.tabs: gr.Tabs(selected=_PREFER)}
        return {**self.form.clone(settings_of(run)), self.tabs: gr.Tabs(selected=_FORM)}
