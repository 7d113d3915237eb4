"""Data: import what a team has, see every row and every rejected one, mix, split and export it, delete it and take that back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from studio.errors import BadInput, NotFound
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_answers import AnswersSection
from studio.ui.pages.data_card import CardSection
from studio.ui.pages.data_import import ImportSection
from studio.ui.pages.data_mixing import MixingSection
from studio.ui.pages.data_progress import ImportProgress
from studio.ui.pages.data_rejected import RejectedSection
from studio.ui.pages.data_rows import RowsSection
from studio.ui.pages.data_section import Section, Updates, chosen_dataset
from studio.ui.pages.data_tokens import TokensSection
from studio.ui.text import data as text
from studio.ui.views import data as view
from studio.ui.views.data_rows import RowFilter
from studio.workspace.datasets import Manifest, list_datasets, read_manifest
from studio.workspace.runs import Run
from studio.workspace.trash import TRASH_DAYS, delete_dataset, list_deleted, restore_dataset

_SECTIONS: Sequence[Callable[[Studio], Section]] = (AnswersSection, TokensSection, RejectedSection, CardSection)
"""The tabs about the chosen dataset after its rows, in their order."""

# Keeps the address in step with what is shown, so that a reload and a copied address show the same.
_WRITE_ADDRESS = """(dataset, q, industry, family, page) => {
    const address = new URL(window.location);
    const values = {dataset, q, industry, family, page: page > 1 ? page : "", row: "", model: "", max_length: ""};
    for (const [key, value] of Object.entries(values))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address);
}"""


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as blocks:
        page = _DataPage(studio)
        page.wire(blocks)
    return blocks


class _DataPage:
    """The page's components, and what its events do."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._settings = studio.settings
        self._workspace = studio.workspace
        gr.Markdown(f"# {text.TITLE}\n\n{text.PURPOSE}")
        self.notice = gr.HTML(view.visitor_html(), visible=False)
        self.importing = ImportSection(studio, self.watch)
        self.progress = ImportProgress(studio, self.imported)
        self.mixing = MixingSection(studio, self.made)
        self.message = gr.HTML(visible=False)
        self.undo = gr.Button(text.UNDO, visible=False)
        self.listing = gr.HTML()
        self.chosen = gr.Dropdown(label=text.CHOOSE, allow_custom_value=True, visible=False)
        with gr.Column(visible=False) as self.dataset:
            self._lay_out_dataset()
        with gr.Accordion(text.TRASH_TITLE, open=False, visible=False) as self.trash:
            self.deleted = gr.Dropdown(label=text.TRASH_LABEL.format(days=TRASH_DAYS), allow_custom_value=True)
            self.take_back = gr.Button(text.RESTORE)

    def _lay_out_dataset(self) -> None:
        self.facts = gr.HTML()
        with gr.Row(visible=False) as self.actions:
            self.delete = gr.Button(text.DELETE, variant="stop", scale=0, min_width=120)
        with gr.Tabs():
            with gr.Tab(text.ROWS_TAB):
                self.rows = RowsSection(self._workspace)
            self.sections: list[Section] = [section(self._studio) for section in _SECTIONS]

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {"show_progress": "hidden", **private}
        dataset = [
            self.dataset, self.facts, self.actions, *self.rows.outputs,
            *(output for section in self.sections for output in section.outputs),
        ]  # fmt: skip
        changed = [self.message, self.undo, self.listing, self.chosen, self.trash, self.deleted, *self.mixing.outputs, *dataset]

        def write_address(event: Any, name: str) -> None:
            event.success(None, [self.chosen, *self.rows.inputs], None, js=_WRITE_ADDRESS, api_name=f"{name}_address")

        outputs = [self.notice, self.importing.whole, *self.progress.outputs, *changed]
        opened = blocks.load(plainly(self.open), None, outputs, api_name="data_open", **quiet)
        address = [self.chosen, *self.rows.inputs]
        write_address(
            self.chosen.input(plainly(self.choose), self.chosen, changed, api_name="data_choose", **quiet), "data_choose"
        )
        self.rows.wire(self.chosen, write_address)
        for section in self.sections:
            section.wire(self.chosen)
            if isinstance(section, TokensSection):
                section.reopen(opened, self.chosen)
        self.importing.wire(
            [*self.progress.outputs, *changed], lambda event, name: self.progress.write_address(event, name, address)
        )
        self.progress.wire(changed, address)
        self.mixing.wire(changed, write_address)
        write_address(
            self.delete.click(plainly(self.remove), self.chosen, changed, api_name="data_delete", **private), "data_delete"
        )
        back = [self.undo.click, self.take_back.click]
        restored = gr.on(back, plainly(self.restore), self.deleted, changed, api_name="data_restore", **private)
        write_address(restored, "data_restore")

    def open(self, request: gr.Request) -> Updates:
        """The page as its address asks for it; without an address, the newest dataset."""
        operator = identify(self._settings, request).operator
        asked = request.query_params
        wanted = RowFilter(asked.get("q", ""), asked.get("industry", ""), asked.get("family", ""))
        page = asked.get("page", "1")
        found = list_datasets(self._workspace)
        chosen = asked.get("dataset") or (found[0].id if found else None)
        return {
            self.notice: gr.HTML(visible=not operator),
            self.importing.whole: gr.Accordion(visible=operator, open=operator and not found),
            **self._everything(chosen, operator=operator, wanted=wanted, page=int(page) if page.isdecimal() else 1),
            **self.progress.open(asked.get("import"), operator=operator),
        }

    def choose(self, dataset: str | None, request: gr.Request) -> Updates:
        """Another dataset."""
        return self._everything(dataset, operator=identify(self._settings, request).operator)

    def watch(self, run: Run) -> Updates:
        """An import that has begun."""
        return self.progress.watch(run)

    def imported(self, run: Run) -> Updates:
        """What an import made; only an operator gets here."""
        result = run.status.result
        updates = self._everything(result["dataset"], operator=True)
        try:
            manifest = read_manifest(self._workspace, result["dataset"])
        except NotFound:
            return updates  # it was deleted since
        return updates | {self.message: _filled(view.imported_html(manifest, result))}

    def made(self, manifest: Manifest, markup: str) -> Updates:
        """A dataset that was made of others, and what to say about it; only an operator gets here."""
        return self._everything(manifest.id, operator=True) | {self.message: _filled(markup)}

    def remove(self, dataset: str | None, request: gr.Request) -> Updates:
        """Delete the chosen dataset, and offer to take that back.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: none is chosen, or a run needs it.
        """
        require_operator(self._settings, request, to="delete a dataset")
        manifest = read_manifest(self._workspace, chosen_dataset(dataset))
        delete_dataset(self._workspace, manifest.id)
        left = list_datasets(self._workspace)
        return self._everything(left[0].id if left else None, operator=True) | {
            self.message: _filled(view.deleted_html(manifest, days=TRASH_DAYS)),
            self.undo: gr.Button(visible=True),
        }

    def restore(self, token: str | None, request: gr.Request) -> Updates:
        """Take a deletion back.

        Raises:
            NotAllowed: the caller is a visitor.
            NotFound: it is not in the trash any more.
        """
        require_operator(self._settings, request, to="restore a dataset")
        if not token:
            raise BadInput(text.CHOOSE_DELETED)
        manifest = restore_dataset(self._workspace, token)
        return self._everything(manifest.id, operator=True) | {self.message: _filled(view.restored_html(manifest))}

    def _everything(self, chosen: str | None, *, operator: bool, wanted: RowFilter | None = None, page: int = 1) -> Updates:
        """The whole page around the chosen dataset; one that does not exist is said so, and the others stay in reach."""
        found = list_datasets(self._workspace)
        deleted = list_deleted(self._workspace) if operator else {}
        choices = [(manifest.name, manifest.id) for manifest in found]
        return {
            self.message: _filled(""),
            self.undo: gr.Button(visible=False),
            self.listing: view.listing_html(found, chosen=chosen, operator=operator),
            self.chosen: gr.Dropdown(choices, value=chosen, visible=bool(found)),
            self.trash: gr.Accordion(visible=bool(deleted)),
            self.deleted: gr.Dropdown(view.deleted_choices(deleted), value=next(iter(deleted), None)),
            **self.mixing.offer(found, chosen, operator=operator),
            **self._dataset_updates(chosen, operator=operator, wanted=wanted or RowFilter(), page=page),
        }

    def _dataset_updates(self, chosen: str | None, *, operator: bool, wanted: RowFilter, page: int) -> Updates:
        if not chosen:
            return {self.dataset: gr.Column(visible=False)}
        try:
            manifest = read_manifest(self._workspace, chosen)
        except (NotFound, BadInput) as error:
            return {self.dataset: gr.Column(visible=False), self.message: _filled(view.missing_html(error.message))}
        return {**self._manifest_updates(manifest, operator=operator), **self.rows.open(manifest.id, wanted, page)}

    def _manifest_updates(self, manifest: Manifest, *, operator: bool) -> Updates:
        updates: Updates = {
            self.dataset: gr.Column(visible=True),
            self.facts: view.facts_html(manifest),
            self.actions: gr.Row(visible=operator),
        }
        for section in self.sections:
            updates |= section.open(manifest, operator=operator)
        return updates


def _filled(markup: str) -> gr.HTML:
    """Shown when there is something to say; an empty one would leave a gap."""
    return gr.HTML(markup, visible=bool(markup))
