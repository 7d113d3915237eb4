"""What people write about the watched run: its name, its tags and a note."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import train_runs as text
from studio.workspace.run_notes import RunNotes, read_run_notes, split_tags, write_run_notes
from studio.workspace.runs import find_run

Updates = dict[Any, Any]


class WrittenSection:
    """The form. `filled` holds the id of the run that it is filled for: while that is watched, the form is left alone, as somebody may be typing."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.filled = gr.Textbox(label="Filled for", visible=False)
        with gr.Accordion(text.WRITTEN_TITLE, open=False):
            with gr.Row():
                self.name = gr.Textbox(label=text.NAME, info=text.NAME_INFO, min_width=240)
                self.tags = gr.Textbox(label=text.TAGS, info=text.TAGS_INFO, min_width=240)
            self.note = gr.Textbox(label=text.NOTE, info=text.NOTE_INFO, lines=3)
            self.save = gr.Button(text.SAVE)

    @property
    def outputs(self) -> list[Any]:
        """What a refresh changes."""
        return [self.filled, self.name, self.tags, self.note, self.save]

    def wire(self, run: gr.Textbox) -> Any:
        """`run` holds the id of the watched run. Returns the event of what was written down, which others may follow."""
        private: dict[str, Any] = {"api_visibility": "private"}
        inputs = [run, self.name, self.tags, self.note]
        return self.save.click(plainly(self.write), inputs, self.outputs, api_name="train_write", **private)

    def refresh(self, request: gr.Request, run_id: str, filled: str) -> Updates:
        """What was written about the run; nothing where the form is filled for it already."""
        if run_id == filled:
            return {}
        operator = identify(self._studio.settings, request).operator
        return self._filled(run_id, read_run_notes(find_run(self._studio.workspace, run_id)), operator=operator)

    def write(self, request: gr.Request, run_id: str, name: str, tags: str, note: str) -> Updates:
        """Keep what was written.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: something is too long.
        """
        require_operator(self._studio.settings, request, to="write about a run")
        run = find_run(self._studio.workspace, run_id)
        kept = write_run_notes(run, name=name, tags=split_tags(tags), text=note)
        gr.Info(text.SAVED)
        return self._filled(run_id, kept, operator=True)

    def _filled(self, run_id: str, notes: RunNotes, *, operator: bool) -> Updates:
        return {
            self.filled: run_id,
            self.name: gr.Textbox(notes.name, interactive=operator),
            self.tags: gr.Textbox(", ".join(notes.tags), interactive=operator),
            self.note: gr.Textbox(notes.text, interactive=operator),
            self.save: gr.Button(interactive=operator),
        }
