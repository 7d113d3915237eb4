"""Deleting the watched run, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from studio.errors import BadInput
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import train_runs as text
from studio.ui.views.train_lines import deleted_choices, deleted_html
from studio.workspace.run_trash import delete_run, list_deleted_runs, restore_run
from studio.workspace.trash import TRASH_DAYS

Updates = dict[Any, Any]


class TrashSection:
    """What has just been deleted, with its undo, above the view, and all that is in the trash, below it.

    Args:
        studio: the application's parts.
        run: holds the id of the watched run.
        default: the id of the run to watch when that one is gone.
    """

    def __init__(self, studio: Studio, run: gr.Textbox, default: Callable[[], str]) -> None:
        self._studio = studio
        self._run = run
        self._default = default

    def lay_out_above(self) -> None:
        """The message after a deletion, and its undo."""
        self.message = gr.HTML(visible=False)
        self.undo = gr.Button(text.UNDO, visible=False)

    def lay_out_below(self) -> None:
        """What can be taken back."""
        with gr.Accordion(text.TRASH_TITLE, open=False, visible=False) as self.body:
            label = text.TRASH_LABEL.format(days=TRASH_DAYS)
            # Not bound to the choices: the trash knows what was deleted since, and answers with a sentence.
            self.deleted = gr.Dropdown([], label=label, info=text.TRASH_INFO, allow_custom_value=True)
            self.take_back = gr.Button(text.RESTORE)

    @property
    def outputs(self) -> list[Any]:
        """What `open` changes."""
        return [self.message, self.undo, self.body, self.deleted]

    def wire(self, delete: gr.Button, show_after: Any) -> None:
        """`delete` deletes the watched run; `show_after(event, name)` shows the page as it is after the event."""
        private: dict[str, Any] = {"api_visibility": "private"}
        changed = [self._run, *self.outputs]
        show_after(delete.click(plainly(self.remove), self._run, changed, api_name="train_delete", **private), "train_delete")
        back = [self.undo.click, self.take_back.click]
        restored = gr.on(back, plainly(self.restore), self.deleted, changed, api_name="train_restore", **private)
        show_after(restored, "train_restore")

    def open(self, *, operator: bool) -> Updates:
        """The trash as it is, with nothing just deleted."""
        tokens = list_deleted_runs(self._studio.workspace) if operator else []
        return {
            self.message: gr.HTML(visible=False),
            self.undo: gr.Button(visible=False),
            self.body: gr.Accordion(visible=bool(tokens)),
            self.deleted: gr.Dropdown(deleted_choices(self._studio.workspace, tokens), value=next(iter(tokens), None)),
        }

    def remove(self, request: gr.Request, run_id: str) -> Updates:
        """Delete the watched run, and offer to take that back.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: it waits or works, or another run needs it.
        """
        require_operator(self._studio.settings, request, to="delete a run")
        delete_run(self._studio.workspace, run_id)
        return {
            **self.open(operator=True),
            self._run: self._default(),
            self.message: gr.HTML(deleted_html(run_id, days=TRASH_DAYS), visible=True),
            self.undo: gr.Button(visible=True),
        }

    def restore(self, request: gr.Request, token: str | None) -> Updates:
        """Take a deletion back, and watch that run.

        Raises:
            NotAllowed: the caller is a visitor.
            NotFound: it is not in the trash any more.
        """
        require_operator(self._studio.settings, request, to="restore a run")
        if not token:
            raise BadInput(text.CHOOSE_DELETED)
        run = restore_run(self._studio.workspace, token)
        gr.Info(text.RESTORED.format(run=run.id))
        return {**self.open(operator=True), self._run: run.id}
