"""The tab that takes a tuned model out: in which form, to the disk or to the Hub too, the export at work, and those that were made."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.errors import BadInput, StudioError
from studio.training.exporting.provenance import Provenance, provenance_of
from studio.training.exporting.requests import (
    cancel_export,
    export_spec,
    find_export,
    list_exports,
    repository_for,
    request_export,
)
from studio.training.exporting.room import bytes_needed, free_bytes
from studio.training.exporting.spec import Form
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import train_export as text
from studio.ui.views import train_export as views
from studio.workspace.adapters import tuned_models
from studio.workspace.runs import Run

Updates = dict[Any, Any]

_REFRESH_SECONDS = 1.0
_LISTED = 20  # exports


class ExportSection:
    """The tab, and what its events do. `run` holds the id of the export that is shown."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.run = gr.Textbox(label="Export", visible=False)
        self.timer = gr.Timer(_REFRESH_SECONDS, active=False)
        gr.Markdown(text.INTRO)
        self.visitor = gr.Markdown(text.FOR_OPERATOR, visible=False)
        self.empty = gr.HTML(text.NO_MODELS, visible=False)
        with gr.Column(visible=False) as self.body:
            self._lay_out_form()
            self.card = gr.HTML(visible=False)
            self.cancel = gr.Button(text.CANCEL, variant="stop", visible=False, scale=0, min_width=200)
            self.made = gr.HTML()

    def _lay_out_form(self) -> None:
        with gr.Row():
            self.model = gr.Dropdown(label=text.MODEL, allow_custom_value=True, min_width=240)
            choices = [(words, form) for form, words in text.FORMS.items()]
            self.form = gr.Radio(choices, value=Form.ADAPTER.value, label=text.FORM, min_width=240)
        self.about = gr.HTML()
        with gr.Accordion(text.PUSH_TITLE, open=False):
            gr.Markdown(text.PUSH_HELP if self._studio.settings.hub_token else f"{text.PUSH_HELP} {text.NO_TOKEN}")
            self.repo = gr.Textbox(label=text.REPO, info=text.REPO_HELP, max_length=200)
            with gr.Row():
                self.public = gr.Checkbox(label=text.PUBLIC)
                self.update = gr.Checkbox(label=text.UPDATE)
            self.where = gr.HTML()
        self.export = gr.Button(text.EXPORT, variant="primary", scale=0, min_width=200)
        self.command = gr.Markdown()

    @property
    def inputs(self) -> list[Any]:
        """What an export is asked with."""
        return [self.model, self.form, self.repo, self.public, self.update]

    @property
    def outputs(self) -> list[Any]:
        """What `open` updates."""
        return [self.visitor, self.empty, self.body, self.model, *self._described, *self._watched]

    @property
    def _described(self) -> list[Any]:
        return [self.about, self.where, self.export, self.command]

    @property
    def _watched(self) -> list[Any]:
        return [self.run, self.timer, self.card, self.cancel, self.made]

    def wire(self) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {**private, "show_progress": "hidden"}
        changes = [
            self.model.change, self.form.change, self.repo.submit, self.repo.blur, self.public.input, self.update.input,
        ]  # fmt: skip
        gr.on(changes, plainly(self.describe), self.inputs, self._described, api_name="train_export_describe", **quiet)
        self.export.click(plainly(self.start), self.inputs, self._watched, api_name="train_export_start", **private)
        self.cancel.click(plainly(self.stop), self.run, self._watched, api_name="train_export_cancel", **quiet)
        self.timer.tick(
            plainly(self.look), self.run, self._watched, api_name="train_export_look", concurrency_limit=4, **quiet
        )  # fmt: skip

    def open(self, *, operator: bool, asked: str | None) -> Updates:
        """The tab as the page is opened; `asked` is what the address names: a tuned model, or an export."""
        models = tuned_models(self._studio.workspace)
        names = [one.run for one in models]
        runs = list_exports(self._studio.workspace)
        named = next((run for run in runs if run.id == asked), None)
        model = named.spec["model"] if named else asked
        chosen = model if model in names else next(iter(names), None)
        if not operator or chosen is None:
            return {
                self.visitor: gr.Markdown(visible=not operator),
                self.empty: gr.HTML(visible=operator),
                self.body: gr.Column(visible=False),
            }
        shown = named or next((run for run in runs if not run.status.state.finished), None)
        return {
            self.visitor: gr.Markdown(visible=False),
            self.empty: gr.HTML(visible=False),
            self.body: gr.Column(visible=True),
            self.model: gr.Dropdown(views.model_choices(models), value=chosen),
            **self._about(chosen, Form.ADAPTER.value, "", False, False),
            **(self._watch(shown) if shown else {self.made: self._list()}),
        }

    def describe(
        self,
        model: str | None,
        form: str | None,
        repo: str | None,
        public: bool | None,
        update: bool | None,
        request: gr.Request,
    ) -> Updates:
        """What the form as it is filled in would make, and where it would go.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._studio.settings, request, to=text.MAY_EXPORT)
        return self._about(model, form, repo or "", bool(public), bool(update))

    def start(
        self,
        model: str | None,
        form: str | None,
        repo: str | None,
        public: bool | None,
        update: bool | None,
        request: gr.Request,
    ) -> Updates:
        """Put the export into the queue, and watch it.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: as `export_spec`.
        """
        require_operator(self._studio.settings, request, to=text.MAY_EXPORT)
        if not model:
            raise BadInput(text.CHOOSE_MODEL)
        spec = export_spec(
            self._studio.workspace,
            self._studio.settings,
            model=model,
            form=form or "",
            repo=repo or "",
            public=bool(public),
            update=bool(update),
        )
        return self._watch(request_export(self._studio.queue, spec))

    def look(self, run_id: str | None, request: gr.Request) -> Updates:
        """The timer ticked.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._studio.settings, request, to=text.MAY_EXPORT)
        if not run_id:
            return {self.timer: gr.Timer(active=False)}
        return self._watch(find_export(self._studio.workspace, run_id))

    def stop(self, run_id: str | None, request: gr.Request) -> Updates:
        """Cancel the export that is shown.

        Raises:
            NotAllowed: the caller is a visitor.
        """
        require_operator(self._studio.settings, request, to=text.MAY_CANCEL)
        run = find_export(self._studio.workspace, run_id or "none")
        cancel_export(self._studio.queue, run)
        return self._watch(run)

    def _watch(self, run: Run) -> Updates:
        seen = views.exporting(run)
        finished = seen.status.state.finished
        return {
            self.run: run.id,
            self.timer: gr.Timer(active=not finished),
            self.card: gr.HTML(views.exporting_html(seen), visible=True),
            self.cancel: gr.Button(visible=not finished, interactive=not seen.cancelling),
            self.made: self._list(),
        }

    def _list(self) -> str:
        runs = list_exports(self._studio.workspace)[:_LISTED]
        return views.exports_html([views.exporting(run) for run in runs])

    def _about(self, model: str | None, form: str | None, repo: str, public: bool, update: bool) -> Updates:
        if not model or form is None or form not in text.FORMS:
            return {self.about: "", self.where: "", self.export: gr.Button(interactive=False), self.command: ""}
        try:
            provenance = provenance_of(self._studio.workspace, model)
            needed = bytes_needed(self._studio.workspace, provenance, Form(form))
            where = self._where(provenance, form, repo, public=public, update=update) if repo.strip() else ""
        except StudioError as error:
            refused = views.refused_html(error.message)
            return {self.about: refused, self.where: "", self.export: gr.Button(interactive=False), self.command: ""}
        command = views.export_command(model, form, repo, public=public, update=update)
        return {
            self.about: views.room_html(form, needed, free_bytes(self._studio.workspace.runs)),
            self.where: where,
            self.export: gr.Button(text.EXPORT_AND_PUSH if repo.strip() else text.EXPORT, interactive=True),
            self.command: text.COMMAND.format(command=command),
        }

    def _where(self, provenance: Provenance, form: str, repo: str, *, public: bool, update: bool) -> str:
        repository = repository_for(self._studio.settings, repo, public=public, update=update)
        words = {"url": repository.url, "repository": repository.in_words}
        goes = text.GOES.format(form=text.FORMS[form], model=provenance.name, **words)
        return views.where_html(" ".join(filter(None, (goes, provenance.warning))))
