"""The answers to a list of questions: one a category, in a table or in a sheet, and a dataset made of them that can be trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from studio.dataset.import_requests import request_import
from studio.dataset.import_spec import parse_import
from studio.dataset.importing.labelling import Category, categories_of, read_sheet, sheet
from studio.errors import BadInput
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates, chosen_dataset, offer
from studio.ui.text import data_import as text
from studio.ui.views.data_answers import MOST_IN_SIGHT, answers_in, answers_table
from studio.workspace.datasets import QUESTIONS, Manifest

# The page that opens shows the import, and the dataset that it makes.
_WATCH = "(run) => { if (run) window.location.search = `?import=${run}`; }"


class AnswersSection:
    """The tab, and what its events do. It is there for lists of questions only."""

    def __init__(self, studio: Studio) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self._queue = studio.queue
        with gr.Tab(text.ANSWERS_TAB, visible=False) as self.tab:
            self.help = gr.Markdown(text.ANSWERS_HELP)
            self.table = gr.Dataframe(
                headers=list(text.ANSWERS_COLUMNS), datatype=["str", "number", "str", "str"], type="array", static_columns=[0, 1, 2],
                interactive=True, wrap=True, max_height=460, label=text.ANSWERS_TABLE, show_label=False,
                column_widths=["200px", "110px", "320px", "480px"],
            )  # fmt: skip
            with gr.Row() as self.actions:
                self.make = gr.Button(text.MAKE, variant="primary", scale=0, min_width=180)
                self.download = gr.Button(text.DOWNLOAD_SHEET, scale=0, min_width=220)
                self.upload = gr.UploadButton(text.UPLOAD_SHEET, file_types=[".csv", ".tsv", ".xlsx"], scale=0, min_width=220)
                self.sheet = gr.DownloadButton(visible=False, variant="primary", scale=0, min_width=240)
            self.run = gr.Textbox(label="Import", visible=False)

    @property
    def outputs(self) -> list[Any]:
        """What `open` updates."""
        return [self.tab, self.help, self.table, self.actions, self.sheet, self.run]

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """The table of a list of questions, without answers; any other dataset has no such tab."""
        if manifest.kind != QUESTIONS or not operator:
            return {self.tab: gr.Tab(visible=False)}
        categories = categories_of(self._workspace, manifest.id)
        many = len(categories) > MOST_IN_SIGHT
        return {
            self.tab: gr.Tab(visible=True),
            self.help: text.ANSWERS_MANY.format(count=f"{len(categories):,}") if many else text.ANSWERS_HELP,
            self.table: gr.Dataframe(answers_table([] if many else categories, {}), visible=not many),
            self.sheet: gr.DownloadButton(visible=False),
            self.run: "",
        }

    def wire(self, dataset: gr.Dropdown) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        written = [dataset, self.table]
        self.download.click(plainly(self.take_sheet), written, self.sheet, api_name="data_answers_sheet", **private)
        read = self.upload.upload(
            plainly(self.read), [*written, self.upload], [self.table, self.run], api_name="data_answers_read", **private
        )
        made = self.make.click(plainly(self.start), written, self.run, api_name="data_answers_make", **private)
        for event, name in ((read, "read"), (made, "make")):
            event.success(None, self.run, None, js=_WATCH, api_name=f"data_answers_{name}_watch", **private)

    def take_sheet(self, dataset: str | None, table: list[list[Any]] | None, request: gr.Request) -> gr.DownloadButton:
        """The sheet, with what is written so far.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no list of questions is chosen.
        """
        require_operator(self._settings, request, to=text.MAY_LABEL)
        name = chosen_dataset(dataset)
        return offer(self._workspace, f"{name}.answers.csv", sheet(categories_of(self._workspace, name), answers_in(table)))

    def read(self, dataset: str | None, table: list[list[Any]] | None, path: str | None, request: gr.Request) -> Updates:
        """Take the answers of a sheet into the table; where there are too many for it, make the dataset at once.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: the sheet can't be used.
        """
        require_operator(self._settings, request, to=text.MAY_LABEL)
        name = chosen_dataset(dataset)
        if not path:
            return {}
        categories = categories_of(self._workspace, name)
        answers = answers_in(table) | read_sheet(Path(path), max_bytes=self._settings.max_upload_bytes)
        fitting = _fitting(categories, answers)
        counts = {"count": f"{len(fitting):,}", "categories": f"{len(categories):,}"}
        if len(categories) > MOST_IN_SIGHT:
            gr.Info(text.SHEET_READ_MANY.format(**counts))
            return {self.run: self._import(name, fitting)}
        gr.Info(text.SHEET_READ.format(**counts))
        return {self.table: gr.Dataframe(answers_table(categories, fitting)), self.run: ""}

    def start(self, dataset: str | None, table: list[list[Any]] | None, request: gr.Request) -> str:
        """Make the dataset; returns the id of its import.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no answer is written, or one can't be used.
        """
        require_operator(self._settings, request, to=text.MAY_LABEL)
        name = chosen_dataset(dataset)
        answers = answers_in(table)
        if not answers:
            raise BadInput(text.NO_ANSWER_YET)
        return self._import(name, answers)

    def _import(self, dataset: str, answers: dict[str, str]) -> str:
        return request_import(self._queue, parse_import({"what": "answers", "dataset": dataset, "answers": answers})).id


def _fitting(categories: list[Category], answers: dict[str, str]) -> dict[str, str]:
    """The answers to these questions.

    Raises:
        BadInput: there is none among them.
    """
    names = {category.name for category in categories}
    fitting = {name: answer for name, answer in answers.items() if name in names}
    if not fitting:
        raise BadInput(text.SHEET_FITS_NONE)
    return fitting
