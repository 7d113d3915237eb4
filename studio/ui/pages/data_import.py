"""The import: choose a file, see how it begins, import it; or take the sample data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from studio.dataset.importing import ImportResult, import_file, preview
from studio.dataset.reading import Progress
from studio.dataset.registry import import_registry
from studio.dataset.shapes import chosen_columns
from studio.errors import BadInput, StudioError
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import data as text
from studio.ui.views.data import column_choice, preview_html, refusal_html

Updates = dict[Any, Any]


class ImportSection:
    """The components, and what their events do. `imported` says what to show of a new dataset."""

    def __init__(self, studio: Studio, imported: Callable[[ImportResult], Updates]) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self._max_bytes = studio.settings.max_upload_bytes
        self._imported = imported
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
                with gr.Column(scale=2, min_width=260):
                    gr.Markdown(text.SAMPLES_HELP)
                    self.take_samples = gr.Button(text.IMPORT_SAMPLES)
                    gr.HTML(text.IDENTITY_HELP)  # a link in Markdown would open another tab
            self.beginning = gr.HTML()

    @property
    def outputs(self) -> list[Any]:
        """What an import updates here, besides what `imported` shows."""
        return [self.whole, self.file, self.columns, self.question, self.answer, self.name, self.beginning]

    def wire(self, outputs: list[Any], then: Callable[[Any, str], None]) -> None:
        """Connect the events; `outputs` are those of `imported`, `then` is told about each import, with its name."""
        private: dict[str, Any] = {"api_visibility": "private"}
        done = {"outputs": [*self.outputs, *outputs], "show_progress_on": self.beginning, **private}
        columns = [self.columns, self.question, self.answer]
        chosen = [self.file, self.question, self.answer]
        self.file.upload(plainly(self.look_into), self.file, [self.beginning, *columns], api_name="data_preview", **private)
        self.file.clear(plainly(self.forget), None, [self.beginning, *columns], api_name="data_preview_clear", **private)
        for column, name in ((self.question, "question"), (self.answer, "answer")):
            column.input(plainly(self.look_again), chosen, self.beginning, api_name=f"data_preview_{name}", **private)
        then(
            self.take_file.click(plainly(self.import_chosen), [*chosen, self.name], api_name="data_import", **done),
            "data_import",
        )
        then(
            self.take_samples.click(plainly(self.import_samples), None, api_name="data_import_samples", **done),
            "data_import_samples",
        )

    def look_into(self, path: str | None, request: gr.Request) -> Updates:
        """How the file begins and what it is taken for; why not, when it can't be imported."""
        require_operator(self._settings, request, to="import data")
        if not path:
            return self.forget()
        try:
            beginning = preview(Path(path), max_bytes=self._max_bytes)
        except StudioError as error:
            return {**self.forget(), self.beginning: refusal_html(error.message)}
        question, answer = column_choice(beginning)
        return {
            self.beginning: preview_html(beginning, Path(path).name),
            self.columns: gr.Row(visible=len(beginning.columns) > 1),
            self.question: gr.Dropdown(choices=[*beginning.columns], value=question),
            self.answer: gr.Dropdown(choices=[*beginning.columns], value=answer),
        }

    def look_again(self, path: str | None, question: str | None, answer: str | None, request: gr.Request) -> str:
        """How the file begins with other columns."""
        require_operator(self._settings, request, to="import data")
        if not path or not (question and answer):
            return text.CHOOSE_BOTH_COLUMNS if path else ""
        try:
            beginning = preview(Path(path), shape=chosen_columns(question, answer), max_bytes=self._max_bytes)
        except StudioError as error:
            return refusal_html(error.message)
        return preview_html(beginning, Path(path).name)

    def forget(self) -> Updates:
        """No file is chosen."""
        empty = gr.Dropdown(choices=[], value=None)
        return {self.beginning: "", self.columns: gr.Row(visible=False), self.question: empty, self.answer: empty}

    def import_chosen(
        self,
        path: str | None,
        question: str | None,
        answer: str | None,
        name: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> Updates:
        """Import the chosen file.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no file was chosen, or it can't be imported.
        """
        require_operator(self._settings, request, to="import data")
        if not path:
            raise BadInput(text.CHOOSE_FILE)
        result = import_file(
            self._workspace,
            Path(path),
            name=name or "",
            shape=chosen_columns(question, answer),
            max_bytes=self._max_bytes,
            progress=_shown_as(progress),
        )
        return self._finished(result)

    def import_samples(self, request: gr.Request, progress: gr.Progress = gr.Progress()) -> Updates:
        """Import the sample data that come with the studio.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._settings, request, to="import data")
        registry = self._workspace.samples / "dataset_info.json"
        return self._finished(import_registry(self._workspace, registry, name=text.SAMPLES_NAME, progress=_shown_as(progress)))

    def _finished(self, result: ImportResult) -> Updates:
        cleared = {self.whole: gr.Accordion(open=False), self.file: None, self.name: ""}
        return self.forget() | cleared | self._imported(result)


def _shown_as(progress: gr.Progress) -> Progress:
    """The characters read, as the page's progress bar."""
    return lambda done, total: progress(done / max(1, total), desc=text.READING)
