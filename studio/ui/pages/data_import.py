"""The import's form: choose a file, see how it begins, start its import; or take the sample data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from studio.dataset.import_requests import request_import
from studio.dataset.import_spec import FileImport, SampleImport
from studio.dataset.importing.file import Preview, preview
from studio.dataset.reading.shapes import chosen_columns
from studio.errors import BadInput, StudioError
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates
from studio.ui.text import data as text
from studio.ui.text import data_import as import_text
from studio.ui.views.data import refusal_html
from studio.ui.views.data_preview import column_choice, preview_html
from studio.workspace.runs import Run


class ImportSection:
    """The components, and what their events do. `started` says what to show of an import that has begun."""

    def __init__(self, studio: Studio, started: Callable[[Run], Updates]) -> None:
        self._settings = studio.settings
        self._queue = studio.queue
        self._max_bytes = studio.settings.max_upload_bytes
        self._started = started
        with gr.Accordion(text.IMPORT_TITLE, open=False, visible=False) as self.whole:
            with gr.Row(equal_height=False):
                with gr.Column(scale=3, min_width=300):
                    gr.Markdown(text.FILE_HELP)
                    self.file = gr.File(label=text.FILE_LABEL.format(limit=studio.settings.max_upload_mb), height=150)
                    with gr.Row(visible=False) as self.columns:
                        self.question = gr.Dropdown(label=text.QUESTION_COLUMN, info=text.COLUMN_HELP, min_width=180)
                        self.answer = gr.Dropdown(label=text.ANSWER_COLUMN, info=text.COLUMN_HELP, min_width=180)
                    self.name = gr.Textbox(label=text.NAME_LABEL, info=text.NAME_HELP, max_length=100)
                    self.take_file = gr.Button(text.IMPORT, variant="primary")
                    self.take_questions = gr.Button(import_text.IMPORT_QUESTIONS, variant="primary", visible=False)
                with gr.Column(scale=2, min_width=260):
                    gr.Markdown(text.SAMPLES_HELP)
                    self.take_samples = gr.Button(text.IMPORT_SAMPLES)
                    gr.HTML(text.MANUALS_HELP)
                    gr.HTML(text.IDENTITY_HELP)  # a link in Markdown would open another tab
            self.beginning = gr.HTML()

    @property
    def outputs(self) -> list[Any]:
        """What a started import updates here."""
        return [self.whole, self.file, self.name, *self._preview]

    @property
    def _preview(self) -> list[Any]:
        return [self.beginning, self.columns, self.question, self.answer, self.take_file, self.take_questions]

    def wire(self, outputs: list[Any], then: Callable[[Any, str], None]) -> None:
        """Connect the events; `outputs` are those of `started`, `then` is told about each start, with its name."""
        private: dict[str, Any] = {"api_visibility": "private"}
        begun = {"outputs": [*self.outputs, *outputs], "show_progress": "hidden", **private}
        chosen = [self.file, self.question, self.answer]
        self.file.upload(plainly(self.look_into), self.file, self._preview, api_name="data_preview", **private)
        self.file.clear(plainly(self.forget), None, self._preview, api_name="data_preview_clear", **private)
        for column, name in ((self.question, "question"), (self.answer, "answer")):
            column.input(plainly(self.look_again), chosen, self._preview, api_name=f"data_preview_{name}", **private)
        starts = (
            (self.take_file, self.import_chosen, [*chosen, self.name], "data_import"),
            (self.take_questions, self.import_questions, [self.file, self.name], "data_import_questions"),
            (self.take_samples, self.import_samples, None, "data_import_samples"),
        )
        for button, handler, inputs, name in starts:
            then(button.click(plainly(handler), inputs, api_name=name, **begun), name)

    def look_into(self, path: str | None, request: gr.Request) -> Updates:
        """How the file begins and what it is taken for; why not, when it can't be imported."""
        require_operator(self._settings, request, to=import_text.MAY_IMPORT)
        if not path:
            return self.forget()
        try:
            beginning = preview(Path(path), max_bytes=self._max_bytes)
        except StudioError as error:
            return {**self.forget(), self.beginning: refusal_html(error.message)}
        question, answer = column_choice(beginning)
        info = text.COLUMN_UNKNOWN if beginning.refusal and beginning.questions is None else text.COLUMN_HELP
        return {
            self.beginning: preview_html(beginning, Path(path).name),
            self.columns: gr.Row(visible=_has_columns(beginning)),
            self.question: gr.Dropdown(choices=[*beginning.columns], value=question, info=info),
            self.answer: gr.Dropdown(choices=[*beginning.columns], value=answer, info=info),
            **self._offering(questions=beginning.questions is not None),
        }

    def look_again(self, path: str | None, question: str | None, answer: str | None, request: gr.Request) -> Updates:
        """How the file begins with the columns that a person says."""
        require_operator(self._settings, request, to=import_text.MAY_IMPORT)
        if not path:
            return self.forget()
        if not question or not answer:
            return {self.beginning: refusal_html(text.CHOOSE_BOTH_COLUMNS, title=text.PREVIEW_UNKNOWN)}
        try:
            beginning = preview(Path(path), shape=chosen_columns(question, answer), max_bytes=self._max_bytes)
        except StudioError as error:
            return {self.beginning: refusal_html(error.message)}
        return {self.beginning: preview_html(beginning, Path(path).name), **self._offering(questions=False)}

    def forget(self) -> Updates:
        """No file is chosen."""
        empty = gr.Dropdown(choices=[], value=None)
        return {
            self.beginning: "", self.columns: gr.Row(visible=False), self.question: empty, self.answer: empty,
            **self._offering(questions=False),
        }  # fmt: skip

    def import_chosen(
        self, path: str | None, question: str | None, answer: str | None, name: str | None, request: gr.Request
    ) -> Updates:
        """Start the import of the chosen file.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no file was chosen, it can't be read, or nobody has said which of its columns hold what.
        """
        require_operator(self._settings, request, to=import_text.MAY_IMPORT)
        file = _chosen(path)
        if chosen_columns(question, answer) is None:
            self._recognise(file)
        spec = FileImport(file=file.name, name=name or "", question=question, answer=answer, max_bytes=self._max_bytes)
        return self._begun(request_import(self._queue, spec, file=file))

    def import_questions(self, path: str | None, name: str | None, request: gr.Request) -> Updates:
        """Start the import of the chosen file as a list of questions without answers.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no file was chosen, or it holds no such questions.
        """
        require_operator(self._settings, request, to=import_text.MAY_IMPORT)
        file = _chosen(path)
        found = preview(file, max_bytes=self._max_bytes).questions
        if found is None:
            raise BadInput(import_text.NO_QUESTIONS.format(name=file.name))
        spec = FileImport(
            file=file.name, name=name or "", question=found.question, category=found.category, questions_only=True,
            max_bytes=self._max_bytes,
        )  # fmt: skip
        return self._begun(request_import(self._queue, spec, file=file))

    def import_samples(self, request: gr.Request) -> Updates:
        """Start the import of the sample data that come with the studio.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._settings, request, to=import_text.MAY_IMPORT)
        return self._begun(request_import(self._queue, SampleImport(name=text.SAMPLES_NAME)))

    def _recognise(self, file: Path) -> None:
        """Refuse at once, with the form still filled in, what the import would refuse after its start."""
        beginning = preview(file, max_bytes=self._max_bytes)
        if beginning.refusal and beginning.files == 1:
            raise BadInput(text.CHOOSE_BOTH_COLUMNS if _has_columns(beginning) else beginning.refusal)

    def _begun(self, run: Run) -> Updates:
        cleared = {self.whole: gr.Accordion(open=False), self.file: None, self.name: ""}
        return self.forget() | cleared | self._started(run)

    def _offering(self, *, questions: bool) -> Updates:
        """The button that fits what the file holds."""
        return {self.take_file: gr.Button(visible=not questions), self.take_questions: gr.Button(visible=questions)}


def _has_columns(beginning: Preview) -> bool:
    return len(beginning.columns) > 1 and not beginning.articles


def _chosen(path: str | None) -> Path:
    if not path:
        raise BadInput(text.CHOOSE_FILE)
    return Path(path)
