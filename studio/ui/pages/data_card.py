"""A dataset's card: where it comes from, what was left out, what people wrote about it; and how it goes out, to a file or to the Hub."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.dataset.checks.examined import read_examination
from studio.dataset.deriving.lineage import children_of, licence_of, parents_of
from studio.dataset.publishing.card import LICENCES, render_card
from studio.dataset.publishing.exporting import ExportFormat, export_bundle, export_dataset, formats_of
from studio.dataset.publishing.hub import destination_of, push
from studio.errors import BadInput
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates, chosen_dataset
from studio.ui.text import data as shared_text
from studio.ui.text import data_card as text
from studio.ui.views import data_card as view
from studio.ui.views.words import size
from studio.workspace.datasets import Manifest, read_manifest
from studio.workspace.notes import Notes, read_notes, write_notes


class CardSection:
    """The tab, and what its events do."""

    def __init__(self, studio: Studio) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        with gr.Tab(text.TAB):
            self.origin = gr.HTML()
            with gr.Column(visible=False) as self.going_out:
                with gr.Column() as self.exporting:
                    self._lay_out_export()
                self._lay_out_notes()
                self._lay_out_push()
            with gr.Row():
                self.show = gr.Button(text.SHOW_CARD, scale=0, min_width=160)
            self.card = gr.Markdown(visible=False, label=text.CARD_SHOWN, container=True)

    def _lay_out_export(self) -> None:
        gr.Markdown(f"### {text.EXPORT_TITLE}")
        with gr.Row(equal_height=False):
            self.format = gr.Dropdown(label=text.FORMAT, info=text.FORMAT_HELP, allow_custom_value=True, min_width=240)
            self.as_zip = gr.Checkbox(label=text.AS_ZIP, min_width=160)
        with gr.Row():
            self.export = gr.Button(text.EXPORT, scale=0, min_width=160)
            self.exported = gr.DownloadButton(visible=False, variant="primary", scale=0, min_width=280)

    def _lay_out_notes(self) -> None:
        with gr.Accordion(text.NOTES_TITLE, open=False):
            gr.Markdown(text.NOTES_HELP)
            with gr.Row():
                self.licence = gr.Dropdown(
                    ["", *LICENCES], value="", label=text.LICENCE, info=text.LICENCE_HELP, allow_custom_value=True, min_width=240
                )
                self.languages = gr.Textbox(label=text.LANGUAGES, info=text.LANGUAGES_HELP, max_length=100, min_width=240)
            self.source = gr.Textbox(label=text.SOURCE, info=text.SOURCE_HELP, max_length=500)
            self.text = gr.Textbox(label=text.CARD_TEXT, lines=4, max_length=10_000)
            self.save = gr.Button(text.SAVE, scale=0, min_width=160)
            self.saved = gr.HTML()

    def _lay_out_push(self) -> None:
        with gr.Accordion(text.PUSH_TITLE, open=False) as self.pushing:
            gr.Markdown(text.PUSH_HELP if self._settings.hub_token else f"{text.PUSH_HELP} {text.NO_TOKEN}")
            self.repo = gr.Textbox(label=text.REPO, info=text.REPO_HELP, max_length=200)
            with gr.Row():
                self.public = gr.Checkbox(label=text.PUBLIC)
                self.update = gr.Checkbox(label=text.UPDATE)
            self.where = gr.HTML()
            self.push = gr.Button(text.PUSH, variant="primary", interactive=False, scale=0, min_width=160)

    @property
    def outputs(self) -> list[Any]:
        """What `open` updates."""
        return [
            self.origin, self.going_out, self.exporting, self.pushing, self.format, self.exported, self.licence, self.languages, self.source, self.text, self.saved,
            self.where, self.push, self.card,
        ]  # fmt: skip

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """Where it comes from, and what was written down."""
        formats = formats_of(self._workspace, manifest.id)
        notes = read_notes(self._workspace, manifest.id)
        return {
            self.origin: self._origin(manifest, notes),
            self.going_out: gr.Column(visible=operator),
            self.exporting: gr.Column(visible=bool(formats)),
            self.pushing: gr.Accordion(visible=bool(formats)),
            self.format: gr.Dropdown(view.format_choices(formats), value=formats[0].value if formats else None),
            self.exported: gr.DownloadButton(visible=False),
            self.licence: notes.licence or manifest.licence or "",
            self.languages: notes.languages,
            self.source: notes.source,
            self.text: notes.text,
            self.saved: "",
            self.where: "",
            self.push: gr.Button(interactive=False),
            self.card: gr.Markdown(visible=False),
        }

    def wire(self, dataset: gr.Dropdown) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        self.export.click(
            plainly(self.export_rows), [dataset, self.format, self.as_zip], self.exported, api_name="data_export", **private
        )
        notes = [self.licence, self.languages, self.source, self.text]
        self.save.click(
            plainly(self.write_down), [dataset, *notes], [self.origin, self.saved, self.card], api_name="data_notes", **private
        )
        going = [dataset, self.repo, self.public, self.update]
        gr.on(
            [self.repo.submit, self.repo.blur, self.public.input, self.update.input],
            plainly(self.look_where), going, [self.where, self.push],
            api_name="data_push_where", show_progress="hidden", **private,
        )  # fmt: skip
        self.push.click(plainly(self.push_rows), going, [self.where, self.push], api_name="data_push", **private)
        self.show.click(plainly(self.show_card), dataset, self.card, api_name="data_card", **private)

    def export_rows(
        self, dataset: str | None, export_format: str | None, as_zip: bool | None, request: gr.Request
    ) -> gr.DownloadButton:
        """Write the dataset as a file, perhaps with its card, and offer it.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: none is chosen, or the format can't hold its rows.
        """
        require_operator(self._settings, request, to="export a dataset")
        dataset, wanted = chosen_dataset(dataset), _format(export_format)
        name = f"{dataset}.{'zip' if as_zip else wanted.ending}"
        write = export_bundle if as_zip else export_dataset
        path = write(self._workspace, dataset, self._workspace.export(name), wanted).path
        label = shared_text.DOWNLOAD.format(name=name, size=size(path.stat().st_size))
        return gr.DownloadButton(label, value=path, visible=True)

    def write_down(
        self, dataset: str | None, licence: str | None, languages: str, source: str, words: str, request: gr.Request
    ) -> Updates:
        """Keep licence, languages, source and text beside the dataset.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: none is chosen, or a note is too long.
        """
        require_operator(self._settings, request, to="describe a dataset")
        manifest = read_manifest(self._workspace, chosen_dataset(dataset))
        notes = Notes(licence=licence or "", source=source or "", languages=languages or "", text=words or "")
        write_notes(self._workspace, manifest.id, notes)
        kept = read_notes(self._workspace, manifest.id)
        return {self.origin: self._origin(manifest, kept), self.saved: view.saved_html(), self.card: gr.Markdown(visible=False)}

    def look_where(
        self, dataset: str | None, repo: str | None, public: bool | None, update: bool | None, request: gr.Request
    ) -> Updates:
        """Where it would go. Only after that can it be pushed.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no dataset is chosen.
        """
        require_operator(self._settings, request, to="push a dataset")
        dataset = chosen_dataset(dataset)
        if not (repo or "").strip():
            return {self.where: "", self.push: gr.Button(interactive=False)}
        try:
            destination = destination_of(
                self._workspace, self._settings, dataset, repo or "", public=bool(public), update=bool(update)
            )
        except BadInput as error:
            return {self.where: view.refused_html(error.message), self.push: gr.Button(interactive=False)}
        return {self.where: view.destination_html(destination), self.push: gr.Button(interactive=True)}

    def push_rows(
        self,
        dataset: str | None,
        repo: str | None,
        public: bool | None,
        update: bool | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> Updates:
        """Upload the dataset and its card.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput, EngineError: as `push`.
        """
        require_operator(self._settings, request, to="push a dataset")
        dataset = chosen_dataset(dataset)
        destination = destination_of(
            self._workspace, self._settings, dataset, repo or "", public=bool(public), update=bool(update)
        )
        url = push(self._workspace, self._settings, destination, told=lambda done, step: progress(done, desc=step))
        return {self.where: view.pushed_html(url), self.push: gr.Button(interactive=False)}

    def show_card(self, dataset: str | None) -> gr.Markdown:
        """The card as others will read it."""
        return gr.Markdown(view.without_header(render_card(self._workspace, chosen_dataset(dataset))), visible=True)

    def _origin(self, manifest: Manifest, notes: Notes) -> str:
        return view.origin_html(
            manifest,
            parents=parents_of(self._workspace, manifest),
            children=children_of(self._workspace, manifest),
            source=notes.source or manifest.source,
            licence=licence_of(self._workspace, manifest),
            examination=read_examination(self._workspace, manifest.id),
        )


def _format(chosen: str | None) -> ExportFormat:
    """The format that was chosen.

    Raises:
        BadInput: there is none of that name.
    """
    try:
        return ExportFormat(chosen or "")
    except ValueError as error:
        raise BadInput(f"Choose a format: {', '.join(one.value for one in ExportFormat)}.") from error
