"""The form that makes rows of documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from studio.dataset.distillation.distill import LANGUAGES, MOST_PHRASINGS, request_distillation
from studio.dataset.distillation.manuals import KINDS
from studio.errors import BadInput
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import manuals as text


class StartSection:
    """The components, and what their events do."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        configured = studio.settings.teacher
        with gr.Accordion(text.START_TITLE, open=False, visible=False) as self.whole:
            self.files = gr.File(
                label=text.FILES_LABEL.format(limit=studio.settings.max_upload_mb), file_count="multiple", file_types=list(KINDS), height=150
            )  # fmt: skip
            self.name = gr.Textbox(label=text.NAME_LABEL, info=text.NAME_HELP, max_length=100)
            with gr.Accordion(text.TEACHER_TITLE, open=False):
                gr.Markdown(text.TEACHER_HELP)
                self.use_teacher = gr.Checkbox(label=text.TEACHER_USE, value=False)
                self.teacher = gr.Textbox(
                    label=text.TEACHER_LABEL, placeholder=text.TEACHER_PLACEHOLDER, max_length=300,
                    info=text.TEACHER_CONFIGURED.format(name=configured) if configured else text.TEACHER_NONE,
                )  # fmt: skip
                self.languages = gr.CheckboxGroup(list(LANGUAGES), value=["English"], label=text.LANGUAGES_LABEL)
                self.phrasings = gr.Slider(1, MOST_PHRASINGS, value=6, step=1, label=text.PHRASINGS_LABEL)
            self.begin = gr.Button(text.START, variant="primary")

    def wire(self, run: gr.Textbox) -> Any:
        """Connect the events. Returns the event that puts the new run's id into `run`."""
        inputs = [self.files, self.name, self.use_teacher, self.teacher, self.languages, self.phrasings]
        outputs = [run, self.whole, self.files, self.name]
        return self.begin.click(
            plainly(self.start), inputs, outputs, api_name="manuals_start", api_visibility="private", show_progress_on=self.files
        )

    def start(
        self,
        files: list[str] | None,
        name: str | None,
        use_teacher: bool,
        teacher: str | None,
        languages: list[str] | None,
        phrasings: float | None,
        request: gr.Request,
    ) -> tuple[str, gr.Accordion, None, str]:
        """Put the documents into the queue.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no document was chosen, one is too large, or the teacher's name can't be used.
        """
        require_operator(self._studio.settings, request, to="make rows of manuals")
        if not files:
            raise BadInput(text.CHOOSE_FILES)
        run = request_distillation(
            self._studio.queue,
            self._studio.settings,
            [Path(file) for file in files],
            name=name or "",
            teacher=(teacher or "") if use_teacher else None,
            languages=languages or ["English"],
            phrasings=int(phrasings or 1),
        )
        gr.Info(text.STARTED)
        return run.id, gr.Accordion(open=False), None, ""
