"""The import that is at work: its card, cancelling it, trying it again, and what it made when it ends. All of it is in the run's folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from studio.dataset.import_requests import cancel_import, find_import, unfinished_import
from studio.errors import StudioError
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates
from studio.ui.text import data_import as text
from studio.ui.views.data import missing_html
from studio.ui.views.data_progress import Importing, importing, importing_html
from studio.workspace.runs import Run, RunState

_REFRESH_SECONDS = 1.0
# The address names the import for as long as there is something to see of it; then it names the dataset, as everywhere on this page.
WRITE_ADDRESS = """(run, dataset, q, industry, family, page) => {
    const address = new URL(window.location);
    const values = run ? {import: run} : {import: "", dataset, q, industry, family, page: page > 1 ? page : ""};
    for (const [key, value] of Object.entries(values))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address);
}"""


class ImportProgress:
    """The components, and what their events do. `ended` says what to show of an import that has succeeded."""

    def __init__(self, studio: Studio, ended: Callable[[Run], Updates]) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self._queue = studio.queue
        self._ended = ended
        self.run = gr.Textbox(label="Import", visible=False)
        self.timer = gr.Timer(_REFRESH_SECONDS, active=False)
        self.card = gr.HTML(visible=False)
        with gr.Row():
            self.cancel = gr.Button(text.CANCEL, variant="stop", visible=False, scale=0, min_width=200)
            self.again = gr.Button(text.TRY_AGAIN, variant="primary", visible=False, scale=0, min_width=160)

    @property
    def outputs(self) -> list[Any]:
        """What `watch` updates, besides what `ended` shows."""
        return [self.run, self.timer, self.card, self.cancel, self.again]

    def wire(self, outputs: list[Any], address: list[Any]) -> None:
        """Connect the events; `outputs` are those of `ended`, `address` what the page's address is made of."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [*self.outputs, *outputs]
        ticked = self.timer.tick(plainly(self.look), self.run, shown, api_name="data_import_look", concurrency_limit=4, **quiet)
        cancelled = self.cancel.click(plainly(self.stop), self.run, shown, api_name="data_import_cancel", **quiet)
        repeated = self.again.click(plainly(self.repeat), self.run, shown, api_name="data_import_again", **quiet)
        for event, name in ((ticked, "look"), (cancelled, "cancel"), (repeated, "again")):
            self.write_address(event, f"data_import_{name}", address)

    def write_address(self, event: Any, name: str, address: list[Any]) -> None:
        """After the event, name the import that is watched in the page's address, or else what is shown."""
        event.success(None, [self.run, *address], None, js=WRITE_ADDRESS, api_name=f"{name}_address", api_visibility="private")

    def open(self, asked: str | None, *, operator: bool) -> Updates:
        """The import that the address asks for, else the one at work; visitors see none."""
        if not operator:
            return {}
        try:
            run = find_import(self._workspace, asked) if asked else unfinished_import(self._workspace)
        except StudioError as error:
            return {self.card: gr.HTML(missing_html(error.message), visible=True)}
        return self.watch(run) if run else {}

    def watch(self, run: Run) -> Updates:
        """The import as it stands; of one that has succeeded, what it made."""
        seen = importing(run)
        updates = self._shown(run, seen)
        return updates | self._ended(run) if seen.status.state is RunState.SUCCEEDED else updates

    def look(self, run_id: str | None, request: gr.Request) -> Updates:
        """The timer ticked.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._settings, request, to=text.MAY_IMPORT)
        if not run_id:
            return {self.timer: gr.Timer(active=False)}
        return self.watch(find_import(self._workspace, run_id))

    def stop(self, run_id: str | None, request: gr.Request) -> Updates:
        """Cancel the import.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._settings, request, to=text.MAY_CANCEL)
        run = find_import(self._workspace, run_id or "none")
        cancel_import(self._queue, run)
        return self.watch(run)

    def repeat(self, run_id: str | None, request: gr.Request) -> Updates:
        """Try a failed import again.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: it has not failed.
        """
        require_operator(self._settings, request, to=text.MAY_IMPORT)
        run = find_import(self._workspace, run_id or "none")
        self._queue.resume(run)
        return self.watch(run)

    def _shown(self, run: Run, seen: Importing) -> Updates:
        state = seen.status.state
        markup = importing_html(seen)
        return {
            self.run: run.id if state is RunState.FAILED or not state.finished else "",
            self.timer: gr.Timer(active=not state.finished),
            self.card: gr.HTML(markup, visible=bool(markup)),
            self.cancel: gr.Button(visible=not state.finished, interactive=not seen.cancelling),
            self.again: gr.Button(visible=seen.again),
        }
