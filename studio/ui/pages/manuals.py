"""From manuals: documents become candidates, and a person approves, edits or drops each before they become a dataset."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.dataset.distillation.distill import DISTILL_JOB
from studio.errors import NotFound, StudioError
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.manuals_review import ReviewSection
from studio.ui.pages.manuals_start import StartSection
from studio.ui.text import manuals as text
from studio.ui.views import manuals as view
from studio.ui.views.train import watch
from studio.workspace.runs import Run, RunState, find_run, list_runs

Updates = dict[Any, Any]

_REFRESH_SECONDS = 1.5
_SET_ADDRESS = """(run) => {
    const address = new URL(window.location);
    if (address.searchParams.get("run") !== run) address.search = "";
    address.searchParams.set("run", run);
    history.replaceState(null, "", address);
}"""


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as blocks:
        page = _ManualsPage(studio)
        page.wire(blocks)
    return blocks


class _ManualsPage:
    """The page's components, and what its events do."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._settings = studio.settings
        self._workspace = studio.workspace
        gr.HTML(text.BACK)  # a link in Markdown would open another tab
        gr.Markdown(f"# {text.TITLE}\n\n{text.PURPOSE}")
        self.notice = gr.HTML(view.problem_html(text.VISITOR), visible=False)
        self.run = gr.Textbox(label="Run", visible=False)
        self.start = StartSection(studio)
        self.timer = gr.Timer(_REFRESH_SECONDS, active=False)
        self.head = gr.HTML(visible=False)
        with gr.Row():
            self.stop = gr.Button(text.STOP, visible=False, scale=0, min_width=240)
            self.resume = gr.Button(text.RESUME, variant="primary", visible=False, scale=0, min_width=160)
        self.review = ReviewSection(studio, self.run)
        self.runs = gr.HTML(visible=False)

    @property
    def outputs(self) -> list[Any]:
        """What shows a run."""
        return [self.run, self.timer, self.head, self.stop, self.resume, self.runs, *self.review.outputs]

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {"show_progress": "hidden", **private}
        blocks.load(
            plainly(self.open), None, [self.notice, self.start.whole, *self.outputs], api_name="manuals_open", **quiet
        )  # fmt: skip
        self.timer.tick(plainly(self.follow), self.run, self.outputs, api_name="manuals_follow", **quiet)
        begun = self.start.wire(self.run)
        shown = begun.success(plainly(self.follow), self.run, self.outputs, api_name="manuals_show", **quiet)
        shown.success(None, self.run, None, js=_SET_ADDRESS, api_name="manuals_address", **quiet)
        for button, handler, name in ((self.stop, self.stop_run, "manuals_stop"), (self.resume, self.go_on, "manuals_resume")):
            done = button.click(plainly(handler), self.run, None, api_name=name, **private)
            done.success(plainly(self.follow), self.run, self.outputs, api_name=f"{name}_show", **quiet)
        self.review.wire()

    def open(self, request: gr.Request) -> Updates:
        """The page as its address asks for it; without an address, the newest run."""
        operator = identify(self._settings, request).operator
        around: Updates = {self.notice: gr.HTML(visible=not operator)}
        if not operator:
            return around | {self.start.whole: gr.Accordion(visible=False), self.timer: gr.Timer(active=False)}
        runs = list_runs(self._workspace, DISTILL_JOB)
        asked = request.query_params
        run_id = asked.get("run") or (runs[0].id if runs else "")
        page = asked.get("page", "1")
        opened = {self.start.whole: gr.Accordion(visible=True, open=not run_id)}
        show, number = asked.get("show"), int(page) if page.isdecimal() else 1
        return around | opened | self._everything(run_id, runs, show=show, page=number)

    def follow(self, run_id: str | None, request: gr.Request) -> Updates:
        """The run as it is now; once it has ended, its candidates."""
        require_operator(self._settings, request, to="make rows of manuals")
        return self._everything(run_id or "", list_runs(self._workspace, DISTILL_JOB))

    def stop_run(self, run_id: str | None, request: gr.Request) -> None:
        """Ask the run to stop; what was made is kept."""
        require_operator(self._settings, request, to="stop a run")
        self._studio.queue.stop(self._find(run_id or ""), keep=True)
        gr.Info(text.STOP_ASKED)

    def go_on(self, run_id: str | None, request: gr.Request) -> None:
        """Put a failed or stopped run back into the queue."""
        require_operator(self._settings, request, to="resume a run")
        self._studio.queue.resume(self._find(run_id or ""))
        gr.Info(text.RESUMED)

    def _everything(self, run_id: str, runs: list[Run], *, show: str | None = None, page: int = 1) -> Updates:
        listed = view.runs_html(runs, run_id)
        around: Updates = {self.run: run_id, self.runs: gr.HTML(listed, visible=bool(listed))}
        if not run_id:
            return around | self._nothing("") | self.review.hide()
        try:
            run = self._find(run_id)
            seen = watch(run, behind=self._studio.queue.position(run))
        except StudioError as error:
            return around | self._nothing(view.problem_html(error.message)) | self.review.hide()
        state = seen.status.state
        return around | {
            self.timer: gr.Timer(active=not state.finished),
            self.head: gr.HTML(view.run_html(seen), visible=True),
            self.stop: gr.Button(visible=not state.finished and seen.stop_request is None),
            self.resume: gr.Button(visible=state in {RunState.FAILED, RunState.STOPPED}),
            # While the run is at work its candidates wait: cards that move under somebody's hands can't be judged.
            **(self.review.show(run, show, page) if state.finished else self.review.hide()),
        }

    def _nothing(self, head: str) -> Updates:
        hidden = gr.Button(visible=False)
        return {
            self.timer: gr.Timer(active=False), self.head: gr.HTML(head, visible=bool(head)), self.stop: hidden, self.resume: hidden
        }  # fmt: skip

    def _find(self, run_id: str) -> Run:
        run = find_run(self._workspace, run_id)
        if run.job != DISTILL_JOB:
            raise NotFound(text.NOT_A_DISTILLATION.format(run=run_id))
        return run
