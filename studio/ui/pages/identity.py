"""Brand identity: say who the assistant is, see the rows that teach it, save them as a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from studio.dataset.identity.brand import Brand, IdentityForm
from studio.dataset.identity.from_file import render_file
from studio.dataset.identity.rendering import Rendered
from studio.dataset.identity.saving import keep_form, kept_form, save_identity
from studio.dataset.identity.templates import render_templates
from studio.dataset.publishing.exporting import alpaca_json
from studio.errors import StudioError
from studio.placeholders import parse_values
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import offer
from studio.ui.text import identity as text
from studio.ui.views import identity as view

Updates = dict[Any, Any]

_MAY = "make a brand identity"
_EXPORT_NAME = "identity.json"
_LONGEST = 120  # characters of a field


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as blocks:
        page = _IdentityPage(studio)
        page.wire(blocks)
    return blocks


class _IdentityPage:
    """The page's components, and what its events do."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._workspace = studio.workspace
        gr.HTML(text.BACK)  # a link in Markdown would open another tab
        gr.Markdown(f"# {text.TITLE}\n\n{text.PURPOSE}")
        self.notice = gr.HTML(view.visitor_html(), visible=False)
        with gr.Row(equal_height=False, visible=False) as self.body:
            with gr.Column(min_width=320):
                self._lay_out_form()
                self._lay_out_file()
                with gr.Row():
                    self.save = gr.Button(text.SAVE, variant="primary", min_width=180)
                    self.export = gr.Button(text.EXPORT, min_width=180)
                self.exported = gr.DownloadButton(visible=False, variant="primary")
                self.message = gr.HTML(visible=False)
            with gr.Column(min_width=320):
                self.preview = gr.HTML(view.start_html())

    def _lay_out_form(self) -> None:
        with gr.Row():
            self.name = _field(text.NAME, text.NAME_EXAMPLE)
            self.company = _field(text.COMPANY, text.COMPANY_EXAMPLE)
        with gr.Row():
            tones = [(label, tone) for tone, label in text.TONES.items()]
            self.tone = gr.Radio(tones, value="friendly", label=text.TONE, min_width=200)
            languages = [(label, language) for language, label in text.LANGUAGES.items()]
            self.languages = gr.CheckboxGroup(languages, value=["en"], label=text.LANGUAGES_LABEL, min_width=200)
        self.helps_with = _field(text.HELPS_WITH, text.HELPS_WITH_EXAMPLE, text.HELPS_WITH_INFO)
        self.helps_with_zh = _field(text.HELPS_WITH_ZH, text.HELPS_WITH_ZH_EXAMPLE, text.HELPS_WITH_ZH_INFO, visible=False)
        self.never_say = gr.Textbox(
            label=text.NEVER_SAY, info=text.NEVER_SAY_INFO, placeholder=text.NEVER_SAY_EXAMPLE, lines=3, max_length=2000
        )

    def _lay_out_file(self) -> None:
        with gr.Accordion(text.FILE_TITLE, open=False):
            gr.Markdown(text.FILE_HELP)
            self.file = gr.File(label=text.FILE_LABEL, height=120)
            self.others = gr.Textbox(label=text.OTHERS, info=text.OTHERS_INFO, lines=2, max_length=2000, visible=False)

    @property
    def form(self) -> list[Any]:
        """The form's inputs, in the order of `IdentityForm`."""
        return [self.name, self.company, self.tone, self.languages, self.helps_with, self.helps_with_zh, self.never_say]

    @property
    def inputs(self) -> list[Any]:
        """The file, its other placeholders, and the form."""
        return [self.file, self.others, *self.form]

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {"show_progress": "hidden", **private}
        shown = [self.preview, self.others, self.helps_with_zh, self.message, self.exported]
        blocks.load(plainly(self.open), None, [self.notice, self.body, *self.form], api_name="identity_open", **quiet)
        gr.on(
            [component.change for component in self.inputs], plainly(self.look), self.inputs, shown,
            api_name="identity_preview", trigger_mode="always_last", **quiet,
        )  # fmt: skip
        self.save.click(plainly(self.save_dataset), self.inputs, self.message, api_name="identity_save", **private)
        self.export.click(plainly(self.export_rows), self.inputs, self.exported, api_name="identity_export", **private)

    def open(self, request: gr.Request) -> Updates:
        """The form as it was left; a visitor sees none."""
        if not identify(self._studio.settings, request).operator:
            return {self.notice: gr.HTML(visible=True)}
        form = kept_form(self._workspace)
        typed = [form.name, form.company, form.tone, [*form.languages], form.helps_with, form.helps_with_zh, form.never_say]
        return {self.body: gr.Row(visible=True), **dict(zip(self.form, typed, strict=True))}

    def look(self, request: gr.Request, path: str | None, others: str | None, *typed: Any) -> Updates:
        """The rows as they would be saved; and the form is kept.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._studio.settings, request, to=_MAY)
        form = _typed(*typed)
        keep_form(self._workspace, form)
        updates: Updates = {
            self.helps_with_zh: gr.Textbox(visible="zh" in form.languages),
            self.message: gr.HTML(visible=False),
            self.exported: gr.DownloadButton(visible=False),
        }
        if not form.name.strip() and not form.company.strip():
            return updates | {self.preview: view.start_html()}
        try:
            _, rendered = self._rendered(path, others, form)
        except StudioError as error:
            return updates | {self.preview: view.refusal_html(error.message)}
        asked = view.other_placeholders(others or "", rendered.unknown)
        return updates | {self.preview: view.preview_html(rendered), self.others: gr.Textbox(asked, visible=bool(path and asked))}

    def save_dataset(self, request: gr.Request, path: str | None, others: str | None, *typed: Any) -> gr.HTML:
        """Save the rows as a dataset.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: a value is missing, or a placeholder is left over.
        """
        require_operator(self._studio.settings, request, to=_MAY)
        brand, rendered = self._rendered(path, others, _typed(*typed))
        return gr.HTML(view.saved_html(save_identity(self._workspace, brand, rendered)), visible=True)

    def export_rows(self, request: gr.Request, path: str | None, others: str | None, *typed: Any) -> gr.DownloadButton:
        """Write the rows as an alpaca file and offer it.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: a value is missing, or a placeholder is left over.
        """
        require_operator(self._studio.settings, request, to=_MAY)
        _, rendered = self._rendered(path, others, _typed(*typed))
        rendered.check()
        return offer(self._workspace, _EXPORT_NAME, "".join(alpaca_json(rendered.rows)))

    def _rendered(self, path: str | None, others: str | None, form: IdentityForm) -> tuple[Brand, Rendered]:
        brand = form.brand()
        if not path:
            return brand, render_templates(brand)
        values = parse_values((others or "").splitlines())
        return brand, render_file(Path(path), brand, values=values, max_bytes=self._studio.settings.max_upload_bytes)


def _field(label: str, example: str, info: str | None = None, *, visible: bool = True) -> gr.Textbox:
    return gr.Textbox(label=label, info=info, placeholder=example, max_length=_LONGEST, min_width=200, visible=visible)


def _typed(
    name: str | None,
    company: str | None,
    tone: str | None,
    languages: list[str] | None,
    helps_with: str | None,
    helps_with_zh: str | None,
    never_say: str | None,
) -> IdentityForm:
    return IdentityForm(
        name or "", company or "", tone or "", tuple(languages or ()), helps_with or "", helps_with_zh or "", never_say or ""
    )
