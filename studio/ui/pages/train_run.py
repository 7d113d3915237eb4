"""One run, watched, with what can be done about it, and the list of all runs. All of it is read from the run folders."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.charts import training_curve
from studio.errors import StudioError
from studio.training.estimate.prediction import happened, read_predictions
from studio.training.requests import resume_training
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.train_list import ListSection
from studio.ui.pages.train_queue import QueueSection
from studio.ui.pages.train_trash import TrashSection
from studio.ui.pages.train_validation import ValidationSection
from studio.ui.pages.train_written import WrittenSection
from studio.ui.plots import TITLE_WIDTH, embedded, plots
from studio.ui.text import train as text
from studio.ui.text import train_runs
from studio.ui.views.train import (
    Watched,
    log_html,
    notes_html,
    possible,
    problem_card,
    run_html,
    settings_html,
    waiting_or,
    watch,
)
from studio.ui.views.train_estimate import outlook_html
from studio.ui.views.train_lines import checkpoint_choices, chosen_step
from studio.ui.views.train_numbers import numbers_html, table_html
from studio.ui.views.train_runs import default_run, listed
from studio.ui.views.train_validation import told_by
from studio.workspace.adapters import ADAPTER_JOBS
from studio.workspace.checkpoints import kept_checkpoints
from studio.workspace.history import Followers
from studio.workspace.reports import EVALUATION_JOB
from studio.workspace.runs import Run, RunState, find_run, list_runs

Updates = dict[Any, Any]

_REFRESH_SECONDS = 2.0
_BUTTON_WIDTH = 180  # pixels
_CURVE_WIDTH = 300  # pixels; two in a row where there is room
_SET_ADDRESS = """(run) => {
    const address = new URL(window.location);
    if (run) address.searchParams.set("run", run); else address.searchParams.delete("run");
    history.replaceState(null, "", address);
}"""


class RunSection:
    """The view. `run` holds the id of the watched run, `stamp` which measurements its curves show."""

    def __init__(self, studio: Studio, followers: Followers) -> None:
        self._studio = studio
        self._followers = followers
        self.run = gr.Textbox(label="Run", visible=False)
        self.stamp = gr.Textbox(label="Stamp", visible=False)
        self.timer = gr.Timer(_REFRESH_SECONDS, active=False)
        self.trash = TrashSection(studio, self.run, lambda: self.default()[0])
        self.trash.lay_out_above()
        self.empty = gr.HTML(text.NO_RUNS, visible=False)
        with gr.Column() as self.body:
            self.head = gr.HTML()
            self._build_buttons()
            self.numbers = gr.HTML()
            self.validation = ValidationSection()
            self._build_curves()
            self.outlook = gr.HTML(visible=False)
            self.notes = gr.HTML()
            self.written = WrittenSection(studio)
            with gr.Accordion(text.SETTINGS_TITLE, open=False):
                self.settings = gr.HTML()
            with gr.Accordion(text.LOG_TITLE, open=False):
                self.log = gr.HTML()
        self.queue = QueueSection(studio)
        self.list = ListSection(studio)
        self.trash.lay_out_below()

    def _build_buttons(self) -> None:
        with gr.Row():
            self.stop_keep = gr.Button(text.STOP_KEEP, visible=False, min_width=_BUTTON_WIDTH)
            self.stop_discard = gr.Button(text.STOP_DISCARD, variant="stop", visible=False, min_width=_BUTTON_WIDTH)
            self.resume = gr.Button(text.RESUME, variant="primary", visible=False, min_width=_BUTTON_WIDTH)
            self.evaluate = gr.Button(text.EVALUATE, variant="primary", visible=False, min_width=_BUTTON_WIDTH)
            self.again = gr.Button(text.AGAIN, visible=False, min_width=_BUTTON_WIDTH)
            self.delete = gr.Button(train_runs.DELETE, variant="stop", visible=False, min_width=_BUTTON_WIDTH)
        # Not bound to the choices: the run's folder knows which checkpoints it keeps, and answers with a sentence.
        self.resume_from = gr.Dropdown(
            [], label=train_runs.RESUME_FROM, info=train_runs.RESUME_FROM_INFO, allow_custom_value=True, visible=False
        )
        with gr.Column(visible=False) as self.confirm:
            gr.Markdown(text.CONFIRM_QUESTION)
            with gr.Row():
                self.confirm_yes = gr.Button(text.CONFIRM_YES, variant="stop")
                self.confirm_no = gr.Button(text.CONFIRM_NO)

    def _build_curves(self) -> None:
        with gr.Column(visible=False) as self.measured:
            self.curves: dict[str, gr.Plot] = {}
            with plots():
                for pair in text.CURVES:
                    with gr.Row():
                        for field in pair:
                            self.curves[field] = gr.Plot(label=text.CURVE_LABELS[field], show_label=False, min_width=_CURVE_WIDTH)
            with gr.Accordion(text.TABLE_TITLE, open=False):
                self.table = gr.HTML()

    @property
    def inputs(self) -> list[Any]:
        """What a refresh needs to know."""
        return [self.run, self.stamp, self.queue.stamp, self.written.filled, *self.list.inputs]

    @property
    def outputs(self) -> list[Any]:
        """What a refresh changes."""
        return [
            self.stamp, self.timer, self.empty, self.body, self.head, self.stop_keep, self.stop_discard, self.resume, self.resume_from,
            self.evaluate, self.again, self.delete, self.confirm, self.numbers, *self.validation.outputs, self.measured, *self.curves.values(), self.table,
            self.outlook, self.notes, self.settings, self.log, *self.written.outputs, *self.queue.outputs, *self.list.outputs,
        ]  # fmt: skip

    @property
    def opened(self) -> list[Any]:
        """What opening the page changes."""
        return [*self.outputs, *self.list.inputs, *self.trash.outputs]

    def wire(self) -> None:
        """The timer, and the buttons that act on the watched run alone."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {**private, "show_progress": "hidden"}
        self.timer.tick(plainly(self.refresh), self.inputs, self.outputs, api_name="train_refresh", concurrency_limit=4, **quiet)
        self.stop_discard.click(lambda: self.asking(True), None, self.confirm, api_name="train_discard_ask", **quiet)
        self.confirm_no.click(lambda: self.asking(False), None, self.confirm, api_name="train_discard_cancel", **quiet)
        actions = (
            (self.stop_keep, self.keep, "train_stop_keep"),
            (self.confirm_yes, self.discard, "train_stop_discard"),
        )
        for button, handler, name in actions:
            self.show_after(button.click(plainly(handler), self.run, None, api_name=name, **private), name)
        resumed = self.resume.click(
            plainly(self.go_on), [self.run, self.resume_from], self.resume_from, api_name="train_resume", **private
        )
        self.show_after(resumed, "train_resume")
        self.queue.wire(self.show_after)
        self.list.wire(self.run)
        self.trash.wire(self.delete, self.show_after)
        written = self.written.wire(self.run)
        self.show_after(written, "train_write")
        self.list.offer_tags_after(written)

    def show_after(self, event: Any, name: str) -> None:
        """Once the event has succeeded, show the watched run as it is then, and put it into the address."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        shown = event.success(plainly(self.refresh), self.inputs, self.outputs, api_name=f"{name}_show", **private)
        shown.success(None, self.run, None, js=_SET_ADDRESS, api_name=f"{name}_address", **private)

    def default(self) -> tuple[str, bool]:
        """The id of the training or evaluation to watch when no run is asked for, and whether any waits or is at work."""
        runs = listed(list_runs(self._studio.workspace, *ADAPTER_JOBS, EVALUATION_JOB))
        return default_run(runs) or "", any(not run.status.state.finished for run in runs)

    def open(self, request: gr.Request, run_id: str, *, words: str, tag: str) -> Updates:
        """Everything, as the page is opened."""
        operator = identify(self._studio.settings, request).operator
        shown = self.refresh(request, run_id, "", "", "", words, tag)
        return {**shown, **self.list.open(words, tag), **self.trash.open(operator=operator), self.run: run_id}

    def refresh(
        self, request: gr.Request, run_id: str, stamp: str, queue_stamp: str, filled: str, words: str, tag: str | None
    ) -> Updates:
        """The watched run, the queue and the list as they are now. The curves are drawn again only if they are not what `stamp` says."""
        runs = listed(list_runs(self._studio.workspace))
        around: Updates = {
            **self.queue.refresh(request, queue_stamp),
            **self.list.shown(runs, run_id, words, tag),
            self.timer: gr.Timer(active=any(not run.status.state.finished for run in runs)),
            self.empty: gr.HTML(visible=not runs and not run_id),
            self.body: gr.Column(visible=bool(run_id)),
        }
        if not run_id:
            return around
        try:
            run = find_run(self._studio.workspace, run_id)
            seen = watch(run, behind=self._studio.queue.position(run), followers=self._followers)
        except StudioError as error:
            return {**around, **self._nothing_to_show(error)}
        operator = identify(self._studio.settings, request).operator
        return {
            **around,
            self.head: run_html(seen),
            self.numbers: _or_hidden(numbers_html(seen.metrics)),
            self.outlook: _or_hidden(outlook_html(read_predictions(run), happened(run))),
            self.notes: _or_hidden(notes_html(seen.notes)),
            self.settings: settings_html(seen.spec),
            self.log: log_html(run.log_tail()) if operator else text.LOG_FOR_OPERATOR,
            **self._buttons(seen, operator),
            **self._checkpoints(run, seen),
            **self.written.refresh(request, run_id, filled),
            **({} if seen.stamp == stamp else self._curves(seen)),
        }

    def asking(self, visible: bool) -> Updates:
        """Show or hide the question before something is discarded."""
        return {self.confirm: gr.Column(visible=visible)}

    def keep(self, request: gr.Request, run_id: str) -> None:
        """Ask the run to stop and keep what it has."""
        require_operator(self._studio.settings, request, to="stop a run")
        self._stop(run_id, keep=True)

    def discard(self, request: gr.Request, run_id: str) -> None:
        """Ask the run to stop and discard what it has."""
        require_operator(self._studio.settings, request, to="stop a run")
        self._stop(run_id, keep=False)

    def go_on(self, request: gr.Request, run_id: str, step: str | int | None) -> Updates:
        """Put a failed or stopped run back into the queue; it goes on from its newest checkpoint, or from that of the step."""
        require_operator(self._studio.settings, request, to="resume a run")
        run = find_run(self._studio.workspace, run_id)
        resume_training(self._studio.queue, run, step=chosen_step(step))
        self.announce(run_id, text.RESUMED)
        return {self.resume_from: None}

    def announce(self, run_id: str, sentence: str) -> None:
        """Say that the run goes ahead, or how many runs go before it."""
        run = find_run(self._studio.workspace, run_id)
        behind = self._studio.queue.position(run) if run.status.state is RunState.QUEUED else 0
        gr.Info(waiting_or(sentence, run_id, behind))

    def _stop(self, run_id: str, *, keep: bool) -> None:
        self._studio.queue.stop(find_run(self._studio.workspace, run_id), keep=keep)
        gr.Info(text.STOP_ASKED.format(run=run_id))

    def _buttons(self, seen: Watched, operator: bool) -> Updates:
        can = possible(seen)
        stop = text.LEAVE_QUEUE if seen.status.state is RunState.QUEUED else text.STOP_KEEP
        updates: Updates = {
            self.stop_keep: gr.Button(stop, visible=can.stop_keep, interactive=operator),
            self.stop_discard: gr.Button(visible=can.stop_discard, interactive=operator),
            self.resume: gr.Button(visible=can.resume, interactive=operator),
            self.evaluate: gr.Button(visible=can.evaluate, interactive=operator),
            self.again: gr.Button(visible=can.again),
            self.delete: gr.Button(visible=seen.status.state.finished, interactive=operator),
        }
        return updates if can.stop_discard else {**updates, **self.asking(False)}

    def _checkpoints(self, run: Run, seen: Watched) -> Updates:
        kept = kept_checkpoints(run.folder) if possible(seen).resume and seen.trains else []
        told = told_by(seen.metrics)
        choices = checkpoint_choices(kept, best=told.best if told else None)
        return {self.resume_from: gr.Dropdown(choices, visible=len(kept) > 1)}

    def _curves(self, seen: Watched) -> Updates:
        measured = seen.measured
        drawn = (
            {
                plot: gr.Plot(embedded(training_curve(seen.metrics, field, width=TITLE_WIDTH)), visible=True)
                if field in measured
                else gr.Plot(visible=False)
                for field, plot in self.curves.items()
            }
            if seen.metrics
            else {}
        )
        return {
            self.stamp: seen.stamp,
            self.measured: gr.Column(visible=bool(seen.metrics)),
            self.table: table_html(seen.metrics),
            **self.validation.shown(seen),
            **drawn,
        }

    def _nothing_to_show(self, error: StudioError) -> Updates:
        buttons = (self.stop_keep, self.stop_discard, self.resume, self.evaluate, self.again, self.delete)
        return {
            self.resume_from: gr.Dropdown(visible=False),
            self.head: problem_card(error.message),
            self.measured: gr.Column(visible=False),
            **self.validation.hidden(),
            **{button: gr.Button(visible=False) for button in buttons},
            **dict.fromkeys((self.stamp, self.numbers, self.outlook, self.notes, self.settings, self.log), ""),
            **self.asking(False),
        }


def _or_hidden(html: str) -> gr.HTML:
    return gr.HTML(html, visible=bool(html))
