"""What a tab of the Data page about the chosen dataset has in common with the others."""

from __future__ import annotations

from typing import Any, Protocol

import gradio as gr

from studio.errors import BadInput
from studio.ui.text import data as text
from studio.ui.views.words import size
from studio.workspace.datasets import Manifest
from studio.workspace.files import write_text_atomically
from studio.workspace.layout import Workspace

Updates = dict[Any, Any]


class Section(Protocol):
    """A tab about the chosen dataset. It is laid out when it is made, within the page's tabs."""

    @property
    def outputs(self) -> list[Any]:
        """The components that `open` updates."""

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """What it shows of a dataset that has just been chosen. What takes long waits until somebody asks for it."""

    def wire(self, dataset: gr.Dropdown) -> None:
        """Connect the events; `dataset` holds the id of the chosen dataset."""


def chosen_dataset(dataset: str | None) -> str:
    """The dataset's id.

    Raises:
        BadInput: none is chosen.
    """
    if not dataset:
        raise BadInput(text.CHOOSE_DATASET)
    return dataset


def offer(workspace: Workspace, name: str, content: str) -> gr.DownloadButton:
    """Write a file for the person to take away, and the button that hands it out."""
    path = workspace.export(name)
    write_text_atomically(path, content)
    label = text.DOWNLOAD.format(name=name, size=size(path.stat().st_size))
    return gr.DownloadButton(label, value=path, visible=True)
