"""The rows that were not imported, each with its reason, a page at a time."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates, chosen_dataset, offer
from studio.ui.text import data as text
from studio.ui.views import data as view
from studio.workspace.datasets import Manifest, read_manifest


class RejectedSection:
    """The tab, and what its events do."""

    def __init__(self, studio: Studio) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        with gr.Tab(text.REJECTED_TAB) as self.tab:
            self.rejected = gr.HTML()
            self.page = gr.Number(1, label=text.PAGE, precision=0, minimum=1, visible=False)
            with gr.Row():
                self.export = gr.Button(text.EXPORT_REJECTED, visible=False, scale=0, min_width=280)
                self.exported = gr.DownloadButton(visible=False, variant="primary", scale=0, min_width=280)

    @property
    def outputs(self) -> list[Any]:
        """What `open` updates."""
        return [self.tab, self.rejected, self.page, self.export, self.exported]

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """The first page."""
        pages = view.rejected_pages(manifest)
        return {
            self.tab: gr.Tab(text.REJECTED_TAB_COUNTED.format(count=f"{manifest.rejected:,}")),
            self.rejected: view.rejected_html(manifest.problems, 1),
            self.page: gr.Number(1, label=text.PAGE_OF.format(pages=pages), maximum=pages, visible=pages > 1),
            self.export: gr.Button(visible=operator and manifest.rejected > 0),
            self.exported: gr.DownloadButton(visible=False),
        }

    def wire(self, dataset: gr.Dropdown) -> None:
        """Connect the events."""
        gr.on(
            [self.page.submit, self.page.blur],
            plainly(self.turn), [dataset, self.page], self.rejected,
            api_name="data_rejected", api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        self.export.click(
            plainly(self.export_problems), dataset, self.exported, api_name="data_export_rejected", api_visibility="private"
        )

    def turn(self, dataset: str | None, page: float | None) -> str:
        """Another page."""
        return view.rejected_html(read_manifest(self._workspace, chosen_dataset(dataset)).problems, int(page or 1))

    def export_problems(self, dataset: str | None, request: gr.Request) -> gr.DownloadButton:
        """Write the list of rejected rows and offer it.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: none is chosen.
        """
        require_operator(self._settings, request, to="export the rejected rows")
        manifest = read_manifest(self._workspace, chosen_dataset(dataset))
        return offer(self._workspace, f"{manifest.id}.rejected.json", view.rejected_json(manifest))
