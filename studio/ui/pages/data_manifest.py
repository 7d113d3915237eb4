"""All that is written down about the chosen dataset."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.ui.context import Studio
from studio.ui.pages.data_section import Updates
from studio.ui.text import data as text
from studio.ui.views import data as view
from studio.workspace.datasets import Manifest


class ManifestSection:
    """The tab; it has no events."""

    def __init__(self, studio: Studio) -> None:
        with gr.Tab(text.MANIFEST_TAB):
            self.manifest = gr.HTML()

    @property
    def outputs(self) -> list[Any]:
        """What `open` updates."""
        return [self.manifest]

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """The manifest as a table."""
        return {self.manifest: view.manifest_html(manifest)}

    def wire(self, dataset: gr.Dropdown) -> None:
        """Nothing to connect."""
